import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { REQUESTS_PER_BLOCK } from '../../node/cluster/limits.ts';
import { RequestBlocks } from '../../node/cluster/request-blocks.ts';
import type { RememberedRequest } from '../../node/cluster/state/request-history.ts';
import { numberKey, REQUESTS } from '../../node/cluster/state/state-keys.ts';
import type { StateEntry } from '../../node/cluster/state/state-transaction.ts';
import { FORGOTTEN, META, STATE, STATE_COLUMNS } from '../../node/cluster/state-columns.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

let folder: string;
let writer: StorageWriter;
let storage: StorageEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-requests-'));
  writer = new StorageWriter();
  storage = await StorageEnvironment.open({ path: folder, writer, durable: false, columns: STATE_COLUMNS });
});
beforeEach(clear);
afterAll(async () => {
  await storage.close();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

async function clear(): Promise<void> {
  const batch = new WriteBatch();
  for (const [key] of storage.scan(STATE)) batch.delete(STATE, key);
  batch.delete(META, FORGOTTEN);
  await storage.commit(batch);
}

const keyOf = (index: number) => REQUESTS + numberKey(index);
const requestOf = (index: number): RememberedRequest =>
  index % 3 === 0
    ? { id: `id-${index}`, outcome: { error: { name: 'ClusterError', message: 'No.' } } }
    : {
        id: `id-${index}`,
        outcome: { result: { index } },
        type: 'T',
        term: 2,
        timeMs: 1e12 + index,
        logTimeMs: 7,
      };

/** What a node of storage at this index finds at its start. */
function open(appliedIndex: number): {
  readonly blocks: RequestBlocks;
  readonly found: Map<string, unknown>;
  readonly rows: number;
} {
  const forgotten = storage.get(META, FORGOTTEN);
  const blocks = new RequestBlocks(appliedIndex, forgotten === undefined ? 0 : (unpack(forgotten) as number));
  const rows = [...storage.scan(STATE)];
  const found = new Map(rows.flatMap(([key, value]) => [...blocks.read(key.toString(), value)]));
  return { blocks, found, rows: rows.length };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('remember' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('forget' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('write' as const), fails: fc.boolean() }),
  fc.record({ kind: fc.constant('restart' as const) }),
);

it('hold after any writes and starts what is remembered, in rows that hold something each', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(6), fc.array(step, { maxLength: 40, size: 'max' }), async (singles, steps) => {
      await clear();
      const batch = new WriteBatch();
      for (let i = 1; i <= singles; i++) batch.put(STATE, Buffer.from(keyOf(i)), pack(requestOf(i)));
      await storage.commit(batch);

      let index = singles;
      let first = 1;
      let written = { index, first };
      let { blocks } = open(index);
      let changes: StateEntry[] = [];
      const write = async (fails: boolean) => {
        const batch = new WriteBatch();
        const settle = blocks.write(batch, changes);
        if (fails) return;
        await storage.commit(batch);
        settle();
        changes = [];
        written = { index, first };
      };
      const restart = () => {
        // What was not written is applied again from the log: here it never was.
        ({ index, first } = written);
        changes = [];
        const start = open(index);
        blocks = start.blocks;
        const expected = Array.from({ length: index - first + 1 }, (_, i) => first + i);
        expect(start.found).toEqual(new Map(expected.map((i) => [keyOf(i), requestOf(i)])));
        expect(start.rows).toBeLessThanOrEqual(start.found.size + 1);
      };
      for (const one of steps) {
        if (one.kind === 'remember') {
          for (let i = 0; i < one.count; i++) changes.push([keyOf(++index), requestOf(index)]);
        } else if (one.kind === 'forget') {
          for (let i = 0; i < one.count && first <= index; i++) changes.push([keyOf(first++), undefined]);
        } else if (one.kind === 'write') await write(one.fails);
        else restart();
      }
      await write(false);
      restart();
    }),
    { numRuns: 60 },
  );
});

it('are one row for those of one write, and several for very many', async () => {
  const { blocks } = open(0);
  const count = 2 * REQUESTS_PER_BLOCK + 1;
  const batch = new WriteBatch();
  const changes = Array.from({ length: count }, (_, i): StateEntry => [keyOf(i + 1), requestOf(i + 1)]);
  blocks.write(batch, changes)();
  expect(batch.count).toBe(3);
  await storage.commit(batch);
  expect([...open(count).found]).toEqual(changes);
});

it('are forgotten with the storage that a snapshot replaces', async () => {
  const { blocks } = open(0);
  const before = new WriteBatch();
  blocks.write(before, [
    [keyOf(1), requestOf(1)],
    [keyOf(2), requestOf(2)],
    [keyOf(1), undefined],
  ])();
  await storage.commit(before);
  await clear();
  const restored = new WriteBatch();
  for (const i of [1, 8]) restored.put(STATE, Buffer.from(keyOf(i)), pack(requestOf(i)));
  await storage.commit(restored);
  blocks.restored(9);
  const after = new WriteBatch();
  blocks.write(after, [
    [keyOf(1), undefined],
    [keyOf(10), requestOf(10)],
  ])();
  await storage.commit(after);
  const { found, rows } = open(10);
  expect([...found.keys()].toSorted()).toEqual([keyOf(8), keyOf(10)]);
  expect(rows).toBe(2);
});
