import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_UNIT, OPERATOR_UNIT } from '../../node/security/identity.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { SecuredNode } from './support/secured-node.ts';
import { selfSigned, TestAuthority, type TestCertificate } from './support/test-authority.ts';

const HOUR_MS = 3_600_000;

let node: SecuredNode;

beforeAll(async () => {
  node = await SecuredNode.start();
  await node.administer('POST', '/admin/cluster/bootstrap');
  await node.administer('PUT', '/admin/databases?name=shop', { DatabaseName: 'shop' });
});
afterAll(() => node.stop());

async function refusalOf(path: string, as?: TestCertificate): Promise<string> {
  const { status, body } = await node.request(path, as === undefined ? {} : { as });
  expect(status).toBe(403);
  const error = JSON.parse(body);
  expect(Object.keys(error)).toEqual(['Url', 'Type', 'Message', 'Error']);
  expect(error.Url).toBe(path);
  expect(error.Type).toBe('Raven.Client.Exceptions.Security.AuthorizationException');
  expect(error.Error).toContain(error.Type);
  return error.Message;
}

describe('a node that serves HTTPS', () => {
  it.each([
    ['/setup/alive', 204],
    ['/build/version', 200],
    ['/healthz', 200],
    ['/readyz', 200],
  ])('answers %s to anybody', async (path, status) => {
    expect((await node.request(path)).status).toBe(status);
  });

  it.each([
    '/cluster/topology',
    '/databases',
    '/metrics',
    '/databases/shop/docs?id=a',
    '/admin/databases?name=shop',
  ])('refuses %s without a certificate, in the words of the protocol', async (path) => {
    expect(await refusalOf(path)).toContain('none was sent');
  });

  it('lets the operator’s and a node’s certificate do everything, by the unit in their names', async () => {
    for (const as of [node.operator, node.certificate]) {
      const { status } = await node.request('/databases/shop/docs?id=users/1', {
        as,
        method: 'PUT',
        body: { Name: 'Ann' },
      });
      expect(status).toBe(201);
      expect((await node.request('/databases/shop/docs?id=users/1', { as })).body).toContain('Ann');
      expect((await node.request('/admin/cluster/observer/decisions', { as })).status).toBe(200);
    }
  });

  it('refuses an intruder, whatever it calls itself', async () => {
    const elsewhere = await TestAuthority.create('cluster CA');
    for (const units of [[], [NODE_UNIT], [OPERATOR_UNIT]]) {
      for (const intruder of [
        await selfSigned({ commonName: 'operator', units }),
        await elsewhere.issue({ commonName: 'operator', units }),
      ]) {
        expect(await refusalOf('/cluster/topology', intruder)).toContain(intruder.facts.thumbprint);
        expect(await refusalOf('/databases/shop/docs?id=users/1', intruder)).toContain('not known');
      }
    }
    const plainOne = await node.authority.issue({ commonName: 'of the same authority, without a unit' });
    expect(await refusalOf('/databases', plainOne)).toContain('not known');
  });

  it('refuses a certificate that has expired', async () => {
    const old = await node.authority.issue({
      commonName: 'operator',
      units: [OPERATOR_UNIT],
      notBefore: new Date(Date.now() - 2 * HOUR_MS),
      notAfter: new Date(Date.now() - HOUR_MS),
    });
    expect(await refusalOf('/databases', old)).toContain('has expired');
  });

  it('does not tell strangers which databases there are', async () => {
    expect(await refusalOf('/databases/shop/stats')).toBe(await refusalOf('/databases/unheard/stats'));
  });

  it('asks of each request inside a multi_get what it would ask of it alone', async () => {
    const { body } = await node.request('/databases/shop/multi_get', {
      as: node.operator,
      method: 'POST',
      body: { Requests: [{ Url: '/databases/shop/docs', Query: '?id=users/1', Method: 'GET' }] },
    });
    expect(JSON.parse(body).Results[0].StatusCode).toBe(200);
  });

  it('names itself by https in what clients are told', async () => {
    const { Topology } = JSON.parse(await node.administer('GET', '/cluster/topology'));
    expect(Object.values(Topology.AllNodes)).toEqual([node.url]);
    expect(node.url).toMatch(/^https:/);
    const { Nodes } = JSON.parse(await node.administer('GET', '/topology?name=shop'));
    expect(Nodes[0].Url).toBe(node.url);
    const { Certificate } = JSON.parse(await node.administer('GET', '/info/tcp?tag=x'));
    expect(Certificate).toBe(node.certificate.facts.base64);
  });

  it('tells its certificate’s life and failed handshakes in its metrics', async () => {
    const seconds = (await node.metric('ravencluster_certificate_expiry_seconds')) ?? 0;
    const expected = (node.certificate.facts.notAfter.getTime() - Date.now()) / 1000;
    expect(Math.abs(seconds - expected)).toBeLessThan(60);
    const series = 'ravencluster_tls_handshakes_failed_total{port="http"}';
    const before = (await node.metric(series)) ?? 0;
    const garbled = connect(node.port, '127.0.0.1');
    // The kind of a handshake, and nothing of one.
    garbled.end(Buffer.from([0x16, 3, 1, 0, 1, 0]));
    await waitUntil(
      'the failed handshake to be counted',
      async () => ((await node.metric(series)) ?? 0) > before,
    );
  });
});

