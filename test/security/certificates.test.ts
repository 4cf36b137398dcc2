import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR_UNIT } from '../../node/security/identity.ts';
import type { ClientCertificate } from './support/https-request.ts';
import { SecuredNode } from './support/secured-node.ts';
import { selfSigned, type TestCertificate } from './support/test-authority.ts';
import { unzip } from './support/unzip.ts';

let node: SecuredNode;

beforeAll(async () => {
  node = await SecuredNode.start();
  await node.administer('POST', '/admin/cluster/bootstrap');
  for (const name of ['shop', 'other']) {
    await node.administer('PUT', `/admin/databases?name=${name}`, { DatabaseName: name });
  }
  await node.administer('PUT', '/databases/shop/docs?id=users/1', { Name: 'Ann' });
});
afterAll(() => node.stop());

interface Grant {
  readonly SecurityClearance: string;
  readonly Permissions?: Readonly<Record<string, string>>;
}

async function register({ facts }: TestCertificate, grant: Grant): Promise<void> {
  const body = { Name: facts.commonName, Certificate: facts.base64, Permissions: {}, ...grant };
  expect(await node.administer('PUT', '/admin/certificates', body)).toBe('');
}

async function registered(commonName: string, grant: Grant): Promise<TestCertificate> {
  const certificate = await selfSigned({ commonName });
  await register(certificate, grant);
  return certificate;
}

async function status(as: ClientCertificate, method: string, path: string, body?: unknown): Promise<number> {
  const answer = await node.request(path, { as, method, ...(body === undefined ? {} : { body }) });
  return answer.status;
}

async function error(as: TestCertificate, method: string, path: string, body?: unknown) {
  const answer = await node.request(path, { as, method, ...(body === undefined ? {} : { body }) });
  const { Type, Message } = JSON.parse(answer.body);
  return { status: answer.status, type: String(Type).split('.').at(-1), message: String(Message) };
}

