import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageEnvironment } from '../node/storage/storage-environment.ts';
import { StorageWriter } from '../node/storage/storage-writer.ts';
import { WriteBatch } from '../node/storage/write-batch.ts';

export interface StorageFloor {
  readonly operations: number;
  readonly seconds: number;
  readonly cpuMicroseconds: number;
}

/**
 * The floor for writes: RocksDB alone, one key a document, every batch synced, batches of `batchSize` documents, one
 * after the other, no parsing, no server.
 */
export async function measureStorageFloor(
  document: Buffer,
  batchSize: number,
  durationMs: number,
): Promise<StorageFloor> {
  const path = await mkdtemp(join(tmpdir(), 'raven-bench-floor-'));
  const writer = new StorageWriter();
  const environment = await StorageEnvironment.open({
    path,
    columns: [{ name: 'documents', large: true }],
    writer,
  });
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const batch = new WriteBatch();
  let operations = 0;
  while (performance.now() - started < durationMs) {
    for (let i = 0; i < batchSize; i++) batch.put(0, Buffer.from(`docs/${operations++}`), document);
    await environment.commit(batch);
  }
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await environment.close();
  await writer.stop();
  await rm(path, { recursive: true, force: true });
  return { operations, seconds, cpuMicroseconds: cpu.user + cpu.system };
}
