import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

const at = async (path: string, method = 'POST', body?: unknown) => {
  const answer = await send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { Type, Message } = answer.body === '' ? {} : (JSON.parse(answer.body) as Record<string, unknown>);
  return { status: answer.status, Type, Message };
};

const good = { Name: 'Orders/ByCity', Maps: ["map('Orders', (o) => ({ city: o.city }))"] };
/** No node can make it; one of an older version may have let it in. */
const bad = {
  ...good,
  Name: 'Bad',
  Maps: ['map('],
  Fields: {},
  AdditionalSources: {},
  Configuration: {},
  LockMode: 'Unlock',
  Priority: 'Normal',
  State: 'Normal',
};

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  await at('/admin/indexes', 'PUT', { Indexes: [good] });
  await node.services.cluster.submit({ type: 'PutIndexes', name: 'shop', definitions: [bad] });
});
afterAll(() => node.close());

const MISSING = {
  status: 500,
  Type: 'Raven.Client.Exceptions.Documents.Indexes.IndexDoesNotExistException',
  Message: "There is no index with 'Nope' name.",
};

describe('an index that could not be opened', () => {
  it('says why when it is opened again in vain, whatever the case of its name', async () => {
    expect(await at('/index/open-faulty-index?name=bad')).toEqual({
      status: 500,
      Type: 'Raven.Client.Exceptions.Documents.Compilation.IndexCompilationException',
      Message: expect.stringMatching(/^Failed to compile index 'Bad': /) as unknown,
    });
  });

  it('is one that there is, and is faulty', async () => {
    expect(await at('/index/open-faulty-index')).toEqual({
      status: 500,
      Type: 'System.ArgumentException',
      Message: "Query string value 'name' must have a non empty value",
    });
    expect(await at('/index/open-faulty-index?name=Nope')).toEqual(MISSING);
    expect(await at('/index/open-faulty-index?name=orders/bycity')).toEqual({
      status: 500,
      Type: 'System.InvalidOperationException',
      Message: 'Cannot open non faulty index named: Orders/ByCity',
    });
  });
});

describe('a dump of an index', () => {
  it('is refused, with the reason, once it says what of and where to', async () => {
    for (const [query, name] of [
      ['', 'name'],
      ['?name=Orders/ByCity', 'path'],
    ]) {
      expect(await at(`/admin/indexes/dump${query}`)).toEqual({
        status: 500,
        Type: 'System.ArgumentException',
        Message: `Query string ${name} is mandatory, but wasn't specified.`,
      });
    }
    expect(await at('/admin/indexes/dump?name=Nope&path=/x')).toEqual(MISSING);
    expect(await at('/admin/indexes/dump?name=orders/bycity&path=/x')).toEqual({
      status: 500,
      Type: 'Raven.Client.Exceptions.Corax.NotSupportedInCoraxException',
      Message: expect.stringMatching(/'Orders\/ByCity' can't be dumped: .* Lucene/) as unknown,
    });
  });
});