describe('a registered certificate', () => {
  it('that may read a database reads that one, and nothing else', async () => {
    const reader = await registered('reader', {
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Read' },
    });
    expect(await status(reader, 'GET', '/databases/shop/docs?id=users/1')).toBe(200);
    expect(await status(reader, 'GET', '/databases/SHOP/stats')).toBe(200);
    expect(await status(reader, 'PUT', '/databases/shop/docs?id=users/2', {})).toBe(403);
    expect(await status(reader, 'DELETE', '/databases/shop/docs?id=users/1')).toBe(403);
    expect(await status(reader, 'POST', '/databases/shop/bulk_docs', { Commands: [] })).toBe(403);
    expect(await status(reader, 'GET', '/databases/shop/admin/record')).toBe(403);
    expect(await status(reader, 'GET', '/databases/other/docs?id=a')).toBe(403);
    expect(await status(reader, 'PUT', '/admin/databases?name=mine', {})).toBe(403);
    expect(await status(reader, 'GET', '/admin/certificates')).toBe(403);
    expect(await status(reader, 'GET', '/topology?name=shop')).toBe(200);
    expect(await status(reader, 'GET', '/topology?name=other')).toBe(403);
    expect(await status(reader, 'GET', '/metrics')).toBe(200);
  });

  it('can’t do by multi_get what it can’t do alone', async () => {
    const reader = await registered('multi reader', {
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Read' },
    });
    const { body } = await node.request('/databases/shop/multi_get', {
      as: reader,
      method: 'POST',
      body: {
        Requests: [
          { Url: '/databases/shop/docs', Query: '?id=users/1', Method: 'GET' },
          { Url: '/databases/shop/docs', Query: '?id=users/3', Method: 'PUT', Content: '{}' },
          { Url: '/admin/databases', Query: '?name=other', Method: 'GET' },
        ],
      },
    });
    const statuses = JSON.parse(body).Results.map((result: { StatusCode: number }) => result.StatusCode);
    expect(statuses).toEqual([200, 403, 403]);
    expect(await status(reader, 'GET', '/databases/shop/docs?id=users/3')).toBe(404);
  });

  it('sees the databases it may read, and whether it administers them', async () => {
    const user = await registered('lister', {
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Admin' },
    });
    const list = async (as: TestCertificate) => {
      const { Databases } = JSON.parse((await node.request('/databases', { as })).body);
      return Databases.map(({ Name, IsAdmin }: { Name: string; IsAdmin: boolean }) => [Name, IsAdmin]);
    };
    expect(await list(user)).toEqual([['shop', true]]);
    const operator = await registered('list operator', { SecurityClearance: 'Operator' });
    expect(await list(operator)).toEqual([
      ['other', true],
      ['shop', true],
    ]);
  });

  it('that may write writes, and one that administers a database sees its record', async () => {
    const writer = await registered('writer', {
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'ReadWrite' },
    });
    expect(await status(writer, 'PUT', '/databases/shop/docs?id=users/4', {})).toBe(201);
    expect(await status(writer, 'GET', '/databases/shop/admin/record')).toBe(403);
    const admin = await registered('admin', {
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Admin' },
    });
    expect(await status(admin, 'GET', '/databases/shop/admin/record')).toBe(200);
  });

  it('of an operator has all databases, but neither the cluster nor its administrators’ certificates', async () => {
    const operator = await registered('operator', { SecurityClearance: 'Operator' });
    expect(await status(operator, 'PUT', '/admin/databases?name=third', { DatabaseName: 'third' })).toBe(201);
    expect(await status(operator, 'POST', '/admin/cluster/reelect')).toBe(403);
    const body = { Name: 'x', Certificate: (await selfSigned({ commonName: 'x' })).facts.base64 };
    for (const SecurityClearance of ['ClusterAdmin', 'ClusterNode']) {
      const grant = { ...body, SecurityClearance, Permissions: {} };
      expect((await error(operator, 'PUT', '/admin/certificates', grant)).status).toBe(403);
      expect((await error(operator, 'POST', '/admin/certificates', grant)).status).toBe(403);
    }
    const admin = await registered('cluster admin', { SecurityClearance: 'ClusterAdmin' });
    const { thumbprint } = admin.facts;
    const demotion = { Thumbprint: thumbprint, Name: 'x', SecurityClearance: 'ValidUser', Permissions: {} };
    expect(await status(operator, 'DELETE', `/admin/certificates?thumbprint=${thumbprint}`)).toBe(403);
    expect(await status(operator, 'POST', '/admin/certificates/edit', demotion)).toBe(403);
    const again = { ...demotion, Certificate: admin.facts.base64 };
    expect(await status(operator, 'PUT', '/admin/certificates', again)).toBe(403);
    expect(await status(admin, 'POST', '/admin/cluster/bootstrap')).toBe(204);
  });

  it('is changed by an edit and gone with a delete, at once and also on connections that live', async () => {
    const user = await registered('changing', {
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Read' },
    });
    const live = connectTls({
      port: node.port,
      host: '127.0.0.1',
      ca: node.authority.pem,
      cert: user.pem,
      key: user.keyPem,
    });
    const put = async () => {
      live.write('PUT /databases/shop/docs?id=live HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
      const [answer] = await once(live, 'data');
      return String(answer).slice(9, 12);
    };
    expect(await put()).toBe('403');
    await node.administer('POST', '/admin/certificates/edit', {
      Thumbprint: user.facts.thumbprint,
      Name: 'changed',
      SecurityClearance: 'ValidUser',
      Permissions: { Shop: 'ReadWrite' },
    });
    expect(await put()).toBe('201');
    await node.administer('DELETE', `/admin/certificates?thumbprint=${user.facts.thumbprint.toLowerCase()}`);
    expect(await put()).toBe('403');
    live.destroy();
  });
});

