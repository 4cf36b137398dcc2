import { afterEach, beforeEach, expect, it } from 'vitest';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { autoIndexDefinition } from '../../node/indexing/auto/auto-index-definition.ts';
import { BACKGROUND_ROWS_MIN } from '../../node/indexing/limits.ts';
import { ThreadedDatabase } from './threaded-database.ts';

/** Batches of this many are written in the background. */
const DOCUMENTS = BACKGROUND_ROWS_MIN;
const VERSIONS = 12;

const field = (name: string) => ({ name, search: false, exact: false, highlight: false, suggest: false });
const VERSIONED = autoIndexDefinition('Users', [field('version'), field('own')]);

let one: ThreadedDatabase;
beforeEach(async () => {
  one = await ThreadedDatabase.open();
});
afterEach(() => one.close());

/** Writes all documents in one transaction, so that one batch of the index takes all of them. */
async function write(version: number): Promise<void> {
  const items = Array.from({ length: DOCUMENTS }, (_, at) => {
    const body = { version, own: `${version} of ${at}`, '@metadata': { '@collection': 'Users' } };
    return { id: `users/${at}`, document: Buffer.from(JSON.stringify(body)) };
  });
  await one.database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
}

async function countOf(query: string, waitMs: number | null): Promise<number> {
  const outcome = await one.indexes.query({
    query,
    parameters: {},
    start: 0,
    pageSize: 0,
    waitMs,
    knownEtag: null,
    extras: [],
  });
  if (outcome.kind !== 'answer') throw new Error(`The query was answered by ${outcome.kind}.`);
  return (JSON.parse(Buffer.from(outcome.body).toString('utf8')) as { TotalResults: number }).TotalResults;
}

it('a query sees all of a batch or nothing, while batches are written in the background', async () => {
  one.indexes.define({ auto: [VERSIONED], static: [] });
  await write(0);
  const all = 'from Users where version >= 0';
  expect(await countOf(all, 20_000)).toBe(DOCUMENTS);
  let isWriting = true;
  const asked = (async () => {
    const counts = new Set<number>();
    while (isWriting) {
      const or = Array.from({ length: VERSIONS + 1 }, (_, version) => `version = ${version}`).join(' or ');
      const answers = await Promise.all([countOf(all, null), countOf(`from Users where ${or}`, null)]);
      for (const count of answers) counts.add(count);
    }
    return counts;
  })();
  for (let version = 1; version <= VERSIONS; version++) {
    await write(version);
    expect(await countOf(`from Users where version = ${version}`, 20_000)).toBe(DOCUMENTS);
  }
  isWriting = false;
  expect([...(await asked)]).toEqual([DOCUMENTS]);
});
