import type { DocumentStore, IMetadataDictionary } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from '../http/support/one-node.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { OFFICIAL_CLIENTS } from './official-clients.ts';

let node: OneNode;

beforeAll(async () => {
  node = await startOneNode();
});
afterAll(() => node.close());

describe.each(OFFICIAL_CLIENTS)('compare-exchange by the official client $version', ({ version, client }) => {
  const database = `cmpxchg-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    await node.createDatabase(database);
    store = new client.DocumentStore(node.url, database);
    store.initialize();
  });
  afterAll(() => store.dispose());

  const put = (key: string, value: unknown, index: number, metadata: object = {}) =>
    store.operations.send(
      new client.PutCompareExchangeValueOperation(key, value, index, metadata as IMetadataDictionary),
    );
  /** null: there is none; the clients say undefined. */
  const get = async (key: string) =>
    (await store.operations.send(new client.GetCompareExchangeValueOperation(key))) ?? null;

  it('sets a value once, then only at its index, and tells what stands there', async () => {
    const first = await put('ada', { mail: 'ada@x' }, 0);
    expect(first).toMatchObject({ successful: true, value: { mail: 'ada@x' } });
    const taken = await put('ada', { mail: 'eve@x' }, 0);
    expect(taken).toMatchObject({ successful: false, index: first.index, value: { mail: 'ada@x' } });
    const second = await put('ada', { mail: 'ada@y' }, first.index);
    expect(second.successful).toBe(true);
    expect(second.index).toBeGreaterThan(first.index);
    expect(await get('ada')).toMatchObject({ key: 'ada', index: second.index, value: { mail: 'ada@y' } });
    expect(await get('nobody')).toBeNull();
  });

  it.each([[7], ['text'], [true], [{ deep: { er: [1, null] } }]])('keeps %j as it is', async (value) => {
    const key = `kind/${JSON.stringify(value)}`;
    const { index } = await put(key, value, 0);
    expect(await get(key)).toMatchObject({ key, index, value });
  });

  it('lists by keys, and by the start of keys, page by page', async () => {
    for (const key of ['list/1', 'list/2', 'list/3']) await put(key, key, 0);
    const listed = (parameters: object) =>
      store.operations.send(
        new client.GetCompareExchangeValuesOperation<string>(parameters as { keys: string[] }),
      );
    expect(Object.keys(await listed({ startWith: 'list/' }))).toEqual(['list/1', 'list/2', 'list/3']);
    expect(Object.keys(await listed({ startWith: 'LIST/', start: 1, pageSize: 1 }))).toEqual(['list/2']);
    const named = await listed({ keys: ['list/3', 'list/none', 'list/1'] });
    expect(named['list/3']?.value).toBe('list/3');
    expect(named['list/none']?.value ?? null).toBeNull();
  });

  it('deletes at the index only, and gives the old value', async () => {
    const { index } = await put('gone', 'old', 0);
    const remove = (at: number) =>
      store.operations.send(new client.DeleteCompareExchangeValueOperation('gone', at));
    expect(await remove(index + 1)).toMatchObject({ successful: false, index, value: 'old' });
    expect(await remove(index)).toMatchObject({ successful: true, value: 'old' });
    expect(await get('gone')).toBeNull();
  });

  it('keeps metadata, and removes a value once it has expired', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await put('kept', 1, 0, { '@expires': later, mark: 'm' });
    await put('expired', 1, 0, { '@expires': new Date(Date.now() - 1000).toISOString() });
    await waitUntil('the expired value to be removed', async () => (await get('expired')) === null);
    expect((await get('kept'))?.metadata).toMatchObject({ '@expires': later, mark: 'm' });
  });
});
