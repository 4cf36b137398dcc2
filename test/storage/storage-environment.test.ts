import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { StorageClosedError } from '../../node/storage/storage-error.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

const columns = [{ name: 'documents', large: true }, { name: 'etags' }];
const bytes = (text: string) => Buffer.from(text);

describe('StorageEnvironment', () => {
  let path: string;
  let writer: StorageWriter;
  let environment: StorageEnvironment;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'raven-storage-'));
    writer = new StorageWriter();
    environment = await StorageEnvironment.open({ path, columns, writer });
  });

  afterEach(async () => {
    await environment.close();
    await writer.stop();
    await rm(path, { recursive: true, force: true });
  });

  it('commits puts and deletes over several columns as one', async () => {
    const batch = new WriteBatch();
    batch.put(0, bytes('a'), bytes('1'));
    batch.put(1, bytes('a'), bytes('2'));
    batch.put(1, bytes('b'), Buffer.alloc(0));
    await environment.commit(batch);
    expect(batch.count).toBe(0);
    batch.delete(1, bytes('a'));
    await environment.commit(batch);
    expect(environment.get(0, bytes('a'))?.toString()).toBe('1');
    expect(environment.get(1, bytes('a'))).toBeUndefined();
    expect(environment.get(1, bytes('b'))?.byteLength).toBe(0);
  });

  it('finds nothing under empty keys, alone and among others', async () => {
    const batch = new WriteBatch();
    batch.put(0, bytes('a'), bytes('1'));
    await environment.commit(batch);
    const found = environment.getMany(0, [bytes(''), bytes('a'), Buffer.alloc(0)]);
    expect(found).toEqual([undefined, bytes('1'), undefined]);
    expect(environment.get(0, bytes(''))).toBeUndefined();
  });

  it('scans a range of binary keys in both directions, from the moment of its start', async () => {
    const batch = new WriteBatch();
    for (let i = 0; i < 300; i++) batch.put(1, Buffer.from([i >> 8, i & 0xff]), bytes(String(i)));
    await environment.commit(batch);
    const forward = environment.scan(1, { gte: Buffer.from([0, 254]), lt: Buffer.from([1, 2]) });
    batch.put(1, Buffer.from([0, 255, 7]), bytes('late'));
    await environment.commit(batch);
    expect([...forward].map(([, value]) => value.toString())).toEqual(['254', '255', '256', '257']);
    const backward = environment.scan(1, { lte: Buffer.from([1, 1]), reverse: true });
    expect([...backward].slice(0, 4).map(([, value]) => value.toString())).toEqual([
      '257',
      '256',
      'late',
      '255',
    ]);
    const whole = environment.scan(1);
    expect([...whole].length).toBe(301);
  });

  it('deletes a range of one column, for good', async () => {
    const batch = new WriteBatch();
    for (const column of [0, 1])
      for (const key of ['a', 'b1', 'b2', 'c']) batch.put(column, bytes(key), bytes('x'));
    await environment.commit(batch);
    await environment.deleteRange(1, { gte: bytes('b'), lt: bytes('c') });
    const keys = () => [0, 1].map((column) => [...environment.scan(column)].map(([key]) => key.toString()));
    const left = [
      ['a', 'b1', 'b2', 'c'],
      ['a', 'c'],
    ];
    expect(keys()).toEqual(left);
    await environment.reopen();
    expect(keys()).toEqual(left);
    batch.put(1, bytes('b1'), bytes('new'));
    await environment.commit(batch);
    expect(environment.get(1, bytes('b1'))?.toString()).toBe('new');
  });

  it('seeks within one moment', async () => {
    const batch = new WriteBatch();
    for (const key of ['a', 'c', 'e']) batch.put(0, bytes(key), bytes(key));
    await environment.commit(batch);
    using scan = environment.scan(0);
    scan.seek(bytes('b'));
    expect(scan.next(1).rows[0]?.toString()).toBe('c');
    scan.seek(bytes('a'));
    expect(scan.next(1).rows[0]?.toString()).toBe('a');
  });

  it('keeps what was committed over a reopen, and raises its sequence with every write', async () => {
    const batch = new WriteBatch();
    const before = environment.sequence;
    batch.put(0, bytes('kept'), bytes('yes'));
    await environment.commit(batch);
    expect(environment.sequence).toBeGreaterThan(before);
    await environment.close();
    environment = await StorageEnvironment.open({ path, columns, writer });
    expect(environment.get(0, bytes('kept'))?.toString()).toBe('yes');
  });

  it('finishes submitted commits before it closes, and refuses calls afterwards', async () => {
    const batch = new WriteBatch();
    batch.put(0, bytes('last'), bytes('one'));
    const committed = environment.commit(batch);
    await environment.close();
    await committed;
    expect(() => environment.get(0, bytes('last'))).toThrow(StorageClosedError);
    environment = await StorageEnvironment.open({ path, columns, writer });
    expect(environment.get(0, bytes('last'))?.toString()).toBe('one');
  });

  it('can be opened again, with all that was durable, while its batches wait', async () => {
    const batch = new WriteBatch();
    batch.put(0, bytes('a'), bytes('1'));
    const committed = environment.commit(batch);
    const reopened = environment.reopen();
    expect(() => environment.get(0, bytes('a'))).toThrow(StorageClosedError);
    await Promise.all([committed, reopened]);
    expect(environment.get(0, bytes('a'))?.toString()).toBe('1');
    batch.put(0, bytes('b'), bytes('2'));
    await environment.commit(batch);
    expect(environment.get(0, bytes('b'))?.toString()).toBe('2');
  });
});
