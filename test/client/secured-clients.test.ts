import type { IAuthOptions } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecuredNode } from '../security/support/secured-node.ts';
import { selfSigned } from '../security/support/test-authority.ts';
import { unzip } from '../security/support/unzip.ts';
import { Customer } from './model.ts';
import { OFFICIAL_CLIENTS, type OfficialClient } from './official-clients.ts';

let node: SecuredNode;

beforeAll(async () => {
  node = await SecuredNode.start();
  await node.administer('POST', '/admin/cluster/bootstrap');
});
afterAll(() => node.stop());

function open(client: OfficialClient, database: string, authOptions: IAuthOptions) {
  const store = new client.DocumentStore(node.url, database, authOptions);
  store.initialize();
  return store;
}

/** One certificate that the node made, as the two forms in which clients take one. */
async function generated(
  name: string,
  database: string,
): Promise<{ readonly pem: string; readonly pfx: Buffer }> {
  const { bytes, status } = await node.request('/admin/certificates', {
    as: node.operator,
    method: 'POST',
    body: {
      Name: name,
      SecurityClearance: 'ValidUser',
      Permissions: { [database]: 'Admin' },
      Password: 'secret',
    },
  });
  expect(status).toBe(200);
  const files = unzip(bytes);
  const text = (ending: string) => String(files.get(ending)?.bytes);
  return { pem: text('key') + text('crt'), pfx: files.get('pfx')?.bytes ?? Buffer.alloc(0) };
}

describe.each(OFFICIAL_CLIENTS)('the official client $version over https', ({ version, client }) => {
  // Client 5 changes names with a dash in what it reads of permissions.
  const database = `secured${version.replaceAll('.', '')}`;
  let certificate: { readonly pem: string; readonly pfx: Buffer };

  beforeAll(async () => {
    const admin = open(client, database, {
      type: 'pem',
      certificate: node.operator.keyPem + node.operator.pem,
      ca: node.authority.pem,
    });
    await admin.maintenance.server.send(new client.CreateDatabaseOperation({ databaseName: database }));
    admin.dispose();
    certificate = await generated(version, database);
  });

  const storeAndLoad = async (authOptions: IAuthOptions, id: string) => {
    const store = open(client, database, authOptions);
    try {
      const writing = store.openSession();
      await writing.store(new Customer('Ada', 'London'), id);
      await writing.saveChanges();
      const loaded = await store.openSession().load<Customer>(id, Customer);
      return loaded?.city;
    } finally {
      store.dispose();
    }
  };

  it('stores and loads with a certificate in PEM', async () => {
    const auth = { type: 'pem' as const, certificate: certificate.pem, ca: node.authority.pem };
    expect(await storeAndLoad(auth, 'customers/pem')).toBe('London');
  });

  it('stores and loads with a certificate in PKCS#12', async () => {
    const auth = {
      type: 'pfx' as const,
      certificate: certificate.pfx,
      password: 'secret',
      ca: node.authority.pem,
    };
    expect(await storeAndLoad(auth, 'customers/pfx')).toBe('London');
  });

  it('bulk-inserts, which streams a body for a while', async () => {
    const store = open(client, database, {
      type: 'pem',
      certificate: certificate.pem,
      ca: node.authority.pem,
    });
    const bulk = store.bulkInsert();
    for (let i = 0; i < 500; i++) await bulk.store(new Customer(`Name ${i}`), `bulk/${i}`);
    await bulk.finish();
    expect((await store.openSession().load<Customer>('bulk/499', Customer))?.name).toBe('Name 499');
    store.dispose();
  });

  it('is told that it may not, when its certificate is not known or has no access', async () => {
    const stranger = await selfSigned({ commonName: 'stranger', key: 'RSA' });
    const unknown = {
      type: 'pem' as const,
      certificate: stranger.keyPem + stranger.pem,
      ca: node.authority.pem,
    };
    await expect(storeAndLoad(unknown, 'customers/x')).rejects.toMatchObject({
      name: 'AuthorizationException',
    });
    const elsewhere = await generated(`elsewhere ${version}`, 'another-database');
    const other = { type: 'pem' as const, certificate: elsewhere.pem, ca: node.authority.pem };
    await expect(storeAndLoad(other, 'customers/x')).rejects.toMatchObject({
      name: 'AuthorizationException',
    });
  });

  it('registers a certificate, lists it and removes it', async () => {
    const store = open(client, database, {
      type: 'pem',
      certificate: node.operator.keyPem + node.operator.pem,
      ca: node.authority.pem,
    });
    const { server } = store.maintenance;
    const { facts } = await selfSigned({ commonName: 'app' });
    await server.send(
      new client.PutClientCertificateOperation('app', facts.base64, { [database]: 'Read' }, 'ValidUser'),
    );
    const known = () => server.send(new client.GetCertificatesOperation(0, 100));
    const found = (await known()).find(({ thumbprint }) => thumbprint === facts.thumbprint);
    expect(found).toMatchObject({
      name: 'app',
      securityClearance: 'ValidUser',
      permissions: { [database]: 'Read' },
    });
    await server.send(new client.DeleteCertificateOperation(facts.thumbprint));
    expect((await known()).map(({ thumbprint }) => thumbprint)).not.toContain(facts.thumbprint);
    store.dispose();
  });
});
