import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RocksLevel } from '@nxtedition/rocksdb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InlineWriter } from '../../node/storage/inline-writer.ts';
import { ReadGate } from '../../node/storage/read-gate.ts';
import { SharedStorage } from '../../node/storage/shared-storage.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

/** What the engine keeps of its base class, which the declarations of what we call leave out. */
interface Keeper {
  attachResource(resource: object): void;
  detachResource(resource: object): void;
}

const columns = [{ name: 'documents' }];
const key = (n: number) => Buffer.from([n]);

describe('what the engine keeps', () => {
  const kept = new Set<object>();
  let attached = 0;
  let path: string;
  let environment: StorageEnvironment;

  beforeEach(async () => {
    const level = RocksLevel.prototype as unknown as Keeper;
    const { attachResource, detachResource } = level;
    vi.spyOn(level, 'attachResource').mockImplementation(function (this: Keeper, resource: object) {
      attached++;
      kept.add(resource);
      attachResource.call(this, resource);
    });
    vi.spyOn(level, 'detachResource').mockImplementation(function (this: Keeper, resource: object) {
      kept.delete(resource);
      detachResource.call(this, resource);
    });
    path = await mkdtemp(join(tmpdir(), 'raven-storage-'));
    environment = await StorageEnvironment.open({ path, columns, writer: new InlineWriter() });
  });

  afterEach(async () => {
    await environment.close();
    vi.restoreAllMocks();
    kept.clear();
    await rm(path, { recursive: true, force: true });
  });

  it('is nothing of a batch that was written, and nothing of a scan that is over', async () => {
    const batch = new WriteBatch();
    for (let n = 0; n < 20; n++) {
      batch.put(0, key(n), key(n));
      await environment.commit(batch);
    }
    let shared: SharedStorage | undefined;
    await environment.share({
      attach: async (handle, names, gate) => {
        shared = await SharedStorage.open(handle, names, new ReadGate('guest', gate));
      },
      detach: async () => shared?.close(),
    });
    for (const storage of [environment, shared as SharedStorage | undefined]) {
      expect([...(storage?.scan(0) ?? [])]).toHaveLength(20);
      for (const _ of storage?.scan(0) ?? []) break;
      storage?.scan(0, { gte: key(7) }).close();
    }
    shared?.hold().close();
    expect(attached).toBe(20 + 6 + columns.length);
    expect(kept.size).toBe(0);
  });
});
