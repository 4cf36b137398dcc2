import { afterEach, beforeEach, expect, it } from 'vitest';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { queryOf, ThreadedDatabase } from './threaded-database.ts';

const DOCUMENTS = 300;
/** They are not read between two writes. */
const FOUND_LATER = 4_000;

/** Takes a good part of a millisecond for each document, so that it can't be done between two writes. */
const SLOW = `declare function sumOf(user) {
    let sum = 0;
    for (let n = 0; n < 200000; n++) sum += n % 7;
    return sum;
  }`;

let one: ThreadedDatabase;
let isWriting: boolean;
let writing: Promise<void>;

const USERS = Array.from({ length: DOCUMENTS }, (_, at) => `users/${at}`);
const SETTINGS = ['settings/first', 'settings/last'];

/** Writes them in one transaction, all with the same number. */
async function write(ids: readonly string[], n: number): Promise<void> {
  const items = ids.map((id) => {
    const collection = id.startsWith('users/') ? 'Users' : 'Settings';
    const body = { n, settings: 'settings/last', '@metadata': { '@collection': collection } };
    return { id, document: Buffer.from(JSON.stringify(body)) };
  });
  await one.database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
}

/** Writes settings and one user for as long as the test runs. */
async function writeOn(): Promise<void> {
  for (let n = 1; isWriting; n++) await write([...SETTINGS, 'users/0'], n);
}

async function resultsOf<Result>(query: string): Promise<readonly Result[]> {
  const outcome = await one.ask(query);
  if (outcome.kind !== 'answer') throw new Error(`The query was answered by ${outcome.kind}.`);
  return (JSON.parse(Buffer.from(outcome.body).toString('utf8')) as { Results: Result[] }).Results;
}

beforeEach(async () => {
  one = await ThreadedDatabase.open();
  await write([...SETTINGS, ...USERS], 0);
  isWriting = true;
  writing = writeOn();
});
afterEach(async () => {
  isWriting = false;
  await writing;
  await one.close();
});

it('a long collection query is answered from one moment', async () => {
  const results = await resultsOf<{ user: number; first: number; last: number }>(`${SLOW}
    from Users as user load user.settings as last
    select { user: user.n, sum: sumOf(user), first: load('settings/first').n, last: last.n }`);
  expect(results).toHaveLength(DOCUMENTS);
  const [moment] = results;
  for (const result of results) expect([result.first, result.last]).toEqual([moment?.first, moment?.first]);
  // The one that is written together with the settings is the last by its etag.
  expect(results.at(-1)?.user).toBe(moment?.first);
});

it('the documents of a deletion by query are found, though looking for them takes longer than a write', async () => {
  const more = Array.from({ length: FOUND_LATER }, (_, at) => `users/more-${at}`);
  await write(more, 0);
  const outcome = await one.indexes.ids(queryOf('from Users'));
  if (outcome.kind !== 'ids') throw new Error(`The query was answered by ${outcome.kind}.`);
  expect(new Set(outcome.ids)).toEqual(new Set([...USERS, ...more]));
});

it('a long collection query lets others have their turns', async () => {
  const slow = one.ask(`${SLOW} from Users as user select { sum: sumOf(user), user: user.n }`);
  const first = await Promise.race([slow.then(() => 'slow'), one.ask('from Settings').then(() => 'quick')]);
  expect(first).toBe('quick');
  expect((await slow).kind).toBe('answer');
});
