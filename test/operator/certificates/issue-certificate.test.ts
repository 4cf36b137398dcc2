import type { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type PeerCertificate, type TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import {
  describeCertificate,
  describeCertificates,
  findAuthority,
  isKeyOf,
} from '../../../operator/certificates/describe-certificate.ts';
import {
  createAuthority,
  type IssuedCertificate,
  issueClientCertificate,
  issueNodeCertificate,
} from '../../../operator/certificates/issue-certificate.ts';
import { wantedNames } from '../../../operator/certificates/wanted-names.ts';
import { sampleCluster } from './ravencluster-sample.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.now();
const { spec } = sampleCluster({
  networking: { domain: 'db.example.com' },
  tls: { extraSANs: ['FD00::0001'] },
});
const names = wantedNames({ name: 'db', namespace: 'shop', spec }, 'cluster.local');

const authority = await createAuthority('db', nowMs);
const stranger = await createAuthority('db', nowMs);
const options = { cluster: 'db', authority, nowMs, lifetimeMs: 90 * DAY_MS };
const node = await issueNodeCertificate({ ...options, names });
const operator = await issueClientCertificate({ ...options, holder: 'Operator' });

const servers: { close(): void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A TLS server that wants a certificate of `trusted`; resolves with what it saw of its first client. */
async function listen(certificate: IssuedCertificate, trusted: IssuedCertificate) {
  const server = createServer({
    cert: certificate.certificate,
    key: certificate.key.reveal(),
    ca: trusted.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen = new Promise<PeerCertificate>((resolve, reject) => {
    server.once('secureConnection', (socket: TLSSocket) => {
      resolve(socket.getPeerCertificate());
      socket.end('welcome');
    });
    server.once('tlsClientError', reject);
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

/** What a client with this certificate reads from the server under that name. */
async function visit(port: number, servername: string, mine: IssuedCertificate, trusted: IssuedCertificate) {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername,
    cert: mine.certificate,
    key: mine.key.reveal(),
    ca: trusted.certificate,
  });
  let text = '';
  for await (const part of socket) text += String(part);
  return text;
}

describe('certificates of the operator', () => {
  it('let two nodes and the operator speak to each other over mutual TLS, under every name of a node', async () => {
    const hosts = [
      'db-0.db-nodes.shop.svc',
      'db-101.db-nodes.shop.svc.cluster.local',
      'db-4.shop.svc',
      'db.shop.svc.cluster.local',
      'a.db.example.com',
      'localhost',
    ];
    for (const host of hosts) {
      const { port, seen } = await listen(node, authority);
      expect(await visit(port, host, node, authority)).toBe('welcome');
      expect((await seen).subject.OU).toBe('ravencluster-node');
    }
    const { port, seen } = await listen(node, authority);
    expect(await visit(port, 'db-0.db-nodes.shop.svc', operator, authority)).toBe('welcome');
    expect((await seen).subject.OU).toBe('ravencluster-operator');
  });

  it('are refused under a name that they are not for', async () => {
    const { port, seen } = await listen(node, authority);
    await expect(visit(port, 'db-0.db-nodes.other.svc', node, authority)).rejects.toThrow(/altnames/);
    await seen.catch(() => undefined);
  });

  it('are refused by those who trust another authority, on either side', async () => {
    const suspicious = await listen(node, stranger);
    const visitor = visit(suspicious.port, 'localhost', node, authority).catch((error: unknown) => error);
    await expect(suspicious.seen).rejects.toThrow();
    await visitor;
    const { port, seen } = await listen(node, authority);
    await expect(visit(port, 'localhost', node, stranger)).rejects.toThrow(/certificate/);
    await seen.catch(() => undefined);
  });

  it('of a client are no certificates of a server', async () => {
    const { port, seen } = await listen(operator, authority);
    await expect(visit(port, 'localhost', node, authority)).rejects.toThrow(/purpose|altnames|certificate/);
    await seen.catch(() => undefined);
  });

  it('are described as they were asked for', () => {
    const facts = describeCertificate(node.certificate);
    expect(facts).toMatchObject({
      units: ['ravencluster-node'],
      subject: 'O=RavenCluster, OU=ravencluster-node, CN=db',
      isAuthority: false,
      forServers: true,
      forClients: true,
    });
    expect([...facts.names].sort()).toEqual(names);
    expect(facts.names).toContain('fd00::1');
    expect(facts.sha256).toMatch(/^[0-9A-F]{64}$/);
    expect(facts.thumbprint).toMatch(/^[0-9A-F]{40}$/);
    expect(facts.notAfterMs).toBe(Math.floor((nowMs + 90 * DAY_MS) / 1000) * 1000);
    expect(describeCertificate(operator.certificate)).toMatchObject({ names: [], forServers: false });
    expect(describeCertificate(authority.certificate).isAuthority).toBe(true);
  });

  it('are good an hour before they are made, for clocks that are behind', () => {
    expect(nowMs - describeCertificate(node.certificate).notBeforeMs).toBeGreaterThanOrEqual(3_600_000);
  });

  it('never outlive their authority', async () => {
    const endMs = describeCertificate(authority.certificate).notAfterMs;
    const late = await issueNodeCertificate({ ...options, names, nowMs: endMs - DAY_MS });
    expect(describeCertificate(late.certificate).notAfterMs).toBe(endMs);
  });

  it('lead to the authority that signed them and to no other', () => {
    const chain = describeCertificates(node.certificate);
    const [mine, other] = [authority, stranger].map((one) => describeCertificate(one.certificate));
    if (mine === undefined || other === undefined) throw new Error('there are two');
    expect(findAuthority(chain, [other, mine])?.sha256).toBe(mine.sha256);
    expect(findAuthority(chain, [other])).toBeUndefined();
    // A name is not enough: it must be the signature.
    expect(findAuthority(chain, [{ ...other, subject: mine.subject }])).toBeUndefined();
  });

  it('know their own key', () => {
    const facts = describeCertificate(node.certificate);
    expect(isKeyOf(node.key.reveal(), facts)).toBe(true);
    expect(isKeyOf(operator.key.reveal(), facts)).toBe(false);
    expect(() => isKeyOf('-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----', facts)).toThrow(
      'no private key in PEM',
    );
  });

  it('can be signed by an authority with an RSA key that people bring', async () => {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
      },
      true,
      ['sign', 'verify'],
    );
    const brought = await rsaAuthority(publicKey, privateKey);
    const issued = await issueNodeCertificate({ ...options, authority: brought, names: ['localhost'] });
    const { port, seen } = await listen(issued, brought);
    expect(await visit(port, 'localhost', issued, brought)).toBe('welcome');
    await seen;
  });

  it('never show their key by accident', () => {
    const texts = [
      inspect(node),
      JSON.stringify(node),
      String(node.key),
      `${node.key}`,
      inspect({ deep: [node.key] }),
    ];
    for (const text of texts) {
      expect(text).toContain('[private key]');
      expect(text).not.toContain('PRIVATE KEY-----');
    }
  });
});

async function rsaAuthority(
  publicKey: webcrypto.CryptoKey,
  privateKey: webcrypto.CryptoKey,
): Promise<IssuedCertificate> {
  const { BasicConstraintsExtension, X509CertificateGenerator } = await import('@peculiar/x509');
  const { PrivateKey } = await import('../../../operator/certificates/private-key.ts');
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Brought along',
    keys: { publicKey, privateKey },
    notAfter: new Date(nowMs + 1_000 * DAY_MS),
    signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5' },
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
  return { certificate: certificate.toString('pem'), key: new PrivateKey(pem) };
}
