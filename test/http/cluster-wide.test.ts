import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;
beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
});
afterAll(() => node.close());

async function batch(Commands: readonly object[]) {
  const { status, body } = await send(node.port, '/databases/shop/bulk_docs', {
    method: 'POST',
    headers: { 'Raven-Client-Version': '7.2.3' },
    body: JSON.stringify({ Commands, TransactionMode: 'ClusterWide' }),
  });
  return { status, answer: JSON.parse(body) as Record<string, unknown> };
}

describe('a cluster-wide batch', () => {
  it.each<[what: string, command: object, type: string]>([
    [
      'a patch',
      { Type: 'PATCH', Id: 'a', Patch: { Script: 'this.n = 1' } },
      'System.ArgumentOutOfRangeException',
    ],
    [
      'a deletion by prefix',
      { Type: 'DELETE', Id: 'a', IdPrefixed: true },
      'System.ArgumentOutOfRangeException',
    ],
    [
      'an id that the server is to complete',
      { Type: 'PUT', Id: 'a/', Document: {} },
      'Raven.Server.Rachis.RachisApplyException',
    ],
    ['no id', { Type: 'PUT', Document: {} }, 'Raven.Server.Rachis.RachisApplyException'],
    [
      'no change vector',
      { Type: 'PUT', Id: 'a', Document: {}, ChangeVector: 'rubbish' },
      'System.ArgumentException',
    ],
    ['a long id', { Type: 'PUT', Id: 'x'.repeat(600), Document: {} }, 'System.ArgumentException'],
    [
      'an expiry that is no date',
      { Type: 'PUT', Id: 'a', Document: { '@metadata': { '@expires': 'soon' } } },
      'Raven.Server.Rachis.RachisApplyException',
    ],
    [
      'a key that is too long',
      { Type: 'CompareExchangePUT', Id: 'x'.repeat(600), Index: 0, Document: {} },
      'Raven.Client.Exceptions.CompareExchangeKeyTooBigException',
    ],
    [
      'a value that is too large',
      { Type: 'CompareExchangePUT', Id: 'k', Index: 0, Document: { Object: 'x'.repeat(5 * 1024 * 1024) } },
      'System.InvalidOperationException',
    ],
  ])('with %s is refused, and writes nothing', async (_, command, type) => {
    const { status, answer } = await batch([{ Type: 'PUT', Id: 'other', Document: {} }, command]);
    expect({ status, type: answer.Type }).toEqual({ status: 500, type });
    expect((await send(node.port, '/databases/shop/docs?id=other')).status).toBe(404);
  });

  it('checks the documents that were only read, and refuses when one has changed since', async () => {
    const { answer } = await batch([{ Type: 'PUT', Id: 'read', Document: { n: 1 } }]);
    const [row] = answer.Results as readonly Record<string, string>[];
    const seen = row?.['@change-vector'] ?? '';
    const reading = (vector: string, id: string) =>
      batch([
        { Type: 'BatchTrackChanges', TrackedEntities: { read: vector } },
        { Type: 'PUT', Id: id, Document: {} },
      ]);
    expect((await reading(seen, 'first')).status).toBe(201);
    await batch([{ Type: 'PUT', Id: 'read', Document: { n: 2 }, OriginalChangeVector: seen }]);
    const refused = await reading(seen, 'second');
    expect(refused.status).toBe(409);
    expect(refused.answer).toMatchObject({
      Type: 'Raven.Client.Exceptions.ClusterTransactionConcurrencyException',
      ConcurrencyViolations: [{ Type: 'Document', Id: 'rvn-atomic/read' }],
    });
    expect((await send(node.port, '/databases/shop/docs?id=second')).status).toBe(404);
  });
});
