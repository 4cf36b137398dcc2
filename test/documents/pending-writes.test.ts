import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DOCUMENTS, ETAGS } from '../../node/documents/columns.ts';
import type { KeyValueView } from '../../node/documents/key-value-view.ts';
import { PendingWrites } from '../../node/documents/pending-writes.ts';
import type { KeyRange } from '../../node/storage/storage-scan.ts';
import { visitBatch } from '../../node/storage/write-batch.ts';

/** A column as a sorted list: what the durable storage is to the pending writes. */
class NaiveColumn implements KeyValueView {
  rows = new Map<string, string>();

  get(_column: number, key: Buffer): Buffer | undefined {
    const value = this.rows.get(key.toString('latin1'));
    return value === undefined ? undefined : Buffer.from(value);
  }

  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[] {
    return keys.map((key) => this.get(column, key));
  }

  scan(_column: number, { gte, gt, lt, lte, reverse }: KeyRange): (readonly [Buffer, Buffer])[] {
    const text = (bound: Uint8Array | undefined) => bound && Buffer.from(bound).toString('latin1');
    const [from, after, before, to] = [gte, gt, lt, lte].map(text);
    const keys = [...this.rows.keys()]
      .filter((key) => (from === undefined || key >= from) && (after === undefined || key > after))
      .filter((key) => (before === undefined || key < before) && (to === undefined || key <= to))
      .sort();
    if (reverse === true) keys.reverse();
    return keys.map((key) => [Buffer.from(key, 'latin1'), Buffer.from(this.rows.get(key) ?? '')]);
  }
}

const key = fc.constantFrom('a', 'b', 'ba', 'c', '\u00ff', '');
const change = fc.record({ key, value: fc.option(fc.constantFrom('1', '2')) });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('command'), changes: fc.array(change), fails: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('seal') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('discard') }) },
);
const bound = fc.option(key, { nil: undefined });
const range = fc.record({ gte: bound, gt: bound, lt: bound, lte: bound, reverse: fc.boolean() });

it('pending writes over durable ones read as if all of them were written', () => {
  fc.assert(
    // The column of the documents has short cuts of its own.
    fc.property(fc.array(step), range, fc.constantFrom(DOCUMENTS, ETAGS), (steps, bounds, column) => {
      const durable = new NaiveColumn();
      const pending = new PendingWrites(durable);
      const expected = new NaiveColumn();
      let sealed: Uint8Array | null = null;
      /** What is sealed becomes durable, at the latest before the next batch is. */
      const commit = () => {
        if (sealed === null) return;
        visitBatch(sealed, {
          put: (_column, name, value) => durable.rows.set(name.toString('latin1'), value.toString()),
          delete: (_column, name) => durable.rows.delete(name.toString('latin1')),
        });
        pending.committed();
        sealed = null;
      };
      for (const one of steps) {
        if (one.kind === 'seal') {
          commit();
          sealed = pending.seal().take();
        } else if (one.kind === 'discard') {
          pending.discard();
          sealed = null;
          expected.rows = new Map(durable.rows);
        } else if ('changes' in one) {
          const before = new Map(expected.rows);
          pending.beginCommand();
          pending.prefetchDocuments(one.changes.map(({ key }) => Buffer.from(key, 'latin1')));
          for (const { key, value } of one.changes) {
            if (value === null) pending.delete(column, Buffer.from(key, 'latin1'));
            else pending.put(column, Buffer.from(key, 'latin1'), Buffer.from(value));
            if (value === null) expected.rows.delete(key);
            else expected.rows.set(key, value);
          }
          if (one.fails) pending.undoCommand();
          if (one.fails) expected.rows = before;
          pending.forgetPrefetched();
        }
        const keyRange = Object.fromEntries(
          Object.entries(bounds)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [name, typeof value === 'string' ? Buffer.from(value, 'latin1') : value]),
        ) as KeyRange;
        expect([...pending.scan(column, keyRange)]).toEqual(expected.scan(column, keyRange));
        const keys = ['a', 'b', 'ba', 'c', '\u00ff', ''].map((name) => Buffer.from(name, 'latin1'));
        expect(pending.getMany(column, keys)).toEqual(expected.getMany(column, keys));
        expect(keys.map((name) => pending.get(column, name))).toEqual(expected.getMany(column, keys));
      }
    }),
    { numRuns: 500 },
  );
});
