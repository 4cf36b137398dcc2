import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  parseServerCertificate,
  type ServerCertificateFiles,
} from '../../node/security/server-certificate.ts';
import { parseTrustBundle } from '../../node/security/trust-bundle.ts';
import { TestAuthority, type TestCertificate } from './support/test-authority.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

let authority: TestAuthority;
let leaf: TestCertificate;

beforeAll(async () => {
  authority = await TestAuthority.create('the cluster');
  leaf = await authority.issue({ commonName: 'server' });
});

function parse(certificate: string | Buffer, key: string | null, password: string | null = null) {
  const files: ServerCertificateFiles = {
    certificate: Buffer.from(certificate),
    certificateName: '/tls/tls.crt',
    key: key === null ? null : Buffer.from(key),
    keyName: key === null ? '/tls/tls.crt' : '/tls/tls.key',
    password,
  };
  return parseServerCertificate(files);
}

describe('the server certificate', () => {
  it('is read from PEM, its key in the same file or in another', () => {
    expect(parse(leaf.pem, leaf.keyPem).facts.thumbprint).toBe(leaf.facts.thumbprint);
    expect(parse(leaf.keyPem + leaf.pem, null).facts.thumbprint).toBe(leaf.facts.thumbprint);
  });

  it('is the one that the key belongs to, wherever it stands in the file; the others follow as its chain', async () => {
    const below = await (await authority.intermediate('between')).issue({ commonName: 'server' });
    const parsed = parse(authority.pem + below.pem, below.keyPem);
    expect(parsed.facts.thumbprint).toBe(below.facts.thumbprint);
    expect(parsed.chainPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(parsed.chainPem.startsWith(String(below.certificate))).toBe(true);
  });

  it('is read with an encrypted key by its password', () => {
    const encrypted = createPrivateKey(leaf.keyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString();
    expect(parse(leaf.pem, encrypted, 'secret').facts.thumbprint).toBe(leaf.facts.thumbprint);
    expect(() => parse(leaf.pem, encrypted, 'wrong')).toThrow("/tls/tls.key can't be used");
  });

  it.each(['ec.pfx', 'rsa.pfx', 'rsa-by-ec.pfx'])(
    'is read from the PKCS#12 file %s that OpenSSL wrote',
    async (file) => {
      const bytes = await readFile(join(FIXTURES, file));
      const pem = await readFile(join(FIXTURES, file.replace('.pfx', '.crt')), 'utf8');
      const parsed = parse(bytes, null, 'secret');
      expect(String(parsed.certificate)).toBe(pem);
      expect(() => parse(bytes, null, 'wrong')).toThrow("can't be read as a PKCS#12 file");
    },
  );

  it('is refused with the file and the reason when it is of no use', async () => {
    const other = await authority.issue({ commonName: 'other' });
    expect(() => parse(leaf.pem, other.keyPem)).toThrow(
      'The key in /tls/tls.key belongs to none of the certificates in /tls/tls.crt',
    );
    expect(() => parse(leaf.pem, null)).toThrow('/tls/tls.crt holds no private key');
    expect(() => parse(leaf.keyPem, leaf.keyPem)).toThrow('/tls/tls.crt holds no certificate');
    expect(() => parse('rubbish', null)).toThrow("/tls/tls.crt can't be read as a PKCS#12 file");
    expect(() => parse(leaf.pem.replace(/\n[A-Za-z0-9+/]{20}/, '\n'), leaf.keyPem)).toThrow('/tls/tls.crt');
  });
});

describe('the bundle of trusted authorities', () => {
  it('tells the SHA-256 of each, once', async () => {
    const next = await TestAuthority.create('next');
    const bundle = parseTrustBundle(Buffer.from(authority.pem + next.pem + authority.pem), '/tls/ca.crt');
    expect(bundle.fingerprints).toEqual([authority.own.facts.sha256, next.own.facts.sha256].sort());
  });

  it('is refused whole when anything in it is not an authority', () => {
    expect(() => parseTrustBundle(Buffer.from(authority.pem + leaf.pem), '/tls/ca.crt')).toThrow(
      "/tls/ca.crt holds 'CN=server', which is no certificate authority",
    );
    expect(() => parseTrustBundle(Buffer.from(''), '/tls/ca.crt')).toThrow(
      '/tls/ca.crt holds no certificate',
    );
  });
});
