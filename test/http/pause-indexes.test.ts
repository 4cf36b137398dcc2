import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

const at = (path: string, method = 'POST', body?: unknown) =>
  send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function paused(): Promise<readonly string[]> {
  const { Indexes } = JSON.parse((await at('/indexes/status', 'GET')).body) as {
    Indexes: readonly { Name: string; Status: string }[];
  };
  return Indexes.filter(({ Status }) => Status === 'Paused').map(({ Name }) => Name);
}

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  const map = "map('Orders', (o) => ({ city: o.city }))";
  const Reduce = 'groupBy((x) => x.city).aggregate((g) => ({ city: g.key }))';
  const Indexes = [
    { Name: 'Map', Maps: [map] },
    { Name: 'Reduce', Maps: [map], Reduce },
  ];
  await at('/admin/indexes', 'PUT', { Indexes });
});
beforeEach(() => at('/admin/indexes/start'));
afterAll(() => node.close());

describe('indexes are paused', () => {
  it.each([
    ['', ['Map', 'Reduce']],
    ['?name=map', ['Map']],
    ['?type=map', ['Map']],
    ['?type=map-reduce', ['Reduce']],
  ])('as %s says', async (query, names) => {
    expect((await at(`/admin/indexes/stop${query}`)).status).toBe(204);
    expect(await paused()).toEqual(names);
    expect((await at(`/admin/indexes/start${query}`)).status).toBe(204);
    expect(await paused()).toEqual([]);
  });

  it('all but those that are started again, and those are told to pause again', async () => {
    await at('/admin/indexes/stop');
    await at('/admin/indexes/start?name=map');
    expect(await paused()).toEqual(['Reduce']);
    await at('/admin/indexes/stop?name=Map');
    expect(await paused()).toEqual(['Map', 'Reduce']);
    await at('/admin/indexes/start?type=map-reduce');
    expect(await paused()).toEqual(['Map']);
  });

  it('as a whole only when all are told to', async () => {
    const status = async () => JSON.parse((await at('/indexes/status', 'GET')).body).Status;
    await at('/admin/indexes/stop?name=Map');
    await at('/admin/indexes/stop?name=Reduce');
    expect(await status()).toBe('Running');
    await at('/admin/indexes/stop');
    await at('/admin/indexes/start?name=Map');
    expect(await status()).toBe('Paused');
    await at('/admin/indexes/start');
    expect(await status()).toBe('Running');
  });

  it.each(['?name=', '?type=', '?type=zz', '?name=zz'])('by %s not at all', async (query) => {
    expect((await at(`/admin/indexes/stop${query}`)).status).toBe(500);
    expect(await paused()).toEqual([]);
  });
});

it.each(['set-lock', 'set-priority'])('%s of no index is an error, and of one is done', async (route) => {
  const edit = (IndexNames: readonly string[]) =>
    at(`/indexes/${route}`, 'POST', { IndexNames, Mode: 'Unlock', Priority: 'Low' });
  const refused = await edit([]);
  expect(refused.status).toBe(500);
  expect(JSON.parse(refused.body)).toMatchObject({ Type: 'System.ArgumentException' });
  expect((await edit(['Map'])).status).toBe(204);
});
