import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pack } from 'msgpackr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StateChange } from '../../node/cluster/state/state-transaction.ts';
import { STATE_COLUMNS, VALUES_COLUMN } from '../../node/cluster/state-columns.ts';
import { StoredState } from '../../node/cluster/stored-state.ts';
import { UnwrittenChanges } from '../../node/cluster/unwritten-changes.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

let folder: string;
let writer: StorageWriter;
let storage: StorageEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-stored-'));
  writer = new StorageWriter();
  storage = await StorageEnvironment.open({ path: folder, writer, durable: false, columns: STATE_COLUMNS });
});
afterAll(async () => {
  await storage.close();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

async function write(state: StoredState, changes: Iterable<StateChange>): Promise<void> {
  const batch = new WriteBatch();
  for (const [key, value] of changes) {
    if (value === undefined) batch.delete(VALUES_COLUMN, state.storageKey(key));
    else batch.put(VALUES_COLUMN, state.storageKey(key), pack(value));
  }
  await storage.commit(batch);
}

const KEYS = ['value/1/a', 'value/1/b', 'value/1/c', 'value/2/a', 'value/2/\u{10000}', 'value/2/\u{ffff}'];
const key = fc.constantFrom(...KEYS);
const step = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), key, value: fc.option(fc.nat(9)) }),
  fc.record({
    kind: fc.constant('write' as const),
    fails: fc.boolean(),
    meanwhile: fc.array(fc.tuple(key, fc.nat(9)), { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('snapshot' as const) }),
  fc.record({ kind: fc.constant('fetch' as const), keys: fc.array(key), changed: key }),
);

let generation = 0;

it('shows what was applied, whatever of it is in storage already; a snapshot shows its own moment', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const unwritten = new UnwrittenChanges();
      const state = new StoredState(storage, unwritten, ++generation);
      const model = new Map<string, unknown>();
      const snapshots: { taken: ReturnType<StoredState['snapshot']>; was: Map<string, unknown> }[] = [];
      for (const one of steps) {
        if (one.kind === 'change') {
          const value = one.value === null ? undefined : { n: one.value };
          if (value === undefined) model.delete(one.key);
          else model.set(one.key, value);
          unwritten.change([one.key, value]);
        } else if (one.kind === 'write') {
          const written = write(state, unwritten.beginWrite().values);
          // What comes while a write is under way is newer than what it carries.
          for (const [key, n] of one.meanwhile) {
            model.set(key, { n });
            unwritten.change([key, { n }]);
          }
          expect(new Map(state.scan('value/', { limit: 10 }))).toEqual(model);
          if (one.fails) unwritten.notWritten();
          else {
            await written;
            unwritten.written();
          }
          await written;
        } else if (one.kind === 'fetch') {
          state.withFetched(one.keys, () => {
            for (const key of one.keys) expect(state.get(key)).toEqual(model.get(key));
            const change: StateChange = [one.changed, { n: 10 }];
            model.set(...change);
            unwritten.change(change);
            expect(state.get(one.changed)).toEqual({ n: 10 });
          });
        } else snapshots.push({ taken: state.snapshot(), was: new Map(model) });
        for (const prefix of ['value/', 'value/1/', 'value/2/']) {
          const rows = state.scan(prefix, { limit: 10 });
          expect(new Map(rows)).toEqual(new Map([...model].filter(([key]) => key.startsWith(prefix))));
          const keys = rows.map(([key]) => key);
          expect(keys).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
          const [first] = keys;
          if (first !== undefined) {
            expect(state.scan(prefix, { after: first, limit: 1 })).toEqual(rows.slice(1, 2));
          }
        }
      }
      for (const { taken, was } of snapshots) {
        expect(new Map([...taken].map(({ entry }) => entry))).toEqual(was);
        taken.close();
      }
      for (const key of KEYS) expect(state.get(key)).toEqual(model.get(key));
    }),
    { numRuns: 60 },
  );
});

it('sweeps away what is of other generations, and nothing of its own', async () => {
  const own = new StoredState(storage, new UnwrittenChanges(), 1000);
  for (const other of [999, 1000, 1001]) {
    const state = new StoredState(storage, new UnwrittenChanges(), other);
    await write(
      state,
      Array.from({ length: 1500 }, (_, i) => [`value/${i}`, other] as const),
    );
  }
  await own.sweep();
  expect(own.scan('value/', { limit: 5000 })).toHaveLength(1500);
  expect([...storage.scan(VALUES_COLUMN)]).toHaveLength(1500);
});
