import forge from 'node-forge';
import { CertificateError } from './certificate-error.ts';

/** What a PKCS#12 file (.pfx, .p12) holds, each in DER. */
export interface Pkcs12Content {
  readonly certificates: readonly Buffer[];
  /** PKCS#8; null when there is none. */
  readonly privateKey: Buffer | null;
}

const { asn1, pkcs12, pki } = forge;

/** Throws CertificateError: another password, or not a PKCS#12 file. */
export function readPkcs12(bytes: Buffer, password: string, name: string): Pkcs12Content {
  try {
    const pfx = pkcs12.pkcs12FromAsn1(
      asn1.fromDer(forge.util.createBuffer(bytes.toString('binary'))),
      password,
    );
    const bags = pfx.safeContents.flatMap(({ safeBags }) => safeBags);
    const keys = bags.filter(({ type }) => type === pki.oids.pkcs8ShroudedKeyBag || type === pki.oids.keyBag);
    const certificates = bags.filter(({ type }) => type === pki.oids.certBag);
    return {
      certificates: certificates.map(certificateOf),
      privateKey: keys[0] === undefined ? null : keyOf(keys[0]),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateError(
      `${name} can't be read as a PKCS#12 file: ${reason}. Is the password right, and is it no PEM file?`,
    );
  }
}

/** A certificate and its RSA key as a file that browsers and RavenDB's clients import. */
export function writePkcs12(certificatePem: string, rsaKeyPem: string, password: string | null): Buffer {
  const pfx = pkcs12.toPkcs12Asn1(
    pki.privateKeyFromPem(rsaKeyPem),
    [pki.certificateFromPem(certificatePem)],
    password,
    { algorithm: 'aes256' },
  );
  return Buffer.from(asn1.toDer(pfx).getBytes(), 'binary');
}

/**
 * What the library has no class for (keys on curves, and their certificates) it leaves as ASN.1. Of the others it would
 * write the signature's algorithm anew, and not always as it was; the signed part says what it was.
 */
function certificateOf({ cert, asn1: unparsed }: forge.pkcs12.Bag): Buffer {
  if (cert === undefined || cert === null) return derOf(unparsed);
  const { Class, Type } = asn1;
  const signed = cert.tbsCertificate as forge.asn1.Asn1;
  const parts = signed.value as forge.asn1.Asn1[];
  // [0] version (absent in the first version of X.509), serial number, signature algorithm …
  const signatureAlgorithm = parts[parts[0]?.tagClass === Class.CONTEXT_SPECIFIC ? 2 : 1];
  if (signatureAlgorithm === undefined) throw new Error('it holds a certificate without a signature');
  return derOf(
    asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [
      signed,
      signatureAlgorithm,
      asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, `\0${cert.signature}`),
    ]),
  );
}

function keyOf(bag: forge.pkcs12.Bag): Buffer {
  if (bag.key === undefined || bag.key === null) return derOf(bag.asn1);
  return derOf(pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(bag.key)));
}

function derOf(node: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'binary');
}
