import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFromIndex } from '../../node/querying/execute/answer-query.ts';
import { streamIndex } from '../../node/querying/execute/query-stream.ts';
import { withoutPause } from '../../node/querying/execute/query-watch.ts';
import { indexIds } from '../../node/querying/execute/result-ids.ts';
import { compileQuery } from '../../node/querying/plan/compile-query.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { definitionOf, IndexedDatabase } from '../indexing/indexed-database.ts';
import { impatientWatch } from './impatient-watch.ts';

type Shown = 'results' | 'entries';

const QUERIES: readonly (readonly [what: string, query: string, shows: Shown])[] = [
  ['facets', 'select facet(color, sum(price)), facet(price < 10, price >= 10, avg(price))', 'results'],
  ['suggestions', "select suggest(color, 'c2')", 'results'],
  ['results', 'where price >= 3 select color, price', 'results'],
  ['results in an order', 'where price >= 3 order by price as long desc', 'results'],
  [
    'conditions of several parts',
    "where (color = 'c1' or color = 'c2' or endsWith(color, '3')) and price < 15",
    'results',
  ],
  ['terms that are looked through', "where endsWith(color, '1') or regex(color, '^c[2-4]$')", 'results'],
  ['entries', 'where price >= 3 order by price as long desc limit 2, 100', 'entries'],
];

let folder: string;
let one: IndexedDatabase;
let writer: StorageWriter;
let scripts: ScriptEngine;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-turns-'));
  writer = new StorageWriter();
  scripts = new ScriptEngine();
  const definitions = [
    {
      ...definitionOf('Things', "map('Things', (t) => ({ color: t.color, price: t.price }))"),
      Fields: { color: { Suggestions: true } },
    },
  ];
  one = await IndexedDatabase.open({ folder, writer, scripts, definitions });
  await writeAll(0, (n) => n);
});
afterEach(async () => {
  await one.close();
  await writer.stop();
  scripts.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function writeAll(from: number, priceOf: (n: number) => number): Promise<void> {
  await putAll(from, priceOf);
  await one.catchUp();
}

async function putAll(from: number, priceOf: (n: number) => number): Promise<void> {
  for (let n = from; n < from + 20; n++) {
    await one.put(`things/${n}`, 'Things', { color: `c${n < 20 ? n % 7 : n}`, price: priceOf(n) });
  }
}

/** A query whose turn is over whenever it looks, and its watch. */
function asked(query: string, shows: Shown = 'results') {
  const watch = impatientWatch();
  const request = { query: `from index 'Things' ${query}`, parameters: {}, start: 0, pageSize: 1_000, shows };
  const plan = compileQuery(request, 0);
  const context = { documents: one.documents, scripts, nowMs: 0, watch };
  const steps = answerFromIndex(plan, one.index('Things'), context);
  return {
    watch,
    steps,
    stream: () => streamIndex(plan, one.index('Things'), context),
    ids: () => indexIds(plan, one.index('Things'), watch),
  };
}

/** Documents are read when they are shown: of those only which they are is of the index. */
const shown = (result: Buffer) => {
  const { '@metadata': metadata, ...rest } = JSON.parse(result.toString()) as {
    '@metadata'?: { '@id': string };
  };
  return metadata?.['@id'] ?? rest;
};
const resultsOf = (query: string, shows?: Shown) =>
  withoutPause(asked(query, shows).steps).results.map(shown);

async function answered(query: string, shows: Shown, inPause: (pauses: number) => Promise<void>) {
  const { watch, steps } = asked(query, shows);
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done === true) return { pauses, results: value.results.map(shown) };
    await inPause(pauses + 1);
    watch.restart();
  }
}

describe.each(QUERIES)('a query for %s', (_, query, shows) => {
  it('pauses, and answers the same', async () => {
    const { pauses, results } = await answered(query, shows, async () => {});
    expect(pauses).toBeGreaterThan(2);
    expect(results).toEqual(resultsOf(query, shows));
  });

  it('is answered from one moment of an index that is written in its pauses, and keeps its turns', async () => {
    const before = resultsOf(query, shows);
    let after: readonly unknown[] = [];
    let writing: Promise<void> | undefined;
    let pausesAfter = 0;
    const { results } = await answered(query, shows, async (pause) => {
      if (pause < 3) return;
      if (pause === 3) {
        await writeAll(10, (n) => n % 3);
        after = resultsOf(query, shows);
        return;
      }
      pausesAfter++;
      if (writing !== undefined) return;
      await putAll(25, () => 4);
      // This one has to wait: the query would begin over and over. A batch takes fewer rounds by far.
      writing = one.catchUp();
      for (let rounds = 0; rounds < 200; rounds++) await new Promise(setImmediate);
    });
    expect(after).not.toEqual(before);
    expect(results).toEqual(after);
    expect(pausesAfter).toBeGreaterThan(2);
    await writing;
    expect(resultsOf(query, shows)).not.toEqual(after);
  });
});

it('an index is written again after a query that is left in the middle', async () => {
  const { watch, steps } = asked('where price >= 0');
  for (let pauses = 0; pauses < 3; pauses++) steps.next();
  await writeAll(0, () => 1);
  watch.restart();
  steps.next();
  const writing = writeAll(0, () => 2);
  steps.return(undefined as never);
  await writing;
  expect(resultsOf('where price = 2')).toHaveLength(20);
});

it('a stream pauses until it is open, and has the results of one moment then', async () => {
  const { watch, stream } = asked("where price >= 3 and (endsWith(color, '1') or regex(color, '^c[2-4]$'))");
  const steps = stream();
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done !== true) {
      if (pauses === 3) await writeAll(10, (n) => n % 3);
      watch.restart();
      continue;
    }
    expect(pauses).toBeGreaterThan(6);
    const results: unknown[] = [];
    for (let some = value.next(1); some === null || some.length > 0; some = value.next(1)) {
      results.push(...(some ?? []).map(shown));
    }
    expect(results).toEqual(['things/3', 'things/4', 'things/8', 'things/9']);
    expect(value.head).toMatchObject({ totalResults: 4, indexName: 'Things' });
    return;
  }
});

it('the documents that a patch is for are those of one moment', async () => {
  const { watch, ids } = asked("where price >= 10 or endsWith(color, 'x')");
  const steps = ids();
  steps.next();
  await writeAll(10, () => 0);
  for (;;) {
    watch.restart();
    const { done, value } = steps.next();
    if (done !== true) continue;
    expect(value).toEqual({ ids: [], isStale: false });
    return;
  }
});
