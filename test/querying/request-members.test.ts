import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryRequest } from '../../node/querying/plan/compile-query.ts';
import { type AnswerBody, IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  for (let n = 0; n < 6; n++) await database.put(`${n}`, { n, words: ['a', 'b'] }, 'Things');
  database.defineIndex('Words', "map('Things', t => t.words.map(word => ({ word, n: t.n })))");
});
afterAll(() => database.close());

const asked = (query: string, more: Partial<QueryRequest>) => database.query(query, {}, more);
const ids = ({ Results }: AnswerBody) =>
  Results.map((one) => (one['@metadata'] as { readonly '@id': string })['@id']).join(' ');

describe('a request', () => {
  it('pages together with the query, which alone says how many results its page could have', async () => {
    const both = await asked('from Things limit 1, 5', { start: 2, pageSize: 3 });
    expect([ids(both), both.CappedMaxResults, both.TotalResults]).toEqual(['2 3 4', 5, 6]);
    const beside = await asked('from Things', { start: 2, pageSize: 3 });
    expect([ids(beside), beside.CappedMaxResults]).toEqual(['2 3 4', undefined]);
    const within = await asked('from Things where n > 0.5 limit 3, 10', {});
    expect([ids(within), within.CappedMaxResults, within.TotalResults]).toEqual(['4 5', 2, 5]);
  });

  it('may want a document once for each of its entries', async () => {
    const once = await asked("from index 'Words' where n < 2.0", {});
    expect([ids(once), once.TotalResults, once.SkippedResults]).toEqual(['0 1', 4, 2]);
    const each = await asked("from index 'Words' where n < 2.0", { keepsDuplicates: true });
    expect([ids(each), each.TotalResults, each.SkippedResults]).toEqual(['0 0 1 1', 4, 0]);
    const distinct = await asked("from index 'Words' select distinct n", { keepsDuplicates: true });
    expect(distinct.Results).toHaveLength(6);
  });
});