describe('the list of certificates', () => {
  it('shows them as RavenDB does, whole or without the certificate itself', async () => {
    const user = await registered('shown', { SecurityClearance: 'ValidUser', Permissions: { shop: 'Read' } });
    const { thumbprint, publicKeyPinningHash, base64, notBefore, notAfter } = user.facts;
    const path = `/admin/certificates?thumbprint=${thumbprint}`;
    const list = JSON.parse(await node.administer('GET', path));
    expect(list).toEqual({
      Results: [
        {
          Name: 'shown',
          SecurityClearance: 'ValidUser',
          Thumbprint: thumbprint,
          NotBefore: notBefore.toISOString().replace('Z', '0000Z'),
          NotAfter: notAfter.toISOString().replace('Z', '0000Z'),
          Permissions: { shop: 'Read' },
          CollectionPrimaryKey: '',
          CollectionSecondaryKeys: [],
          PublicKeyPinningHash: publicKeyPinningHash,
          HasTwoFactor: false,
          Certificate: base64,
        },
      ],
      LoadedServerCert: node.certificate.facts.thumbprint,
      WellKnownAdminCerts: null,
      WellKnownIssuers: [],
    });
    const metadata = JSON.parse(await node.administer('GET', `${path}&metadataOnly=true`));
    expect(metadata.Results[0].Certificate).toBeUndefined();
    expect((await node.request('/admin/certificates?thumbprint=AA', { as: node.operator })).status).toBe(404);
    const page = JSON.parse(await node.administer('GET', '/admin/certificates?start=1&pageSize=2'));
    expect(page.Results).toHaveLength(2);
    const named = JSON.parse(await node.administer('GET', '/admin/certificates?name=shown'));
    expect(named.Results).toHaveLength(1);
  });

  it('is not changed by what makes no sense, and says what is wrong', async () => {
    const { facts } = await selfSigned({ commonName: 'x' });
    const good = { Name: 'x', Certificate: facts.base64, SecurityClearance: 'ValidUser', Permissions: {} };
    const wrong = (change: object) =>
      error(node.operator, 'PUT', '/admin/certificates', { ...good, ...change });
    expect(await wrong({ Name: '' })).toMatchObject({ status: 500, type: 'ArgumentException' });
    expect(await wrong({ Certificate: 'AAAA' })).toMatchObject({ status: 500, type: 'ArgumentException' });
    expect(await wrong({ SecurityClearance: 'King' })).toMatchObject({
      status: 500,
      type: 'FormatException',
    });
    expect(await wrong({ Permissions: { shop: 'All' } })).toMatchObject({
      status: 500,
      type: 'FormatException',
    });
    expect(await wrong({ Certificate: node.certificate.facts.base64 })).toMatchObject({
      status: 500,
      type: 'InvalidOperationException',
    });
    const edit = { Thumbprint: 'AA', Name: 'x', SecurityClearance: 'ValidUser', Permissions: {} };
    expect(await error(node.operator, 'POST', '/admin/certificates/edit', edit)).toMatchObject({
      status: 500,
      type: 'InvalidOperationException',
    });
    expect(await status(node.operator, 'DELETE', '/admin/certificates?thumbprint=AA')).toBe(204);
    const server = `/admin/certificates?thumbprint=${node.certificate.facts.thumbprint}`;
    expect(await status(node.operator, 'DELETE', server)).toBe(500);
    const own = await registered('suicidal', { SecurityClearance: 'Operator' });
    expect(await status(own, 'DELETE', `/admin/certificates?thumbprint=${own.facts.thumbprint}`)).toBe(403);
  });
});

