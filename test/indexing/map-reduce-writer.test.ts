import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DurableView } from '../../node/documents/key-value-view.ts';
import { REDUCED_WHOLE_MAX } from '../../node/indexing/limits.ts';
import { groupHash } from '../../node/indexing/reduce/group-keys.ts';
import { MapReduceWriter } from '../../node/indexing/reduce/map-reduce-writer.ts';
import { type ReducedObject, ReduceFailure, type Reducer } from '../../node/indexing/reduce/reducer.ts';
import { INDEX_COLUMNS, PARTIALS } from '../../node/indexing/store/index-columns.ts';
import { Turns } from '../../node/indexing/turns.ts';
import { InlineWriter } from '../../node/storage/inline-writer.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

interface Value extends ReducedObject {
  readonly key: string;
  readonly count: number;
  readonly sum: number;
}

const INDEX = 7;
/** Values that no reduce gets over. */
const POISON = 1_000_003;
let reducedValues = 0;

const reducer: Reducer = {
  keysOf: (values) => values.map(({ key }) => String(key)),
  reduce: (groups) =>
    groups.map((values) => {
      reducedValues += values.length;
      const [first] = values as readonly Value[];
      if (first === undefined) return null;
      if (values.some(({ sum }) => sum === POISON)) return new ReduceFailure('poison');
      const total = (member: 'count' | 'sum') =>
        (values as readonly Value[]).reduce((sum, value) => sum + value[member], 0);
      return { key: first.key, count: total('count'), sum: total('sum') };
    }),
};

let folder: string;
let environment: StorageEnvironment;
let view: DurableView;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-map-reduce-'));
  environment = await StorageEnvironment.open({
    path: folder,
    columns: INDEX_COLUMNS,
    writer: new InlineWriter(),
    durable: false,
  });
  view = new DurableView(environment);
});
afterEach(async () => {
  await environment.close();
  await rm(folder, { recursive: true, force: true });
});

/** What documents give, by id; null: nothing any more. */
type Batch = ReadonlyMap<string, { readonly key: string; readonly number: number } | null>;

/** Applies a batch, and gives what the groups that changed were reduced to; undefined where that failed. */
async function apply(changes: Batch): Promise<ReadonlyMap<string, object | null | undefined>> {
  const batch = new WriteBatch();
  const writer = new MapReduceWriter({ view, batch, index: INDEX, reducer });
  for (const [id, given] of changes) {
    writer.put(id, given === null ? [] : [{ key: given.key, count: 1, sum: given.number }]);
  }
  const groups = await writer.finish(new Turns());
  await environment.commit(batch, { sync: false });
  return new Map(
    groups.map(({ hash, result, failure }) => [hash, failure === undefined ? result : undefined]),
  );
}

class Model {
  readonly documents = new Map<string, { readonly key: string; readonly number: number }>();

  apply(changes: Batch): void {
    for (const [id, given] of changes) {
      if (given === null) this.documents.delete(id);
      else this.documents.set(id, given);
    }
  }

  result(key: string): object | null | undefined {
    const own = [...this.documents.values()].filter((one) => one.key === key);
    if (own.length === 0) return null;
    if (own.some(({ number }) => number === POISON)) return undefined;
    return { key, count: own.length, sum: own.reduce((sum, { number }) => sum + number, 0) };
  }
}

const many = (count: number, key: string, from = 0): Batch =>
  new Map(Array.from({ length: count }, (_, at) => [`d/${from + at}`, { key, number: at % 10 }]));

describe('the groups of a map-reduce index', () => {
  it('are what reducing all of their values gives, small and large, whatever comes and goes', async () => {
    const model = new Model();
    const check = async (changes: Batch) => {
      const found = await apply(changes);
      model.apply(changes);
      for (const key of ['a', 'b']) {
        const hash = groupHash(key).toString('hex');
        if (found.has(hash)) expect(found.get(hash)).toEqual(model.result(key));
      }
    };
    await check(many(REDUCED_WHOLE_MAX + 500, 'a'));
    const change = fc.record({
      id: fc.integer({ min: 0, max: REDUCED_WHOLE_MAX + 700 }),
      key: fc.constantFrom('a', 'a', 'a', 'b', null),
      number: fc.integer({ min: 0, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 80 }), async (changes) => {
        await check(
          new Map(changes.map(({ id, key, number }) => [`d/${id}`, key === null ? null : { key, number }])),
        );
      }),
      { numRuns: 40, seed: 11 },
    );
    // And until nothing is left.
    const ids = [...model.documents.keys()];
    for (let from = 0; from < ids.length; from += 400) {
      await check(new Map(ids.slice(from, from + 400).map((id) => [id, null])));
    }
    expect([...environment.scan(PARTIALS)]).toEqual([]);
  });

  it('come back when what could not be reduced has gone', async () => {
    const model = new Model();
    const check = async (changes: Batch) => {
      model.apply(changes);
      const found = await apply(changes);
      expect(found.get(groupHash('a').toString('hex'))).toEqual(model.result('a'));
    };
    await check(many(REDUCED_WHOLE_MAX + 100, 'a'));
    await check(new Map([['d/3', { key: 'a', number: POISON }]]));
    await check(new Map([['d/5', { key: 'a', number: 77 }]]));
    await check(many(50, 'a', 5000));
    await check(new Map([['d/3', { key: 'a', number: 4 }]]));
    await check(many(50, 'a', 6000));
  });

  it('that are large take new values without a look at the others', async () => {
    await apply(many(REDUCED_WHOLE_MAX * 3, 'a'));
    await apply(many(1, 'a', 50_000));
    reducedValues = 0;
    await apply(many(10, 'a', 100_000));
    // The ten, what their parts were, and what all parts are.
    expect(reducedValues).toBeLessThanOrEqual(10 + 10 + 256);
  });
});
