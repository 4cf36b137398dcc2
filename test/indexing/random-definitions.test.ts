import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexFieldOptions } from '../../node/indexing/definitions/index-definition.ts';
import { answerFromIndex } from '../../node/querying/execute/answer-query.ts';
import { withoutPause } from '../../node/querying/execute/query-watch.ts';
import { compileQuery } from '../../node/querying/plan/compile-query.ts';
import { definitionOf, type IndexedDatabase } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';

const databases = new IndexedDatabases();

/** The same three fields: a text, a number, and what a compare-exchange value or a loaded document says. */
const MAPS = [
  "map('D', (d) => ({ a: d.a, n: d.n, r: cmpxchg(d.key).v }))",
  "map('D', (d) => { const v = cmpxchg([d.key])[0]; return [{ n: d.n, a: d.a, r: v.v }]; })",
  'from d in docs.D let v = LoadCompareExchangeValue<X>(d.key) select new { d.a, d.n, r = v.v }',
  'docs.D.Select(d => new { d.n, a = d.a, r = this.LoadCompareExchangeValue(d.key).v })',
] as const;

const options = fc.record(
  {
    Indexing: fc.constantFrom('Exact' as const, 'Default' as const, null),
    Storage: fc.constantFrom('Yes' as const, 'No' as const),
  },
  { requiredKeys: [] },
);
const fields = fc.record({ a: options, n: options, r: options }, { requiredKeys: [] });
const number = fc.integer({ min: 0, max: 3 });
const text = fc.constantFrom('Aa', 'aa', 'Bb', 'b b');
const key = fc.constantFrom('k1', 'K1', 'k2', 'none');
const documents = fc.array(fc.record({ a: text, n: number, key }), { minLength: 1, maxLength: 8 });
const values = fc.record({ k1: number, k2: number }, { requiredKeys: [] });

type Row = { readonly a: string; readonly n: number; readonly r: number | undefined };
interface Condition {
  readonly text: string;
  readonly holds: (row: Row, isExact: boolean) => boolean;
}

const single: fc.Arbitrary<Condition> = fc.oneof(
  text.map((one) => ({
    text: `a = '${one}'`,
    holds: ({ a }: Row, isExact: boolean) => (isExact ? a === one : a.toLowerCase() === one.toLowerCase()),
  })),
  number.map((one) => ({ text: `n = ${one}`, holds: ({ n }: Row) => n === one })),
  number.map((one) => ({ text: `n > ${one}`, holds: ({ n }: Row) => n > one })),
  number.map((one) => ({ text: `r = ${one}`, holds: ({ r }: Row) => r === one })),
  number.map((one) => ({ text: `r <= ${one}`, holds: ({ r }: Row) => r !== undefined && r <= one })),
);
const condition = fc.oneof(
  single,
  fc.tuple(single, fc.constantFrom('and', 'or'), single).map(
    ([one, operator, other]): Condition => ({
      text: `${one.text} ${operator} ${other.text}`,
      holds: (row, isExact) =>
        operator === 'and'
          ? one.holds(row, isExact) && other.holds(row, isExact)
          : one.holds(row, isExact) || other.holds(row, isExact),
    }),
  ),
);

/** Ids of the documents that a query of the index finds, sorted. */
function found(indexed: IndexedDatabase, where: string): readonly string[] {
  const request = { query: `from index 'Random' where ${where}`, parameters: {}, start: 0, pageSize: 100 };
  const plan = compileQuery(request, 0);
  const context = { documents: indexed.documents, nowMs: 0, scripts: databases.scripts };
  const { results } = withoutPause(answerFromIndex(plan, indexed.index('Random'), context));
  return results
    .map((json) => (JSON.parse(json.toString()) as { '@metadata': { '@id': string } })['@metadata']['@id'])
    .sort();
}

describe('whatever the form of a map and the options of its fields', () => {
  it('the index finds what a scan of the documents does, also after its values have changed', async () => {
    const given = fc.tuple(
      fc.constantFrom(...MAPS),
      fields,
      documents,
      values,
      values,
      fc.array(condition, { minLength: 1, maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(given, async ([map, Fields, rows, before, after, conditions]) => {
        const definition = definitionOf('Random', map, {
          Fields: Fields as Record<string, IndexFieldOptions>,
        });
        const indexed = await databases.open([definition]);
        try {
          for (const [n, row] of rows.entries()) await indexed.put(`d/${n}`, 'D', row);
          for (const now of [before, after]) {
            for (const name of ['k1', 'k2'] as const) {
              indexed.values.set(name, now[name] === undefined ? undefined : { v: now[name] });
            }
            await indexed.catchUp();
            for (const { text: where, holds } of conditions) {
              const expected = rows.flatMap((row, n) => {
                const r = { ...now, none: undefined }[row.key.toLowerCase()];
                return holds({ a: row.a, n: row.n, r }, Fields.a?.Indexing === 'Exact') ? [`d/${n}`] : [];
              });
              expect([where, found(indexed, where)]).toEqual([where, expected.sort()]);
            }
          }
          expect(indexed.index('Random').state.errors).toEqual([]);
        } finally {
          await indexed.close();
        }
      }),
      { numRuns: 12 },
    );
  });
});
