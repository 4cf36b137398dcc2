import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;
const databases: string[] = [];

const at = async (path: string, method = 'GET', body?: unknown) => {
  const answer = await send(node.port, `/databases/${databases.at(-1)}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status >= 300) throw new Error(answer.body);
  return JSON.parse(answer.body) as Record<string, unknown>;
};

interface Suggestions {
  readonly Unmergables: Readonly<Record<string, string>>;
  readonly Suggestions: readonly Record<string, unknown>[];
  readonly Errors: readonly unknown[];
}

type Definition = Readonly<Record<string, unknown>> & { readonly Maps: readonly string[] };

async function suggested(definitions: Readonly<Record<string, string | Definition>>): Promise<Suggestions> {
  databases.push(`shop${databases.length}`);
  await node.createDatabase(databases.at(-1) ?? '');
  const Indexes = Object.entries(definitions).map(([Name, one]) =>
    typeof one === 'string' ? { Name, Maps: [one] } : { Name, ...one },
  );
  await at('/admin/indexes', 'PUT', { Indexes });
  return (await at('/indexes/suggest-index-merge')) as unknown as Suggestions;
}

beforeAll(async () => {
  node = await startOneNode();
});
afterAll(() => node.close());

const ALONE = "Can't find any other index to merge this index with.";

describe('indexes that could be one', () => {
  it('are named with the index that has the fields of all, which can be made', async () => {
    const search = { Indexing: 'Search' };
    const { Suggestions, Unmergables, Errors } = await suggested({
      B: {
        Maps: ['from o in docs.Orders select new { o.City, Twice = o.Total * 2 }'],
        Fields: { City: search },
      },
      A: 'docs.Orders.Select(x => new { Lines = x.Lines.Select(l => l.Name), Key = x.City+x.Name })',
      Dogs: 'from d in docs.Dogs select new { d.City }',
    });
    expect([Unmergables, Errors, Suggestions.length]).toEqual([{ Dogs: ALONE }, [], 1]);
    const [{ MergedIndex, ...rest } = {}] = Suggestions;
    expect(rest).toEqual({ CanMerge: ['A', 'B'], CanDelete: [], Collection: 'Orders', SurpassingIndex: '' });
    const merged = MergedIndex as Definition;
    expect(merged).toMatchObject({ Name: null, Type: 'Map', Fields: { City: search }, Priority: 'Normal' });
    expect(merged.Maps).toEqual([
      `from doc in docs.Orders
select new
{
    City = doc.City,
    Key = doc.City+doc.Name,
    Lines = doc.Lines.Select(l => l.Name),
    Twice = doc.Total * 2
}`,
    ]);
    await at('/admin/indexes', 'PUT', { Indexes: [{ ...merged, Name: 'Merged' }] });
    expect(await at('/indexes?name=Merged')).toMatchObject({ Results: [{ Maps: merged.Maps }] });
  });

  it('need no new one when one of them has all of the others', async () => {
    const { Suggestions, Unmergables } = await suggested({
      Whole: 'from o in docs.Orders select new { o.City, o.Name }',
      Part: 'from x in docs.Orders select new { Name = x . Name }',
      Same: 'docs["orders"].Select(doc => new { doc.Name, doc.City })',
    });
    expect(Suggestions).toEqual([
      {
        CanMerge: [],
        CanDelete: ['Part', 'Whole'],
        MergedIndex: null,
        Collection: 'Orders',
        SurpassingIndex: 'Same',
      },
    ]);
    expect(Unmergables).toEqual({});
  });

  it('say the same of the fields that they share', async () => {
    const map = (text: string, more = {}) => ({ Maps: [text], ...more });
    const other = map('from o in docs.Orders select new { o.City, o.Name }');
    for (const one of [
      map('from o in docs.Orders select new { City = o.Town, o.Age }'),
      map('from o in docs.Orders select new { o.City, o.Age }', { Fields: { City: { Indexing: 'Exact' } } }),
      map('from o in docs.Orders select new { o.Age }', { Fields: { __all_fields: { Storage: 'Yes' } } }),
      map('from o in docs.Orders select new { o.Age }', { Configuration: { 'Indexing.MapBatchSize': '9' } }),
      map('from o in docs select new { o.Age }'),
    ]) {
      const { Suggestions, Unmergables } = await suggested({ One: one, Other: other });
      expect([Suggestions, Unmergables]).toEqual([[], { One: ALONE, Other: ALONE }]);
    }
  });

  it('do not filter, group, fan out, or give the document another meaning', async () => {
    const { Suggestions, Unmergables } = await suggested({
      Js: "map('Orders', (o) => ({ City: o.City }))",
      Reduced: {
        Maps: ['from o in docs.Orders select new { o.City, N = 1 }'],
        Reduce: 'from r in results group r by r.City into g select new { City = g.Key, N = g.Sum(x => x.N) }',
      },
      Maps: { Maps: ['from o in docs.A select new { o.City }', 'from o in docs.B select new { o.City }'] },
      Where: 'from o in docs.Orders where o.N > 1 select new { o.City }',
      Method: 'docs.Orders.Where(o => o.N > 1).Select(o => new { o.City })',
      Let: 'from o in docs.Orders let c = o.City select new { c }',
      Fan: 'from o in docs.Orders from l in o.Lines select new { l.City }',
      Many: 'docs.Orders.SelectMany(o => o.Lines, (o, l) => new { l.City })',
      Named: 'from o in docs.Orders select new { A = o.Lines.Select(doc => doc.City) }',
      Text: 'from o in docs.Orders select new { A = $"{o.City}!" }',
    });
    expect(Suggestions).toEqual([]);
    expect(Unmergables).toEqual({
      Js: 'Cannot merge JavaScript indexes.',
      Reduced: 'Cannot merge map/reduce indexes.',
      Maps: 'Cannot merge multi map indexes.',
      Where: 'Cannot merge indexes that have a where clause.',
      Method: 'Cannot merge indexes that do more than to select fields of the documents of one collection.',
      Let: 'Cannot merge indexes that are using a let clause.',
      Fan: 'Cannot merge indexes that have more than a single from clause.',
      Many: 'Cannot merge fanout indexes.',
      Named: "Cannot merge indexes in which 'doc' would not be the document everywhere.",
      Text: "Cannot merge indexes in which 'doc' would not be the document everywhere.",
    });
  });
});
