import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerFromIndex } from '../../node/querying/execute/answer-query.ts';
import { withoutPause } from '../../node/querying/execute/query-watch.ts';
import { compileQuery } from '../../node/querying/plan/compile-query.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { definitionOf, IndexedDatabase } from '../indexing/indexed-database.ts';
import { impatientWatch } from './impatient-watch.ts';

const QUERY =
  "from index 'Things' select facet(color, sum(price)), facet(price < 10, price >= 10, avg(price))";

let folder: string;
let one: IndexedDatabase;
const writer = new StorageWriter();
const scripts = new ScriptEngine();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-facets-'));
  const definitions = [definitionOf('Things', "map('Things', (t) => ({ color: t.color, price: t.price }))")];
  one = await IndexedDatabase.open({ folder, writer, scripts, definitions });
  for (let n = 0; n < 20; n++) await one.put(`things/${n}`, 'Things', { color: `c${n % 7}`, price: n });
  await one.catchUp();
});
afterAll(async () => {
  await one.close();
  await writer.stop();
  scripts.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** A query whose turn is over whenever it looks, and its watch. */
function asked() {
  const watch = impatientWatch();
  const request = { query: QUERY, parameters: {}, start: 0, pageSize: Number.MAX_SAFE_INTEGER };
  const context = { documents: one.documents, scripts, nowMs: 0, watch };
  return { watch, steps: answerFromIndex(compileQuery(request, 0), one.index('Things'), context) };
}

async function counted(inPause: (pauses: number) => Promise<void>) {
  const { watch, steps } = asked();
  let pauses = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { pauses, results: value.results.map(String) };
    pauses++;
    await inPause(pauses);
    watch.restart();
  }
}

it('facets pause between their values, ranges and groups, and count the same', async () => {
  const { pauses, results } = await counted(async () => {});
  expect(pauses).toBeGreaterThan(10);
  const whole = withoutPause(asked().steps).results.map(String);
  expect(results).toEqual(whole);
});

it('facets of an index that is written in a pause are all of the moment after it', async () => {
  const before = withoutPause(asked().steps).results.map(String);
  const { pauses, results } = await counted(async (pause) => {
    if (pause !== 5) return;
    for (let n = 0; n < 10; n++) await one.put(`things/more-${n}`, 'Things', { color: `c${n}`, price: n });
    await one.catchUp();
  });
  expect(pauses).toBe(5);
  expect(results).not.toEqual(before);
  expect(results).toEqual(withoutPause(asked().steps).results.map(String));
});
