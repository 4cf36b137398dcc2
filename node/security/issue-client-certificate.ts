import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  X509Certificate as IssuerCertificate,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { zipSync } from 'fflate';
import { CLIENT_CERTIFICATE_MONTHS, CLIENT_KEY_BITS, CLOCK_DIFFERENCE_MS } from './limits.ts';
import { writePkcs12 } from './pkcs12.ts';
import type { ServerCertificate } from './server-certificate.ts';

export interface ClientCertificateWishes {
  readonly name: string;
  /** Default: five years from now. */
  readonly notAfter?: Date;
  /** Of the PKCS#12 file; null: none. */
  readonly password: string | null;
}

export interface IssuedClientCertificate {
  readonly certificate: X509Certificate;
  /** `name.pfx`, `name.crt`, `name.key`. The key is nowhere else. */
  readonly zip: Buffer;
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: CLIENT_KEY_BITS,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

/** File names of every system; what else a name has is left out of them, not of the certificate. */
const UNFIT_FOR_FILES = /[^\p{L}\p{N}_.@-]+/gu;

/**
 * Makes a certificate for a client, with its key. It is signed by the server's certificate when that is an authority
 * with an RSA key, and by itself otherwise: clients are known by their thumbprints, not by who signed them.
 */
export async function issueClientCertificate(
  server: ServerCertificate,
  wishes: ClientCertificateWishes,
  nowMs: number,
): Promise<IssuedClientCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const subject = [{ CN: [wishes.name] }];
  const common = {
    serialNumber: newSerial(),
    notBefore: new Date(nowMs - CLOCK_DIFFERENCE_MS),
    notAfter: wishes.notAfter ?? monthsAfter(nowMs, CLIENT_CERTIFICATE_MONTHS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ],
  };
  const signer = await signerOf(server);
  const issued =
    signer === null
      ? await X509CertificateGenerator.createSelfSigned({ ...common, name: subject, keys })
      : await X509CertificateGenerator.create({ ...common, ...signer, subject, publicKey: keys.publicKey });
  const certificate = new X509Certificate(Buffer.from(issued.rawData));
  return { certificate, zip: packed(wishes, certificate, KeyObject.from(keys.privateKey)) };
}

async function signerOf(
  server: ServerCertificate,
): Promise<{ readonly issuer: Name; readonly signingKey: webcrypto.CryptoKey } | null> {
  const { certificate, key, isAuthority } = server;
  // With a key on a curve it would be signed all right, but the PKCS#12 library can't write what it then is.
  if (!isAuthority || key.asymmetricKeyType !== 'rsa') return null;
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ type: 'pkcs8', format: 'der' }),
    ALGORITHM,
    false,
    ['sign'],
  );
  return { issuer: new IssuerCertificate(certificate.raw).subjectName, signingKey };
}

function packed(
  { name, password }: ClientCertificateWishes,
  certificate: X509Certificate,
  key: KeyObject,
): Buffer {
  // "RSA PRIVATE KEY": the Node.js client looks for these words.
  const keyPem = key.export({ type: 'pkcs1', format: 'pem' }).toString();
  const certificatePem = certificate.toString();
  const file = name.replace(UNFIT_FOR_FILES, '_') || 'certificate';
  const zip = zipSync({
    [`${file}.pfx`]: writePkcs12(certificatePem, keyPem, password),
    [`${file}.crt`]: Buffer.from(certificatePem),
    [`${file}.key`]: Buffer.from(keyPem),
  });
  return Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
}

/** 127 bits in hex, of which the highest is zero: serial numbers are positive. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}

function monthsAfter(ms: number, months: number): Date {
  const date = new Date(ms);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date;
}
