import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OverlappingWriter } from '../../node/storage/overlapping-writer.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

const KEY = Buffer.from('key');
const columns = [{ name: 'rows' }];

let folder: string;
let writer: OverlappingWriter;
let opened: StorageEnvironment[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-overlapping-'));
  writer = new OverlappingWriter();
  opened = [];
});
afterEach(async () => {
  for (const environment of opened) await environment.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(name = 'one'): Promise<StorageEnvironment> {
  const environment = await StorageEnvironment.open({ path: join(folder, name), columns, writer });
  opened.push(environment);
  return environment;
}

function batchOf(value: number, rows = 1): WriteBatch {
  const batch = new WriteBatch();
  for (let row = 1; row < rows; row++) batch.put(0, Buffer.from(`row ${row}`), Buffer.from(`of ${value}`));
  batch.put(0, KEY, Buffer.from(String(value)));
  return batch;
}

const valueIn = (environment: StorageEnvironment) => environment.get(0, KEY)?.toString();
/** Threads of this process that write, by their names. */
const threads = () =>
  readdirSync('/proc/self/task').filter(
    (thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8') === 'index-writer\n',
  ).length;

it('writes at once what is not asked for in the background', async () => {
  const environment = await open();
  const written = environment.commit(batchOf(1), { sync: false });
  expect(valueIn(environment)).toBe('1');
  await written;
});

it('keeps the order of batches, in the background and not', async () => {
  const environment = await open();
  const written: Promise<void>[] = [];
  for (let value = 1; value <= 60; value++) {
    written.push(
      environment.commit(batchOf(value, 200), { sync: value % 7 === 0, inBackground: value % 3 !== 0 }),
    );
  }
  expect(environment.isWriting).toBe(true);
  const seen: number[] = [];
  for (const [at, one] of written.entries()) {
    await one;
    const value = Number(valueIn(environment));
    expect(value).toBeGreaterThan(at);
    seen.push(value);
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(valueIn(environment)).toBe('60');
});

it('tells when nothing is being written', async () => {
  const environment = await open();
  void environment.commit(batchOf(1, 1000), { sync: false, inBackground: true });
  expect(environment.isWriting).toBe(true);
  await environment.written();
  expect([environment.isWriting, valueIn(environment)]).toEqual([false, '1']);
  await environment.written();
});

it('closes when what is under way is written, and ends its thread with the last environment', async () => {
  const before = threads();
  const [one, two] = [await open('one'), await open('two')];
  expect(threads()).toBe(before);
  void one.commit(batchOf(1, 1000), { inBackground: true });
  void two.commit(batchOf(2, 1000), { inBackground: true });
  await one.close();
  expect(threads()).toBe(before + 1);
  await two.close();
  expect(threads()).toBe(before);
  expect([valueIn(await open('one')), valueIn(await open('two'))]).toEqual(['1', '2']);
  expect(threads()).toBe(before);
});

it('refuses to write to what is closed', async () => {
  const environment = await open();
  await environment.close();
  await expect(environment.commit(batchOf(1), { inBackground: true })).rejects.toThrow('is closed');
});

it('a thread that has failed is left to those that are in it: whoever comes in anew has another one', async () => {
  const before = threads();
  const made: StorageWriter[] = [];
  writer = new OverlappingWriter(() => {
    const thread = new StorageWriter('index-writer');
    made.push(thread);
    return thread;
  });
  const [one, two] = [await open('one'), await open('two')];
  const inBackground = { inBackground: true };
  await Promise.all([one.commit(batchOf(1), inBackground), two.commit(batchOf(1), inBackground)]);
  await made[0]?.stop();
  for (const environment of [one, two])
    await expect(environment.commit(batchOf(2), inBackground)).rejects.toThrow('has ended');
  await one.close();
  const again = await open('one');
  await again.commit(batchOf(3), inBackground);
  expect([valueIn(again), made.length]).toEqual(['3', 2]);
  await expect(two.commit(batchOf(4), inBackground)).rejects.toThrow('has ended');
  await two.close();
  expect(valueIn(again)).toBe('3');
  await again.close();
  expect(threads()).toBe(before);
});