describe('connections that are no secure ones', () => {
  async function exchange(bytes: string | Buffer): Promise<string> {
    const socket = connect(node.port, '127.0.0.1');
    socket.write(bytes);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  }

  it('are told to come by https when they speak plain HTTP', async () => {
    const answer = await exchange('GET /databases/shop/stats HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    const error = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    expect(error.Type).toBe('Raven.Client.Exceptions.Security.InsufficientTransportLayerProtectionException');
    expect(error.Url).toBe('/databases/shop/stats');
  });

  it('are closed when they speak anything else', async () => {
    expect(await exchange('hello')).toBe('');
    // The kind of a handshake, and nothing of one.
    expect(await exchange(Buffer.from([0x16, 0, 0, 0, 0, 0, 0]))).not.toContain('HTTP');
  });
});

describe('a session that is resumed', () => {
  it('is as trusted as the first one, also when its certificate needs others to be proven', async () => {
    const between = await node.authority.intermediate('between');
    const operator = await between.issue({ commonName: 'far operator', units: [OPERATOR_UNIT] });
    const secured = (session?: Buffer) =>
      connectTls({
        port: node.port,
        host: '127.0.0.1',
        ca: node.authority.pem,
        cert: operator.pem,
        key: operator.keyPem,
        ...(session === undefined ? {} : { session }),
      });
    const status = async (socket: TLSSocket) => {
      socket.write('GET /databases/shop/stats HTTP/1.1\r\nHost: x\r\n\r\n');
      const [answer] = await once(socket, 'data');
      return String(answer).slice(0, 12);
    };
    const first = secured();
    const session = once(first, 'session');
    expect(await status(first)).toBe('HTTP/1.1 200');
    const second = secured((await session)[0]);
    expect(await status(second)).toBe('HTTP/1.1 200');
    expect(second.isSessionReused()).toBe(true);
    first.destroy();
    second.destroy();
  });
});

describe('a certificate that is replaced while the node runs', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterAll(() => agent.destroy());

  it('is shown to new connections, while those that live go on', async () => {
    const live = await node.request('/databases/shop/stats', { as: node.operator, agent });
    expect(live.serverThumbprint).toBe(node.certificate.facts.thumbprint);
    const next = await node.authority.issue({ commonName: 'node', units: [NODE_UNIT] });
    await node.files.serve(next);
    await waitUntil('the new certificate', async () => {
      const { serverThumbprint } = await node.request('/setup/alive');
      return serverThumbprint === next.facts.thumbprint;
    });
    const later = await node.request('/databases/shop/stats', { as: node.operator, agent });
    expect(later.status).toBe(200);
    expect(later.serverThumbprint).toBe(node.certificate.facts.thumbprint);
    expect(
      await node.metric('ravencluster_certificate_reloads_total{file="certificate",result="loaded"}'),
    ).toBeGreaterThan(0);
  });

  it('stays in force when the new one is broken', async () => {
    const { serverThumbprint } = await node.request('/setup/alive');
    const refused = 'ravencluster_certificate_reloads_total{file="certificate",result="refused"}';
    const before = (await node.metric(refused)) ?? 0;
    await node.files.serve({ pem: 'broken', keyPem: 'broken' });
    await waitUntil('the refusal to be counted', async () => ((await node.metric(refused)) ?? 0) > before);
    expect((await node.request('/setup/alive')).serverThumbprint).toBe(serverThumbprint);
    await node.files.serve(node.certificate);
    await waitUntil('a good certificate to be taken again', async () => {
      const answer = await node.request('/setup/alive');
      return answer.serverThumbprint === node.certificate.facts.thumbprint;
    });
  });

  it('takes its authority’s trust along: the next request on a live connection is refused', async () => {
    const next = await TestAuthority.create('next CA');
    const operator = await next.issue({ commonName: 'operator', units: [OPERATOR_UNIT] });
    const status = (as: TestCertificate, through = agent) =>
      node.request('/databases/shop/stats', { as, agent: through }).then((answer) => answer.status);
    expect(await status(node.operator)).toBe(200);
    await node.files.trust([node.authority, next]);
    const ofNext = new Agent({ keepAlive: true, maxSockets: 1 });
    await waitUntil('both authorities to be trusted', async () => (await status(operator, ofNext)) === 200);
    expect(await status(node.operator)).toBe(200);
    await node.files.trust([next]);
    await waitUntil('the first authority to be forgotten', async () => (await status(node.operator)) === 403);
    expect(await status(operator, ofNext)).toBe(200);
    await node.files.trust([node.authority]);
    await waitUntil(
      'the first authority to be trusted again',
      async () => (await status(node.operator)) === 200,
    );
    ofNext.destroy();
  });
});

describe('a node that stops', () => {
  it('does not wait for connections that never became secure ones', async () => {
    const stopping = await SecuredNode.start();
    const silent = connect(stopping.port, '127.0.0.1');
    const silentTcp = connect(stopping.tcpPort, '127.0.0.1');
    await Promise.all([once(silent, 'connect'), once(silentTcp, 'connect')]);
    const closed = Promise.all([once(silent, 'close'), once(silentTcp, 'close')]);
    await stopping.stop();
    await closed;
  });
});
