import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { CertificateError } from './certificate-error.ts';
import { type CertificateFacts, factsOf } from './certificate-facts.ts';
import { isPem, pemBlocks } from './pem-blocks.ts';
import { readPkcs12 } from './pkcs12.ts';

/** The certificate that a node shows, as a server and to other nodes, with its key. */
export interface ServerCertificate {
  readonly facts: CertificateFacts;
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  /** It may sign certificates. */
  readonly isAuthority: boolean;
  /** The certificate, and what leads from it to its authority. */
  readonly chainPem: string;
  readonly keyPem: string;
}

/** What the files hold. Names are those of the configuration, for messages. */
export interface ServerCertificateFiles {
  readonly certificate: Buffer;
  readonly certificateName: string;
  /** null: the key is in the same file. */
  readonly key: Buffer | null;
  readonly keyName: string;
  /** Of a PKCS#12 file, or of an encrypted key. */
  readonly password: string | null;
}

interface Parts {
  readonly certificates: readonly X509Certificate[];
  readonly key: KeyObject;
}

/** Reads PEM, or PKCS#12 when it is not PEM. Throws CertificateError. */
export function parseServerCertificate(files: ServerCertificateFiles): ServerCertificate {
  const { certificateName, keyName } = files;
  const { certificates, key } = isPem(files.certificate) ? fromPem(files) : fromPkcs12(files);
  const certificate = certificates.find((candidate) => candidate.checkPrivateKey(key));
  if (certificate === undefined) {
    throw new CertificateError(
      `The key in ${keyName} belongs to none of the certificates in ${certificateName}. Were both files replaced?`,
    );
  }
  const chain = [certificate, ...certificates.filter((other) => other !== certificate)];
  const parsed = {
    facts: factsOf(certificate),
    certificate,
    key,
    isAuthority: certificate.ca,
    chainPem: chain.map(String).join(''),
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  mustServe(parsed, certificateName);
  return parsed;
}

function fromPem({ certificate, certificateName, key, keyName, password }: ServerCertificateFiles): Parts {
  const blocks = pemBlocks(certificate.toString('utf8'));
  const certificates = blocks
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ text }) => parsed(certificateName, () => new X509Certificate(text)));
  if (certificates.length === 0) throw new CertificateError(`${certificateName} holds no certificate.`);
  const keyBlocks = key === null ? blocks : pemBlocks(key.toString('utf8'));
  const keyBlock = keyBlocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (keyBlock === undefined) {
    throw new CertificateError(
      `${keyName} holds no private key${key === null ? '; name its file by Security.Certificate.Key.Path' : ''}.`,
    );
  }
  const passphrase = password === null ? {} : { passphrase: password };
  return {
    certificates,
    key: parsed(keyName, () => createPrivateKey({ key: keyBlock.text, ...passphrase })),
  };
}

function fromPkcs12({ certificate, certificateName, password }: ServerCertificateFiles): Parts {
  const { certificates, privateKey } = readPkcs12(certificate, password ?? '', certificateName);
  if (privateKey === null) throw new CertificateError(`${certificateName} holds no private key.`);
  return {
    certificates: certificates.map((der) => parsed(certificateName, () => new X509Certificate(der))),
    key: parsed(certificateName, () => createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })),
  };
}

/** The TLS library has the last word: a key that is too short, say, must not come out at the first connection. */
function mustServe({ chainPem, keyPem }: { chainPem: string; keyPem: string }, name: string): void {
  parsed(name, () => createSecureContext({ cert: chainPem, key: keyPem }));
}

function parsed<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new CertificateError(
      `${name} can't be used: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
