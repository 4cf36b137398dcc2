import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SLICE_DOCUMENTS } from '../../node/http/limits.ts';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { type RawRequest, send } from './support/raw-http.ts';

let node: OneNode;
beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('db');
});
afterAll(() => node.close());

const at = (path: string, request?: RawRequest) => send(node.port, `/databases/db${path}`, request);
const put = (id: string, document: unknown) =>
  at(`/docs?id=${encodeURIComponent(id)}`, { method: 'PUT', body: JSON.stringify(document) });
const bodyOf = async (path: string, request?: RawRequest) => JSON.parse((await at(path, request)).body);
const post = (body: unknown): RawRequest => ({ method: 'POST', body: JSON.stringify(body) });

describe('a load with includes', () => {
  beforeAll(async () => {
    await put('companies/1', { Name: 'HR' });
    await put('products/1', { Name: 'Ink' });
    await put('products/2', { Name: 'Pen' });
    await put('orders/1', {
      Company: 'companies/1',
      Lines: [{ Product: 'products/1' }, { Product: 'products/2' }, { Product: 'products/404' }],
      Self: 'orders/1',
    });
  });

  it('brings what the paths name, once, under its id, and not what is a result itself', async () => {
    const { Results, Includes } = await bodyOf(
      '/docs?id=orders/1&include=Company&include=Lines[].Product&include=Self&include=Nowhere&include=COMPANIES/1',
    );
    expect(Results).toHaveLength(1);
    expect(Object.keys(Includes)).toEqual(['companies/1', 'products/1', 'products/2']);
    expect(Includes['companies/1']).toMatchObject({ Name: 'HR', '@metadata': { '@id': 'companies/1' } });
  });

  it('takes a path that no document has as an id', async () => {
    expect(Object.keys((await bodyOf('/docs?id=orders/1&include=products/1')).Includes)).toEqual([
      'products/1',
    ]);
  });

  it('gives an answer of several documents a tag that any change of them changes', async () => {
    const tagOf = async (path: string) => (await at(path)).headers.get('etag');
    expect(await tagOf('/docs?id=orders/1&include=Nowhere')).toBe(await tagOf('/docs?id=orders/1'));
    expect(await tagOf('/docs?id=orders/1&include=Company')).toMatch(/^"Hash-/);
    const before = await tagOf('/docs?id=orders/1&id=nope&include=Company');
    expect(before).toMatch(/^"Hash-[A-Za-z0-9+/]{43}="$/);
    const request = { headers: { 'If-None-Match': before ?? '' } };
    expect((await at('/docs?id=orders/1&id=nope&include=Company', request)).status).toBe(304);
    await put('companies/1', { Name: 'HR 2' });
    expect((await at('/docs?id=orders/1&id=nope&include=Company', request)).status).toBe(200);
  });

  it('refuses to include what is not built rather than to say that there is none', async () => {
    for (const parameter of ['counter=likes', 'timeseries=hr', 'revisions=x']) {
      expect((await at(`/docs?id=orders/1&${parameter}`)).status).toBe(501);
    }
  });
});

describe('the statistics of collections', () => {
  it('name those that have no documents any more', async () => {
    await put('gone/1', { '@metadata': { '@collection': 'Gone' } });
    await at('/docs?id=gone/1', { method: 'DELETE' });
    expect((await bodyOf('/collections/stats')).Collections.Gone).toBe(0);
  });
});

describe('multi_get', () => {
  const multiGet = (requests: readonly unknown[]) => bodyOf('/multi_get', post({ Requests: requests }));

  it('answers each request in its place, failures too, with headers always', async () => {
    await put('m/1', { a: 1 });
    const url = '/databases/another/docs';
    const { Results } = await multiGet([
      { Url: url, Query: '?&id=m%2F1', Method: 'GET', Headers: {}, Content: null },
      { Url: url, Query: '?&id=m%2F1&id=none' },
      { Url: '/databases/db/nothing' },
      { Url: '/build/version', Method: 'GET' },
      { Url: url, Query: '?loadHash=1', Method: 'POST', Content: '{"Ids":["m/1"]}' },
      { Url: url, Query: 'id=m%2F1', Method: 'HEAD' },
      { Url: url, Query: '?start=x' },
    ]);
    const statuses = Results.map((result: { StatusCode: number }) => result.StatusCode);
    expect(statuses).toEqual([200, 200, 400, 200, 200, 200, 500]);
    for (const { Headers } of Results) expect(Headers).toBeTypeOf('object');
    expect(Results[0].Result.Results[0].a).toBe(1);
    expect(Results[0].Headers.ETag).toMatch(/^"A:/);
    expect(Results[1].Result.Results[1]).toBeNull();
    expect(Results[2].Result.Type).toContain('RouteNotFoundException');
    expect(Results[5].Result).toBeNull();
  });

  it('gives a lazy load of a missing document something that the clients can read', async () => {
    const { Results } = await multiGet([{ Url: '/databases/db/docs', Query: '?id=none' }]);
    expect(Results).toEqual([{ Result: { Results: [null], Includes: {} }, StatusCode: 404, Headers: {} }]);
  });

  it('tells what has not changed, also that there was nothing', async () => {
    const tag = (await at('/docs?id=m/1')).headers.get('etag') ?? '';
    const { Results } = await multiGet([
      { Url: '/databases/db/docs', Query: '?id=m/1', Headers: { 'If-None-Match': tag } },
      { Url: '/databases/db/docs', Query: '?id=m/1', Headers: { 'If-None-Match': tag.slice(1, -1) } },
      { Url: '/databases/db/docs', Query: '?id=none', Headers: { 'If-None-Match': '404 Response' } },
    ]);
    expect(Results).toEqual(Array(3).fill({ Result: null, StatusCode: 304, Headers: {} }));
  });

  it('may hold another, and refuses a body that holds no requests', async () => {
    const inner = { Requests: [{ Url: '/databases/db/docs', Query: '?id=m/1' }] };
    const { Results } = await multiGet([
      { Url: '/databases/db/multi_get', Method: 'POST', Content: JSON.stringify(inner) },
    ]);
    expect(Results[0].Result.Results[0].StatusCode).toBe(200);
    expect((await at('/multi_get', post({}))).status).toBe(500);
    expect((await at('/multi_get', post({ Requests: [5] }))).status).toBe(500);
  });
});

describe('a listing', () => {
  const count = SLICE_DOCUMENTS * 2 + 7;
  beforeAll(async () => {
    const commands = Array.from({ length: count }, (_, i) => ({
      Id: `list/${String(i).padStart(5, '0')}`,
      Document: { i, '@metadata': { '@collection': 'Lists' } },
      Type: 'PUT',
    }));
    expect((await at('/bulk_docs', post({ Commands: commands }))).status).toBe(201);
  });

  const numbers = async (path: string): Promise<number[]> =>
    (await bodyOf(path)).Results.map((document: { i: number }) => document.i);
  const ascending = Array.from({ length: count }, (_, i) => i);

  it('of any length comes whole and in order, by prefix, by etag and newest first', async () => {
    expect(await numbers('/docs?startsWith=list/')).toEqual(ascending);
    expect(await numbers('/collections/docs?name=lists')).toEqual(ascending.toReversed());
    const newest = await numbers(`/docs?start=0&pageSize=${count}`);
    expect(newest).toEqual(ascending.toReversed());
    const first = (await bodyOf('/docs?id=list/00000')).Results[0]['@metadata']['@change-vector'];
    const etag = Number(/^A:(\d+)-/.exec(first)?.[1]);
    expect(await numbers(`/docs?etag=${etag}&pageSize=${count}`)).toEqual(ascending);
    // Before the first one, as from there on.
    expect(await numbers('/docs?etag=-1&pageSize=10')).toEqual(await numbers('/docs?etag=0&pageSize=10'));
  });

  it('is paged by start and page size, across the slices in which it is read', async () => {
    for (const [start, size] of [
      [0, 0],
      [0, 1],
      [3, SLICE_DOCUMENTS],
      [SLICE_DOCUMENTS - 1, SLICE_DOCUMENTS + 2],
      [count - 2, 10],
      [count, 10],
    ] as const) {
      const page = ascending.slice(start, start + size);
      expect(await numbers(`/docs?startsWith=list/&start=${start}&pageSize=${size}`)).toEqual(page);
      const reversed = ascending.toReversed().slice(start, start + size);
      expect(await numbers(`/collections/docs?name=Lists&start=${start}&pageSize=${size}`)).toEqual(reversed);
    }
    expect(await numbers('/docs?startsWith=list/&start=-5&pageSize=-1')).toEqual([]);
    expect(await numbers('/collections/docs?name=Nobody')).toEqual([]);
  });
});

describe('what a client knows', () => {
  it('of the topology and the client configuration is compared, and it is told when it is old', async () => {
    const headers = async (given: Record<string, string>) => {
      const response = await at('/docs?id=none', { headers: given });
      return [response.headers.get('refresh-topology'), response.headers.get('refresh-client-configuration')];
    };
    const { Stamp } = node.services.cluster.record('db')?.record.Topology ?? { Stamp: { Index: -1 } };
    expect(await headers({ 'Topology-Etag': `"${Stamp.Index - 1}"` })).toEqual(['true', undefined]);
    expect(await headers({ 'Topology-Etag': `"${Stamp.Index}"` })).toEqual([undefined, undefined]);
    // As the Python client says that it has none.
    expect(await headers({ 'Topology-Etag': '"None"' })).toEqual(['true', undefined]);
    expect(await headers({ 'Topology-Etag': 'odd' })).toEqual([undefined, undefined]);
    for (const known of ['0', '"None"']) {
      expect(await headers({ 'Client-Configuration-Etag': known })).toEqual([undefined, undefined]);
    }
    for (const known of [{}, { 'Client-Configuration-Etag': '0' }]) {
      // By fetch, which shows a header that comes twice.
      const changed = await fetch(`http://127.0.0.1:${node.port}/databases/db/admin/configuration/client`, {
        method: 'PUT',
        headers: known,
        body: '{"MaxNumberOfRequestsPerSession":5}',
      });
      expect(changed.headers.get('refresh-client-configuration')).toBe('true');
    }
    const { Etag } = await bodyOf('/configuration/client');
    for (const known of ['0', '"None"']) {
      expect(await headers({ 'Client-Configuration-Etag': known })).toEqual([undefined, 'true']);
    }
    expect(await headers({ 'Client-Configuration-Etag': String(Etag) })).toEqual([undefined, undefined]);
  });

  it('of the Raft index is here before the answer', async () => {
    const applied = node.services.cluster.appliedIndex();
    const read = (index: number) => at('/docs?id=none', { headers: { 'Known-Raft-Index': String(index) } });
    expect((await read(applied)).status).toBe(404);
    let isAnswered = false;
    const ahead = read(applied + 1).then(({ status }) => {
      isAnswered = true;
      return status;
    });
    expect((await read(0)).status).toBe(404);
    expect(isAnswered).toBe(false);
    await at('/identity/next?name=any', { method: 'POST' });
    expect(await ahead).toBe(404);
  });
});

describe('a database that moved to another node', () => {
  it('is answered with 410, so that clients look for it', async () => {
    await node.createDatabase('moved');
    const { record } = node.services.cluster.record('moved') ?? {};
    if (record === undefined) throw new Error('There is no such database.');
    await node.services.cluster.submit({
      type: 'UpdateTopology',
      name: 'moved',
      topology: { ...record.Topology, Members: ['B'] },
      expectedEtag: null,
    });
    await expect.poll(async () => (await send(node.port, '/databases/moved/docs?id=x')).status).toBe(410);
    const gone = await send(node.port, '/databases/moved/docs?id=x');
    expect(JSON.parse(gone.body).Type).toBe('Raven.Client.Exceptions.Database.DatabaseNotRelevantException');
    expect(gone.headers.get('cache-control')).toBe('must-revalidate,no-cache');
  });
});

describe('a batch', () => {
  it('with a request id that was seen is answered as the first time', async () => {
    const request = post({ Commands: [{ Id: 'once/', Document: { a: 1 }, Type: 'PUT' }] });
    const first = await at('/bulk_docs?raft-request-id=f3b1', request);
    const again = await at('/bulk_docs?raft-request-id=f3b1', request);
    expect(again.body).toBe(first.body);
    expect((await bodyOf('/docs?startsWith=once/')).Results).toHaveLength(1);
  });

  it('that asks for a majority of a group of one has it', async () => {
    const path = '/bulk_docs?waitForReplicasTimeout=00:00:15&numberOfReplicasToWaitFor=majority';
    expect((await at(path, post({ Commands: [] }))).status).toBe(201);
  });

  it('that is not in time for its copies is committed all the same', async () => {
    const path = '/bulk_docs?waitForReplicasTimeout=00:00:00.05&numberOfReplicasToWaitFor=2';
    const commands = { Commands: [{ Id: 'assured/1', Document: {}, Type: 'PUT' }] };
    const late = await at(path, post(commands));
    expect([late.status, JSON.parse(late.body).FailImmediately]).toEqual([408, true]);
    expect((await at('/docs?id=assured/1')).status).toBe(200);
    expect((await at(`${path}&throwOnTimeoutInWaitForReplicas=false`, post(commands))).status).toBe(201);
  });
});