describe('a certificate that the server makes', () => {
  it.each([undefined, 'secret'])(
    'comes with its key, as PKCS#12 with the password %s and as PEM, and is known',
    async (password) => {
      const answer = await node.request('/admin/certificates', {
        as: node.operator,
        method: 'POST',
        body: {
          Name: 'app/shop',
          SecurityClearance: 'ValidUser',
          Permissions: { shop: 'ReadWrite' },
          ...(password === undefined ? {} : { Password: password }),
        },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/octet-stream');
      expect(answer.headers['content-disposition']).toContain('app%2Fshop.zip');
      const files = unzip(answer.bytes);
      expect([...files.values()].map(({ name }) => name)).toEqual([
        'app_shop.pfx',
        'app_shop.crt',
        'app_shop.key',
      ]);
      const pem = String(files.get('crt')?.bytes);
      const keyPem = String(files.get('key')?.bytes);
      expect(keyPem).toContain('BEGIN RSA PRIVATE KEY');
      expect(new X509Certificate(pem).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
      expect(await status({ pem, keyPem }, 'PUT', '/databases/shop/docs?id=by-pem', {})).toBe(201);
      const pfx = files.get('pfx')?.bytes ?? Buffer.alloc(0);
      const passphrase = password === undefined ? {} : { passphrase: password };
      expect(await status({ pfx, ...passphrase }, 'PUT', '/databases/shop/docs?id=by-pfx', {})).toBe(201);
      expect(await status({ pfx, ...passphrase }, 'GET', '/databases/other/stats')).toBe(403);
      if (password !== undefined) {
        await expect(status({ pfx, passphrase: 'wrong' }, 'GET', '/databases/shop/stats')).rejects.toThrow();
      }
    },
  );

  it('lives as long as it is asked to', async () => {
    const NotAfter = new Date(Date.now() + 3_600_000).toISOString();
    const body = { Name: 'short', SecurityClearance: 'Operator', Permissions: {} };
    await node.administer('POST', '/admin/certificates', { ...body, NotAfter });
    const { Results } = JSON.parse(await node.administer('GET', '/admin/certificates?name=short'));
    expect(Math.abs(Date.parse(Results[0].NotAfter) - Date.parse(NotAfter))).toBeLessThan(1_000);
    const over = { ...body, NotAfter: '2001-01-01T00:00:00Z' };
    expect(await status(node.operator, 'POST', '/admin/certificates', over)).toBe(500);
  });
});

describe('what a node says of certificates', () => {
  it('tells a client who it is', async () => {
    const whoAmI = async (as: TestCertificate) =>
      JSON.parse((await node.request('/certificates/whoami', { as })).body);
    const user = await registered('me', { SecurityClearance: 'ValidUser', Permissions: { shop: 'Read' } });
    expect(await whoAmI(user)).toMatchObject({
      Name: 'me',
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Read' },
    });
    expect(await whoAmI(node.operator)).toMatchObject({
      Name: 'operator',
      SecurityClearance: 'ClusterAdmin',
      Thumbprint: node.operator.facts.thumbprint,
    });
  });

  it('tells the operator what it shows and whom it trusts', async () => {
    expect(JSON.parse(await node.administer('GET', '/admin/certificates/state'))).toEqual({
      Server: {
        Thumbprint: node.certificate.facts.thumbprint,
        NotAfter: node.certificate.facts.notAfter.toISOString().replace('Z', '0000Z'),
      },
      TrustedCAs: [node.authority.own.facts.sha256],
    });
    const operator = await registered('state reader', { SecurityClearance: 'Operator' });
    expect(await status(operator, 'GET', '/admin/certificates/state')).toBe(200);
    const user = await registered('no state reader', { SecurityClearance: 'ValidUser' });
    expect(await status(user, 'GET', '/admin/certificates/state')).toBe(403);
  });

  it('gives its certificate away, and says how it is replaced', async () => {
    const exported = await node.administer('GET', '/admin/certificates/export');
    expect(new X509Certificate(exported).fingerprint256).toBe(node.certificate.certificate.fingerprint256);
    expect(exported).not.toContain('PRIVATE KEY');
    expect(JSON.parse(await node.administer('GET', '/admin/certificates/cluster-domains'))).toEqual({
      ClusterDomains: ['127.0.0.1'],
    });
    const answer = await error(node.operator, 'POST', '/admin/certificates/replace-cluster-cert', {});
    expect(answer).toMatchObject({ status: 500, type: 'InvalidOperationException' });
  });
});

describe('a node whose configuration names administrators', () => {
  it('trusts that thumbprint, and whatever that authority signed', async () => {
    const named = await selfSigned({ commonName: 'named' });
    const issuer = await node.authority.intermediate('administrators');
    const certified = await issuer.issue({ commonName: 'certified' });
    const other = await SecuredNode.start([
      `--Security.WellKnownCertificates.Admin=${named.facts.thumbprint.toLowerCase()}`,
      `--Security.WellKnownIssuers.Admin=${issuer.own.facts.base64}`,
    ]);
    try {
      const asked = async (as: TestCertificate) =>
        (await other.request('/admin/cluster/bootstrap', { as, method: 'POST' })).status;
      expect(await asked(named)).toBe(204);
      expect(await asked(certified)).toBe(204);
      expect(await asked(await node.authority.issue({ commonName: 'x', units: [OPERATOR_UNIT] }))).toBe(403);
      const { WellKnownAdminCerts, WellKnownIssuers } = JSON.parse(
        await other.administer('GET', '/admin/certificates'),
      );
      expect(WellKnownAdminCerts).toEqual([named.facts.thumbprint]);
      expect(WellKnownIssuers).toEqual([issuer.own.facts.thumbprint]);
    } finally {
      await other.stop();
    }
  });
});
