import 'reflect-metadata';
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const LIFETIME_MS = 365 * 24 * 60 * 60 * 1000;

export interface CertificateRequest {
  readonly commonName: string;
  /** In Kubernetes: the group of a user. */
  readonly organisation?: string;
  readonly usage: 'server' | 'client';
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** The certificate authority of a Kubernetes cluster under test, and the files that it gives out. */
export class ClusterAuthority {
  readonly folder: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #name: JsonName;

  private constructor(folder: string, keys: webcrypto.CryptoKeyPair, name: JsonName) {
    this.folder = folder;
    this.#keys = keys;
    this.#name = name;
  }

  /** Writes `ca.crt`, and `sa.key` and `sa.pub` for the tokens of service accounts. */
  static async create(folder: string): Promise<ClusterAuthority> {
    await mkdir(folder, { recursive: true });
    const keys = await newKeys();
    const name: JsonName = [{ CN: ['kubernetes-under-test'] }];
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name,
      keys,
      serialNumber: newSerial(),
      ...validity(),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
      ],
    });
    const authority = new ClusterAuthority(folder, keys, name);
    await writeFile(authority.file('ca.crt'), `${certificate.toString('pem')}\n`);
    await writeFile(authority.file('ca.key'), await keyPem(keys), { mode: 0o600 });
    const tokens = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(authority.file('sa.key'), tokens.privateKey.export({ type: 'pkcs1', format: 'pem' }), {
      mode: 0o600,
    });
    await writeFile(authority.file('sa.pub'), tokens.publicKey.export({ type: 'spki', format: 'pem' }));
    return authority;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Writes `<name>.crt` and `<name>.key` into a folder, this one's unless another is named. */
  async issue(name: string, request: CertificateRequest, folder = this.folder): Promise<void> {
    const keys = await newKeys();
    const names: JsonGeneralName[] = [
      ...(request.dnsNames ?? []).map((value) => ({ type: 'dns', value }) as const),
      ...(request.addresses ?? []).map((value) => ({ type: 'ip', value }) as const),
    ];
    const certificate = await X509CertificateGenerator.create({
      subject: [
        ...(request.organisation === undefined ? [] : [{ O: [request.organisation] }]),
        { CN: [request.commonName] },
      ],
      issuer: this.#name,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      serialNumber: newSerial(),
      ...validity(),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([
          request.usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
        ]),
        ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
      ],
    });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}.crt`), `${certificate.toString('pem')}\n`);
    await writeFile(join(folder, `${name}.key`), await keyPem(keys), { mode: 0o600 });
  }

  /** Issues a client certificate, and writes the kubeconfig of its user. Gives the kubeconfig's path. */
  async writeKubeconfig(
    user: string,
    request: Omit<CertificateRequest, 'usage'>,
    server: string,
    folder = this.folder,
  ): Promise<string> {
    await this.issue(user, { ...request, usage: 'client' }, folder);
    const file = join(folder, `${user}.kubeconfig`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server, 'certificate-authority': this.file('ca.crt') } }],
      users: [
        {
          name: user,
          user: {
            'client-certificate': join(folder, `${user}.crt`),
            'client-key': join(folder, `${user}.key`),
          },
        },
      ],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    };
    await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    return file;
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

/** A positive number: the first byte is small and not zero. */
function newSerial(): string {
  return `1${randomBytes(15).toString('hex').slice(1)}`.padStart(30, '0');
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs - 60_000), notAfter: new Date(nowMs + LIFETIME_MS) };
}
