import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

const NO_SUCH_INDEX = 'Raven.Client.Exceptions.Documents.Indexes.IndexDoesNotExistException';

let node: OneNode;

async function answer(method: string, path: string, body?: unknown) {
  const { status, body: text } = await send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status, body: text === '' ? undefined : JSON.parse(text) };
}

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  const Maps = ["map('Orders', (o) => ({ city: o.city }))"];
  const Indexes = ['Zones', 'beta', 'Map'].map((Name) => ({ Name, Maps }));
  expect((await answer('PUT', '/admin/indexes', { Indexes })).status).toBe(201);
});
afterAll(() => node.close());

describe.each([
  ['enable', 'Normal'],
  ['disable', 'Disabled'],
])('POST /admin/indexes/%s', (route, state) => {
  it.each(['', '?name='])('without a name (%s) is refused', async (query) => {
    expect(await answer('POST', `/admin/indexes/${route}${query}`)).toMatchObject({
      status: 500,
      body: {
        Type: 'System.ArgumentException',
        Message: "Query string name is mandatory, but wasn't specified.",
      },
    });
  });

  it('of an index that there is not is refused', async () => {
    expect(await answer('POST', `/admin/indexes/${route}?name=zz`)).toMatchObject({
      status: 500,
      body: { Type: NO_SUCH_INDEX },
    });
  });

  it.each(['x', '1'])('with clusterWide=%s does nothing', async (value) => {
    const before = (await answer('GET', '/indexes?name=Map')).body;
    const { status, body } = await answer('POST', `/admin/indexes/${route}?name=Map&clusterWide=${value}`);
    expect([status, body.Type]).toEqual([500, 'System.ArgumentException']);
    expect(body.Message).toContain("'clusterWide' as bool");
    expect((await answer('GET', '/indexes?name=Map')).body).toEqual(before);
  });

  it.each(['', '&clusterWide=', '&clusterWide=true', '&clusterWide=False'])(
    'is done with "%s"',
    async (more) => {
      expect((await answer('POST', `/admin/indexes/${route}?name=map${more}`)).status).toBe(204);
      expect((await answer('GET', '/indexes?name=Map')).body.Results[0].State).toBe(state);
    },
  );
});

describe('POST /indexes/replace', () => {
  it.each(['Map', 'ReplacementOf/map'])('says of %s that nothing is to take its place', async (name) => {
    expect(await answer('POST', `/indexes/replace?name=${name}`)).toMatchObject({
      status: 500,
      body: {
        Type: NO_SUCH_INDEX,
        Message: "Nothing is to take the place of index 'Map': there is no 'ReplacementOf/Map'.",
      },
    });
  });

  it.each(['zones', 'ReplacementOf/Zones'])('has what is to take its place do so (%s)', async (name) => {
    const names = async () => {
      const { body } = await answer('GET', '/indexes?namesOnly=true');
      return body.Results.filter((one: string) => one.includes('Zones'));
    };
    await answer('POST', '/admin/indexes/stop');
    await answer('PUT', '/docs?id=places/1', { city: 'Haifa', '@metadata': { '@collection': 'Places' } });
    const Maps = [`map('Places', (o) => ({ city: o.city, by: '${name}' }))`];
    await answer('PUT', '/admin/indexes', { Indexes: [{ Name: 'Zones', Maps }] });
    expect(await names()).toEqual(['ReplacementOf/Zones', 'Zones']);
    expect((await answer('POST', `/indexes/replace?name=${name}`)).status).toBe(204);
    expect(await names()).toEqual(['Zones']);
    await answer('POST', '/admin/indexes/start');
  });

  it('says so when there is no such index', async () => {
    expect(await answer('POST', '/indexes/replace?name=zz')).toMatchObject({
      status: 500,
      body: { Type: NO_SUCH_INDEX, Message: "There is no index with 'zz' name." },
    });
  });
});

it.each([
  ['', 'field'],
  ['?name=Map', 'field'],
  ['?name=Map&field=', 'field'],
  ['?field=city', 'name'],
])('GET /indexes/terms%s says that %s is missing', async (query, missing) => {
  expect(await answer('GET', `/indexes/terms${query}`)).toMatchObject({
    status: 500,
    body: { Message: `Query string value '${missing}' must have a non empty value` },
  });
});

it.each([
  ['set-priority', 'Priority'],
  ['set-lock', 'Mode'],
])('POST /indexes/%s without %s is refused', async (route, name) => {
  for (const value of [undefined, null]) {
    expect(await answer('POST', `/indexes/${route}`, { IndexNames: ['Map'], [name]: value })).toMatchObject({
      status: 500,
      body: { Type: 'System.ArgumentException', Message: `The body must have '${name}'.` },
    });
  }
});

it('statistics are in the order of the names of indexes', async () => {
  const { body } = await answer('GET', '/indexes/stats');
  expect(body.Results.map((one: { Name: string }) => one.Name)).toEqual(['beta', 'Map', 'Zones']);
});

it('the history of an index is found by its name in any case', async () => {
  const { body } = await answer('GET', '/indexes/history?name=MAP');
  expect(body.History).toHaveLength(1);
});

it('an index that had nothing to do has taken no time', async () => {
  expect((await answer('GET', '/indexes/performance?name=map')).body.Results).toEqual([
    { Name: 'Map', Performance: [] },
  ]);
  expect((await answer('GET', '/indexes/total-time?name=map')).body.Results).toEqual([
    { Name: 'Map', TotalIndexingTime: '00:00:00', LagTime: null },
  ]);
});
