import { describe, expect, it } from 'vitest';
import {
  createAuthority,
  type IssuedCertificate,
  issueClientCertificate,
  issueNodeCertificate,
} from '../../../operator/certificates/issue-certificate.ts';
import { PrivateKey } from '../../../operator/certificates/private-key.ts';
import { readSupply } from '../../../operator/certificates/read-supply.ts';
import { SECRET_KEYS, type SecretObject, secretData } from '../../../operator/certificates/secret-object.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.now();
const HOST = 'db-0.db-nodes.shop.svc';

const authority = await createAuthority('corporate', nowMs);
const options = { cluster: 'db', authority, nowMs, lifetimeMs: 30 * DAY_MS };
const names = ['*.db-nodes.shop.svc'];
const node = await issueNodeCertificate({ ...options, names });
const operator = await issueClientCertificate({ ...options, holder: 'Operator' });

const pair = (certificate: string, key: string, issued: IssuedCertificate) => ({
  [certificate]: issued.certificate,
  [key]: issued.key.reveal(),
});
const right = { 'ca.crt': authority.certificate, ...pair('tls.crt', 'tls.key', node) };

/** What the operator makes of a Secret with these texts, at a time. */
function supplyOf(texts: Readonly<Record<string, string>>, atMs = nowMs) {
  const secret: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mine' },
    data: secretData(texts),
  };
  const { operatorCertificate, operatorKey, metricsCertificate, metricsKey } = SECRET_KEYS;
  return readSupply(
    'mine',
    secret,
    {
      operator: { secret, certificateKey: operatorCertificate, keyKey: operatorKey },
      metrics: { secret, certificateKey: metricsCertificate, keyKey: metricsKey },
    },
    { nowMs: atMs, hosts: [HOST], reason: 'SecretMissing' },
  );
}

const problem = (texts: Readonly<Record<string, string>>, atMs = nowMs) =>
  supplyOf(texts, atMs).problem?.message;

describe('certificates that somebody supplies', () => {
  it('are taken when they are right, with those of clients where there are some', () => {
    const alone = supplyOf(right).certificates;
    expect(alone?.leaf.certificate.units).toEqual(['ravencluster-node']);
    expect(alone).not.toHaveProperty('operator');
    expect(alone).not.toHaveProperty('remark');
    const both = supplyOf({ ...right, ...pair('operator.crt', 'operator.key', operator) }).certificates;
    expect(both?.operator?.certificate.units).toEqual(['ravencluster-operator']);
  });

  it('are refused before they are valid, after they have ended, and after their authority has', () => {
    expect(problem(right, nowMs - 2 * DAY_MS)).toContain('tls.crt is not valid before');
    expect(problem(right, nowMs + 31 * DAY_MS)).toContain('tls.crt ended on');
    expect(problem(right, nowMs + 4_000 * DAY_MS)).toMatch(/ended on/);
  });

  it('are refused for clients that could not be used, naming the key of the Secret', () => {
    expect(problem({ ...right, 'operator.crt': operator.certificate })).toBe(
      'Secret mine: operator.key is missing',
    );
    expect(
      problem({ ...right, ...pair('operator.crt', 'operator.key', { ...operator, key: node.key }) }),
    ).toBe('Secret mine: operator.key is not the key of the certificate in operator.crt');
  });

  it('are refused for nodes when they are made for clients only', () => {
    expect(problem({ ...right, ...pair('tls.crt', 'tls.key', operator) })).toContain(
      'is not made for servers (extended key usage serverAuth)',
    );
  });

  it('may come over an authority in between, which the chain must hold', async () => {
    const { whole, short } = await ofCompany();
    const supply = supplyOf(whole);
    expect(supply.problem).toBeUndefined();
    expect(supply.certificates?.leaf.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(problem(short)).toContain('is of none of the authorities in ca.crt');
  });

  it('without the organisational unit are taken, with a word about what that means', async () => {
    const { whole } = await ofCompany();
    expect(supplyOf(whole).certificates?.remark).toContain(
      'It lacks the organisational unit ravencluster-node',
    );
  });
});

/** A certificate as a company makes it: over an authority in between, without anything of ours in it. */
async function ofCompany() {
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [rootKeys, betweenKeys, leafKeys] = [await newKeys(), await newKeys(), await newKeys()];
  const common = {
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 30 * DAY_MS),
    signingAlgorithm: algorithm,
  };
  const isAuthority = new x509.BasicConstraintsExtension(true, undefined, true);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...common,
    name: 'CN=Company',
    keys: rootKeys,
    extensions: [isAuthority],
  });
  const between = await x509.X509CertificateGenerator.create({
    ...common,
    subject: 'CN=Between',
    issuer: root.subjectName,
    publicKey: betweenKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [isAuthority],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    ...common,
    subject: 'CN=database',
    issuer: between.subjectName,
    publicKey: leafKeys.publicKey,
    signingKey: betweenKeys.privateKey,
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', leafKeys.privateKey)).toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
  const secretWith = (chain: string) => ({
    'ca.crt': root.toString('pem'),
    ...pair('tls.crt', 'tls.key', { certificate: chain, key: new PrivateKey(pem) }),
  });
  return {
    whole: secretWith(`${leaf.toString('pem')}\n${between.toString('pem')}`),
    short: secretWith(leaf.toString('pem')),
  };
}
