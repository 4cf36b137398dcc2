import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

const at = async (path: string, method = 'GET', body?: unknown) => {
  const answer = await send(node.port, `/databases/shop${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: answer.body === '' ? null : (JSON.parse(answer.body) as unknown) };
};

const query = (text: string) =>
  at('/queries', 'POST', { Query: text, WaitForNonStaleResults: true }) as Promise<{
    body: { Results: readonly { '@metadata': { '@id': string } }[]; TotalResults: number };
  }>;

const INDEX = 'Orders/ByCity';
const MAP = "map('Orders', (o) => ({ city: o.city, n: o.n }))";
const BATCHES = 30;
/** So many that the few postings of a city are a block of their own. */
const BATCH = 20;
const CITIES = ['Haifa', 'Rome', 'Riga', 'Lima'];

/** All of one batch of the index. */
async function writeBatch(batch: number): Promise<void> {
  const Commands = Array.from({ length: BATCH }, (_, at) => ({
    Type: 'PUT',
    Id: `orders/${batch}-${at}`,
    Document: { city: CITIES[at % 4], n: batch, '@metadata': { '@collection': 'Orders' } },
  }));
  await at('/bulk_docs', 'POST', { Commands });
  await query(`from index '${INDEX}' limit 0`);
}

interface Operation {
  readonly Status: string;
  readonly Result: Record<string, unknown>;
}

async function optimized(name: string): Promise<Operation> {
  const { status, body } = await at(`/admin/indexes/optimize?name=${name}`, 'POST');
  expect([status, body]).toEqual([
    200,
    { OperationId: expect.any(Number) as unknown, OperationNodeTag: 'A' },
  ]);
  const { OperationId } = body as { OperationId: number };
  for (;;) {
    const state = (await at(`/operations/state?id=${OperationId}`)).body as Operation;
    if (state.Status !== 'InProgress') return state;
  }
}

const countsOf = ({ Result }: Operation) => String(Result.Message).match(/\d+/g)?.map(Number);

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  await at('/admin/indexes', 'PUT', { Indexes: [{ Name: INDEX, Maps: [MAP] }] });
  for (let batch = 0; batch < BATCHES; batch++) await writeBatch(batch);
});
afterAll(() => node.close());

describe('an index that is optimized', () => {
  it('has its scattered blocks merged until none is left, and answers as before', async () => {
    const found = async () => {
      const { body } = await query(`from index '${INDEX}' where city = 'Haifa' and n > 10 order by n`);
      return body.Results.map((one) => one['@metadata']['@id']);
    };
    const before = await found();
    expect(before.length).toBe(((BATCHES - 11) * BATCH) / 4);
    const first = await optimized('orders/bycity');
    expect(first).toMatchObject({
      Status: 'Completed',
      Result: {
        $type: 'Raven.Client.ServerWide.Operations.IndexOptimizeResult, Raven.Client',
        IndexName: INDEX,
      },
    });
    const [read = 0, left = 0] = countsOf(first) ?? [];
    expect(read - left).toBeGreaterThanOrEqual((BATCHES - 1) * CITIES.length);
    expect(await found()).toEqual(before);
    expect(countsOf(await optimized(INDEX))).toEqual([left, left]);
  });

  it('may be paused or disabled', async () => {
    await writeBatch(BATCHES);
    await at(`/admin/indexes/stop?name=${INDEX}`, 'POST');
    const [read = 0, left = 0] = countsOf(await optimized(INDEX)) ?? [];
    expect(left).toBeLessThan(read);
    await at('/admin/indexes/start', 'POST');
  });

  it('is listed as an operation that can be killed', async () => {
    await optimized(INDEX);
    const { body } = (await at('/operations')) as { body: { Results: readonly Record<string, unknown>[] } };
    const listed = body.Results.find(
      ({ Description }) => (Description as Record<string, unknown>).TaskType === 'LuceneOptimizeIndex',
    );
    expect(listed).toMatchObject({
      Killable: true,
      Description: { Description: `Optimizing index: ${INDEX}` },
      State: { Status: 'Completed' },
    });
  });

  it('is one that there is', async () => {
    const { status, body } = await at('/admin/indexes/optimize?name=Nope', 'POST');
    expect([status, body]).toEqual([
      500,
      expect.objectContaining({
        Type: 'Raven.Client.Exceptions.Documents.Indexes.IndexDoesNotExistException',
        Message: "There is no index with 'Nope' name.",
      }),
    ]);
    expect((await at('/admin/indexes/optimize', 'POST')).body).toMatchObject({
      Type: 'System.ArgumentException',
      Message: "Query string value 'name' must have a non empty value",
    });
  });
});
