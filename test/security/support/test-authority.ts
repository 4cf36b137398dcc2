import 'reflect-metadata';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  type X509Certificate as Signed,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type CertificateFacts, factsOf } from '../../../node/security/certificate-facts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

export interface CertificateWishes {
  readonly commonName: string;
  readonly units?: readonly string[];
  /** DNS names and addresses; default: localhost and 127.0.0.1. */
  readonly names?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly purposes?: readonly ExtendedKeyUsage[];
  /** More extensions, for what should not be accepted. */
  readonly extensions?: readonly Extension[];
  /** RSA is what the official client reads from PEM. */
  readonly key?: 'EC' | 'RSA';
  /** Certify this key again instead of a new one. */
  readonly keys?: webcrypto.CryptoKeyPair;
}

/** A certificate with its key, as tests put it into files and TLS options. */
export class TestCertificate {
  readonly certificate: X509Certificate;
  readonly facts: CertificateFacts;
  readonly keys: webcrypto.CryptoKeyPair;
  /** The certificate and those between it and its authority. */
  readonly pem: string;
  readonly keyPem: string;

  constructor(signed: Signed, keys: webcrypto.CryptoKeyPair, intermediates: readonly TestCertificate[] = []) {
    this.certificate = new X509Certificate(signed.toString('pem'));
    this.facts = factsOf(this.certificate);
    this.keys = keys;
    this.pem = [this.certificate, ...intermediates.map(({ certificate }) => certificate)]
      .map(String)
      .join('');
    const key = KeyObject.from(keys.privateKey);
    // RSA keys in the form that the official client looks for.
    this.keyPem = key
      .export({ type: key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'pkcs8', format: 'pem' } as {
        type: 'pkcs8';
        format: 'pem';
      })
      .toString();
  }
}

/** A certificate authority that makes what a test needs. */
export class TestAuthority {
  readonly own: TestCertificate;
  readonly #above: readonly TestCertificate[];

  private constructor(own: TestCertificate, above: readonly TestCertificate[]) {
    this.own = own;
    this.#above = above;
  }

  static async create(name: string, dates: Pick<CertificateWishes, 'notAfter'> = {}): Promise<TestAuthority> {
    const keys = await generateKeys('EC');
    const signed = await X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [name] }],
      keys,
      ...validity(dates),
      signingAlgorithm: CURVE,
      extensions: authorityExtensions(undefined),
    });
    return new TestAuthority(new TestCertificate(signed, keys), []);
  }

  /** An authority below this one. */
  async intermediate(
    name: string,
    options: { readonly pathLength?: number; readonly extensions?: readonly Extension[] } = {},
  ): Promise<TestAuthority> {
    const keys = await generateKeys('EC');
    const extensions = [...authorityExtensions(options.pathLength), ...(options.extensions ?? [])];
    const signed = await this.#sign([{ CN: [name] }], keys, {}, extensions);
    const above = this.#isRoot ? [] : [this.own, ...this.#above];
    return new TestAuthority(new TestCertificate(signed, keys, above), above);
  }

  get pem(): string {
    return String(this.own.certificate);
  }

  get #isRoot(): boolean {
    return this.own.certificate.subject === this.own.certificate.issuer;
  }

  async issue(wishes: CertificateWishes): Promise<TestCertificate> {
    const keys = wishes.keys ?? (await generateKeys(wishes.key ?? 'EC'));
    const signed = await this.#sign(subjectOf(wishes), keys, wishes, leafExtensions(wishes));
    return new TestCertificate(signed, keys, this.#isRoot ? [] : [this.own, ...this.#above]);
  }

  #sign(
    subject: JsonName,
    keys: webcrypto.CryptoKeyPair,
    dates: Pick<CertificateWishes, 'notBefore' | 'notAfter'>,
    extensions: readonly Extension[],
  ): Promise<Signed> {
    return X509CertificateGenerator.create({
      subject,
      issuer: [{ CN: [this.own.facts.commonName ?? ''] }],
      publicKey: keys.publicKey,
      signingKey: this.own.keys.privateKey,
      signingAlgorithm: CURVE,
      ...validity(dates),
      extensions: [...extensions],
    });
  }
}

/** One that nobody vouches for. */
export async function selfSigned(wishes: CertificateWishes): Promise<TestCertificate> {
  const keys = wishes.keys ?? (await generateKeys(wishes.key ?? 'EC'));
  const signed = await X509CertificateGenerator.createSelfSigned({
    name: subjectOf(wishes),
    keys,
    ...validity(wishes),
    signingAlgorithm: wishes.key === 'RSA' ? RSA : CURVE,
    extensions: leafExtensions(wishes),
  });
  return new TestCertificate(signed, keys);
}

function generateKeys(kind: 'EC' | 'RSA'): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(kind === 'RSA' ? RSA : CURVE, true, ['sign', 'verify']);
}

function subjectOf({ commonName, units = [] }: CertificateWishes): JsonName {
  return [{ CN: [commonName] }, ...units.map((unit) => ({ OU: [unit] }))];
}

function validity({ notBefore, notAfter }: Pick<CertificateWishes, 'notBefore' | 'notAfter'>) {
  return {
    notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + 30 * DAY_MS),
  };
}

function leafExtensions(wishes: CertificateWishes): Extension[] {
  const names = wishes.names ?? ['localhost', '127.0.0.1'];
  const purposes = wishes.purposes ?? [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    ...(purposes.length === 0 ? [] : [new ExtendedKeyUsageExtension([...purposes])]),
    new SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
    ),
    ...(wishes.extensions ?? []),
  ];
}

function authorityExtensions(pathLength: number | undefined): Extension[] {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
}
