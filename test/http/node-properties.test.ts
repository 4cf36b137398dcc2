import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;
beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
});
afterAll(() => node.close());

async function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await send(node.port, path, { headers });
  return { headers: answer.headers, body: JSON.parse(answer.body) };
}

const set = (body: unknown, tag = 'A') =>
  send(node.port, `/admin/cluster/node/properties?nodeTag=${tag}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });

const PUBLIC = 'https://a.example.com';

describe('POST /admin/cluster/node/properties', () => {
  it('gives clients the public URL in every topology, and operators both', async () => {
    const known = (await get('/topology?name=shop')).body.Etag;
    expect((await set({ Zone: 'z1', PublicUrl: `${PUBLIC}/` })).status).toBe(204);

    const { Nodes, Etag } = (await get('/topology?name=shop')).body;
    expect(Nodes).toMatchObject([{ Url: PUBLIC, ClusterTag: 'A' }]);
    expect(Etag).toBeGreaterThan(known);
    const { Topology, NodeProperties } = (await get('/cluster/topology')).body;
    expect([Topology.AllNodes, Topology.Members]).toEqual([{ A: PUBLIC }, { A: PUBLIC }]);
    expect(NodeProperties).toEqual({ A: { Zone: 'z1', PublicUrl: PUBLIC, Url: node.url } });
    const [shop] = (await get('/databases')).body.Databases;
    expect(shop.NodesTopology.Members).toMatchObject([{ NodeTag: 'A', NodeUrl: PUBLIC }]);
    expect((await get('/cluster/node-info')).body).toMatchObject({
      Zone: 'z1',
      LastLogIndex: expect.any(Number),
      LastLogTerm: expect.any(Number),
    });

    const isToldToRefresh = async (etag: number) => {
      const { headers } = await get('/databases/shop/stats', { 'Topology-Etag': `"${etag}"` });
      return headers.get('refresh-topology') === 'true';
    };
    expect([await isToldToRefresh(known), await isToldToRefresh(Etag)]).toEqual([true, false]);
  });

  it('leaves what the body does not name, and takes back what it names as null', async () => {
    await set({ Zone: 'z1', PublicUrl: PUBLIC });
    await set({ Zone: 'z2' });
    expect((await get('/cluster/topology')).body.NodeProperties.A).toMatchObject({
      Zone: 'z2',
      PublicUrl: PUBLIC,
    });
    await set({ Zone: null, PublicUrl: null });
    expect((await get('/cluster/topology')).body).toMatchObject({
      Topology: { AllNodes: { A: node.url } },
      NodeProperties: { A: { Zone: null, PublicUrl: null, Url: node.url } },
    });
  });

  it.each([
    [{ Zone: 7 }, 'A'],
    [{ Zone: '  ' }, 'A'],
    [{ Zone: 'z'.repeat(256) }, 'A'],
    [{ PublicUrl: 'ftp://a.example.com' }, 'A'],
    [{ PublicUrl: 'a.example.com' }, 'A'],
    [{ Zone: 'z1' }, 'Q'],
  ])('refuses %j for node %s', async (body, tag) => {
    expect((await set(body, tag)).status).toBe(500);
  });
});
