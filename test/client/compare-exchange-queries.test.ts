import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from '../http/support/one-node.ts';
import { send } from '../http/support/raw-http.ts';

let node: OneNode;

const at = (path: string, method = 'GET', body?: unknown) =>
  send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  const values = { text: 'red', number: 5, object: { deep: [1, { a: 2 }] }, next: 'text' };
  for (const [key, value] of Object.entries(values)) {
    await at(`/cmpxchg?key=${key}&index=0`, 'PUT', { Object: value });
  }
  const documents = [
    { Color: 'red', Count: 5, Key: 'object' },
    { Color: 'blue', Count: 7, Key: 'none' },
  ];
  for (const [position, document] of documents.entries()) {
    const body = { ...document, '@metadata': { '@collection': 'Things' } };
    await at(`/docs?id=things/${position}`, 'PUT', body);
  }
});
afterAll(() => node.close());

async function query(text: string, parameters: object = {}) {
  const { status, body, headers } = await at('/queries', 'POST', {
    Query: text,
    QueryParameters: parameters,
    WaitForNonStaleResults: true,
  });
  const answer = JSON.parse(body) as Record<string, unknown> & {
    readonly Results?: readonly Record<string, unknown>[];
  };
  const results = answer.Results?.map(({ '@metadata': metadata, ...rest }) =>
    Object.keys(rest).includes('Color') ? (metadata as Record<string, unknown>)['@id'] : rest,
  );
  return { status, results, type: answer.Type, answer, headers };
}

describe('compare-exchange values in queries', () => {
  it.each<[where: string, found: string[]]>([
    ["Color = cmpxchg('text')", ['things/0']],
    ["Color = cmpxchg('TEXT')", ['things/0']],
    ['Color = cmpxchg($key)', ['things/0']],
    ["Color != cmpxchg('text')", ['things/1']],
    ["Count = cmpxchg('number')", ['things/0']],
    ["Count > cmpxchg('number')", ['things/1']],
    ["Color = cmpxchg('none')", []],
    ["Color = cmpxchg('object')", []],
    ["id() = cmpxchg('none')", []],
    ["Color = cmpxchg('text') and Count = 5", ['things/0']],
  ])('where %s', async (where, found) => {
    expect((await query(`from Things where ${where}`, { key: 'text' })).results).toEqual(found);
  });

  it.each<[select: string, rows: unknown[]]>([
    ["from Things select cmpxchg('text') as v", [{ v: 'red' }, { v: 'red' }]],
    ['from Things as t select cmpxchg(t.Key) as v', [{ v: { deep: [1, { a: 2 }] } }, { v: null }]],
    [
      "from Things as t select { a: cmpxchg(t.Key), b: cmpxchg('none'), c: cmpxchg(cmpxchg('next')) }",
      [
        { a: { deep: [1, { a: 2 }] }, b: null, c: 'red' },
        { a: null, b: null, c: 'red' },
      ],
    ],
    [
      "declare function shown(t) { return { v: cmpxchg('number') + t.Count } } from Things as t select shown(t)",
      [{ v: 10 }, { v: 12 }],
    ],
  ])('%s', async (text, rows) => {
    const { results, answer } = await query(text);
    expect(answer.Message).toBeUndefined();
    expect(results).toEqual(rows);
  });

  it('are included by the path of their keys in the results, without a tag that would not know when they change', async () => {
    const { answer, headers } = await query('from Things as t include cmpxchg(t.Key)');
    expect(answer.CompareExchangeValueIncludes).toMatchObject({
      object: { Key: 'object', Value: { Object: { deep: [1, { a: 2 }] } } },
      none: { Key: 'none', Index: -1, Value: null },
    });
    expect(headers.get('etag')).toBeUndefined();
    const depends = await query("from Things where Color = cmpxchg('text')");
    expect(depends.headers.get('etag')).toBeUndefined();
  });

  it.each([
    ['from Things where Color = cmpxchg(Key)'],
    ["from Things where Color = cmpxchg('a', 'b')"],
    ['from Things include cmpxchg(Key, Color)'],
    ['from Things where cmpxchg()'],
  ])('%s is refused', async (text) => {
    expect((await query(text)).status).toBeGreaterThanOrEqual(500);
  });

  it('are included once each, however the case of their keys', async () => {
    await at('/docs?id=spelt/1', 'PUT', { Key: ['Text', 'text'], '@metadata': { '@collection': 'Spelt' } });
    const { answer } = await query('from Spelt include cmpxchg(Key)');
    expect(Object.keys(answer.CompareExchangeValueIncludes as object)).toEqual(['Text']);
    const loaded = JSON.parse((await at('/docs?id=spelt/1&cmpxchg=Key')).body) as {
      readonly CompareExchangeValueIncludes: object;
    };
    expect(Object.keys(loaded.CompareExchangeValueIncludes)).toEqual(['Text']);
  });

  it('are read by patches, of one document and by query, and by streams as far as the query names them', async () => {
    const Patch = {
      Script: 'this.Copy = cmpxchg(this.Key); this.Text = cmpxchg(args.key)',
      Values: { key: 'text' },
    };
    const patched = await at('/docs?id=things/0', 'PATCH', { Patch });
    expect(patched.status).toBe(200);
    const stored = JSON.parse((await at('/docs?id=things/0')).body) as {
      readonly Results: readonly object[];
    };
    expect(stored.Results[0]).toMatchObject({ Copy: { deep: [1, { a: 2 }] }, Text: 'red' });
    const text = encodeURIComponent("from Things where Color = cmpxchg('text')");
    const streamed = JSON.parse((await at(`/streams/queries?query=${text}`)).body) as {
      readonly Results: readonly object[];
    };
    expect(streamed.Results).toHaveLength(1);
    // Nothing is made up where the value is not at hand.
    const late = encodeURIComponent("from Things as t select { v: cmpxchg('text') }");
    expect((await at(`/streams/queries?query=${late}`)).body).not.toContain('"v":null');
  });
});
