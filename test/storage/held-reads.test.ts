import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ITERATOR_BYTES_PER_CALL } from '../../node/storage/limits.ts';
import { ReadGate } from '../../node/storage/read-gate.ts';
import { SharedStorage } from '../../node/storage/shared-storage.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

const columns = [{ name: 'first', reversed: true }, { name: 'second' }];
const COLUMNS = [0, 1];

describe('what is held of a storage', () => {
  let path: string;
  let writer: StorageWriter;
  let environment: StorageEnvironment;
  let shared: SharedStorage | undefined;
  let leave: () => Promise<void>;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'raven-held-'));
    writer = new StorageWriter();
    environment = await StorageEnvironment.open({ path, columns, writer, durable: false });
    leave = await environment.share({
      attach: async (handle, names, gate) => {
        shared = await SharedStorage.open(handle, names, new ReadGate('guest', gate));
      },
      detach: async () => shared?.close(),
    });
  });

  afterEach(async () => {
    await leave();
    await environment.close();
    await writer.stop();
    await rm(path, { recursive: true, force: true });
  });

  const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 4 });
  const bound = fc.uint8Array({ maxLength: 2, max: 4 });
  const range = fc
    .record({ gte: bound, gt: bound, lt: bound, lte: bound }, { requiredKeys: [] })
    .map(({ gt, lte, ...closed }) => {
      const lower = gt === undefined || closed.gte !== undefined ? {} : { gt };
      return { ...closed, ...lower, ...(lte === undefined || closed.lt !== undefined ? {} : { lte }) };
    });

  it('stays as it was, in any order of reads, whatever is written and deleted', async () => {
    const rows = fc.uniqueArray(key, { maxLength: 30, selector: (one) => Buffer.from(one).toString('hex') });
    await fc.assert(
      fc.asyncProperty(rows, rows, range, range, async (before, after, one, other) => {
        if (shared === undefined) throw new Error('The storage was not shared.');
        await replaceAll(before, 'before');
        const held = shared.hold();
        try {
          const expected = [one, other].map((bounds) => [...environment.scan(0, bounds)]);
          await replaceAll(after, 'after');
          // Both scans and a read in turn: each moves what the others go on from.
          const scans = [held.scan(0, one), held.scan(0, other)];
          const found: (readonly [Buffer, Buffer])[][] = [[], []];
          for (let isGoingOn = true; isGoingOn; ) {
            isGoingOn = false;
            scans.forEach((scan, at) => {
              const { done, value } = scan.next();
              if (done === true) return;
              isGoingOn = true;
              found[at]?.push(value);
              expect(held.get(1, value[0])?.toString()).toBe('before');
              expect(held.get(1, Buffer.alloc(0))).toBeUndefined();
            });
          }
          expect(found).toEqual(expected);
          for (const gone of after) {
            const isHeld = before.some((known) => Buffer.compare(known, gone) === 0);
            expect(held.get(0, Buffer.from(gone))?.toString()).toBe(isHeld ? 'before' : undefined);
          }
        } finally {
          held.close();
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is read in reverse, beside reads forwards, where its owner says so', async () => {
    const rows = fc.uniqueArray(key, { maxLength: 30, selector: (one) => Buffer.from(one).toString('hex') });
    const bounded = fc
      .record({ gte: key, gt: key, lt: key, lte: key }, { requiredKeys: [] })
      .map(({ gt, lt, gte, lte }) => ({
        ...(gte === undefined ? (gt === undefined ? {} : { gt }) : { gte }),
        ...(lt === undefined ? { lte: lte ?? Uint8Array.of(5) } : { lt }),
        reverse: true,
      }));
    await fc.assert(
      fc.asyncProperty(rows, rows, bounded, async (before, after, bounds) => {
        await replaceAll(before, 'before');
        const held = environment.hold();
        try {
          const expected = [...environment.scan(0, bounds)];
          await replaceAll(after, 'after');
          const found: (readonly [Buffer, Buffer])[] = [];
          for (const row of held.scan(0, bounds)) {
            found.push(row);
            expect(held.get(1, row[0])?.toString()).toBe('before');
          }
          expect(found).toEqual(expected);
        } finally {
          held.close();
        }
      }),
      { numRuns: 50 },
    );
  });

  it('goes on in reverse behind a row that fills a read by itself', async () => {
    const batch = new WriteBatch();
    for (let at = 0; at < 20; at++) batch.put(0, Buffer.of(at), Buffer.alloc(2 * ITERATOR_BYTES_PER_CALL));
    await environment.commit(batch);
    const held = environment.hold();
    const found = [...held.scan(0, { lt: Buffer.of(18), reverse: true })].map(([row]) => row[0]);
    held.close();
    expect(found).toEqual(Array.from({ length: 18 }, (_, at) => 17 - at));
  });

  it('is refused in reverse elsewhere, and without a bound', () => {
    const held = environment.hold();
    expect(() => held.scan(1, { lt: Buffer.of(1), reverse: true }).next()).toThrow('forwards');
    expect(() => held.scan(0, { reverse: true }).next()).toThrow('upper bound');
    held.close();
  });

  it('fails when it was let go of, instead of finding nothing', () => {
    const held = environment.hold();
    held.close();
    expect(() => held.get(0, Buffer.of(1))).toThrow('let go of');
    expect(() => held.scan(0, {}).next()).toThrow('let go of');
  });

  async function replaceAll(keys: readonly Uint8Array[], value: string): Promise<void> {
    const batch = new WriteBatch();
    for (const column of COLUMNS) {
      for (const [known] of environment.scan(column)) batch.delete(column, known);
      for (const one of keys) batch.put(column, one, Buffer.from(value));
    }
    await environment.commit(batch);
  }
});
