import 'reflect-metadata';
import { createPrivateKey, randomBytes, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type Holder, UNITS } from './certificate-facts.ts';
import { AUTHORITY_LIFETIME_MS, CLOCK_DIFFERENCE_MS } from './limits.ts';
import { PrivateKey } from './private-key.ts';

/** A certificate and its key, both in PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: PrivateKey;
}

const ORGANISATION = 'RavenCluster';

/** P-256: what every TLS library of the last ten years speaks, with keys and signatures that cost little. */
const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const RSA_SIGNATURE = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

/** Names of the curves in OpenSSL and in Web Crypto. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

/** An authority of its own for a cluster. Each has another name, so that a chain leads to one of them only. */
export async function createAuthority(cluster: string, nowMs: number): Promise<IssuedCertificate> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: nameOf(`${cluster} CA ${randomBytes(4).toString('hex')}`, undefined),
    keys,
    serialNumber: newSerial(),
    ...validity(nowMs, AUTHORITY_LIFETIME_MS),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await exportKey(keys) };
}

/** The certificate of the nodes: they show it to clients, and to each other from both sides of a connection. */
export function issueNodeCertificate(options: {
  readonly cluster: string;
  readonly names: readonly string[];
  readonly authority: IssuedCertificate;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}): Promise<IssuedCertificate> {
  const { cluster, names, ...rest } = options;
  return issue({
    ...rest,
    subject: nameOf(cluster, UNITS.Nodes),
    names,
    usages: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
  });
}

/** A certificate that a client shows to the nodes. With that of the operator one administers the cluster. */
export function issueClientCertificate(options: {
  readonly cluster: string;
  readonly holder: Exclude<Holder, 'Nodes'>;
  readonly authority: IssuedCertificate;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}): Promise<IssuedCertificate> {
  const { cluster, holder, ...rest } = options;
  return issue({
    ...rest,
    subject: nameOf(`${cluster} ${holder.toLowerCase()}`, UNITS[holder]),
    names: [],
    usages: [ExtendedKeyUsage.clientAuth],
  });
}

async function issue(options: {
  readonly subject: JsonName;
  readonly names: readonly string[];
  readonly usages: readonly ExtendedKeyUsage[];
  readonly authority: IssuedCertificate;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}): Promise<IssuedCertificate> {
  const authority = new X509Certificate(options.authority.certificate);
  const signer = await importSigner(options.authority.key);
  const keys = await newKeys();
  const { notBefore, notAfter } = validity(options.nowMs, options.lifetimeMs);
  const certificate = await X509CertificateGenerator.create({
    subject: options.subject,
    issuer: authority.subjectName,
    publicKey: keys.publicKey,
    signingKey: signer.key,
    serialNumber: newSerial(),
    notBefore,
    // Nothing that an authority signs is worth anything after its own end.
    notAfter: new Date(Math.min(notAfter.getTime(), authority.notAfter.getTime())),
    signingAlgorithm: signer.algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([...options.usages]),
      ...(options.names.length === 0 ? [] : [new SubjectAlternativeNameExtension(options.names.map(asName))]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await exportKey(keys) };
}

function asName(value: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(value) === 0 ? 'dns' : 'ip', value };
}

function nameOf(commonName: string, unit: string | undefined): JsonName {
  return [{ O: [ORGANISATION] }, ...(unit === undefined ? [] : [{ OU: [unit] }]), { CN: [commonName] }];
}

/** X.509 counts whole seconds. */
function validity(nowMs: number, lifetimeMs: number): { notBefore: Date; notAfter: Date } {
  const second = (ms: number): Date => new Date(Math.floor(ms / 1_000) * 1_000);
  return { notBefore: second(nowMs - CLOCK_DIFFERENCE_MS), notAfter: second(nowMs + lifetimeMs) };
}

/** 127 random bits: positive, as RFC 5280 §4.1.2.2 wants, and never given out twice. */
function newSerial(): string {
  const bytes = randomBytes(16);
  // A first byte from 0x40 to 0x7f: neither a sign nor a leading zero to lose.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<PrivateKey> {
  const der = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  return new PrivateKey(key.export({ format: 'pem', type: 'pkcs8' }) as string);
}

/** The key of an authority for signing. One that people brought may be of another kind than ours. */
async function importSigner(pem: PrivateKey): Promise<{
  readonly key: webcrypto.CryptoKey;
  readonly algorithm: webcrypto.Algorithm & { readonly hash: string };
}> {
  const key = createPrivateKey(pem.reveal());
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const [algorithm, parameters] =
    curve === undefined
      ? ([RSA_SIGNATURE, RSA_SIGNATURE] as const)
      : ([SIGNATURE, { name: 'ECDSA', namedCurve: curve }] as const);
  const der = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
  return { key: await crypto.subtle.importKey('pkcs8', der, parameters, false, ['sign']), algorithm };
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
