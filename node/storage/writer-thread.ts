import { parentPort } from 'node:worker_threads';
import { type ColumnHandle, type NativeBatch, RocksLevel } from '@nxtedition/rocksdb';
import { visitBatch } from './write-batch.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/**
 * The writer thread of a node: it makes batches durable. The binding's synced write blocks its caller for the whole
 * fsync, so it is called here, where nobody else waits, on a handle shared with the main thread.
 */
interface OpenEnvironment {
  readonly level: RocksLevel;
  readonly columns: readonly { readonly column: ColumnHandle }[];
}

const port = parentPort;
if (port === null) throw new Error('writer-thread.ts runs as a worker thread only.');
const environments = new Map<number, OpenEnvironment>();

function reply(message: WriterReply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function open(request: Extract<WriterRequest, { kind: 'open' }>): Promise<void> {
  const level = new RocksLevel(request.handle);
  await level.open({});
  const columns = request.columns.map((name) => {
    const column = level.columns[name];
    if (column === undefined) throw new Error(`Column ${name} is missing from the shared handle.`);
    return { column };
  });
  environments.set(request.environment, { level, columns });
  reply({ kind: 'opened', environment: request.environment });
}

function fill(batch: NativeBatch, environment: OpenEnvironment, frame: Uint8Array): void {
  const columnAt = (index: number) => {
    const column = environment.columns[index];
    if (column === undefined) throw new Error(`There is no column ${index}.`);
    return column;
  };
  visitBatch(frame, {
    put: (column, key, value) => batch._put(key, value, columnAt(column)),
    delete: (column, key) => batch._del(key, columnAt(column)),
  });
}

function write(request: Extract<WriterRequest, { kind: 'write' }>): void {
  const started = process.hrtime.bigint();
  let error: string | undefined;
  const environment = environments.get(request.environment);
  if (environment === undefined) {
    error = 'The environment is not open in the writer thread.';
  } else {
    const batch = environment.level._chainedBatch();
    try {
      fill(batch, environment, request.frame);
      batch._writeSync({ sync: request.sync });
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      batch._closeSync();
    }
  }
  const microseconds = Number((process.hrtime.bigint() - started) / 1000n);
  const base = {
    kind: 'written',
    environment: request.environment,
    ticket: request.ticket,
    microseconds,
    memory: request.frame.buffer,
  } as const;
  reply(error === undefined ? base : { ...base, error }, [request.frame.buffer]);
}

async function close(environment: number): Promise<void> {
  try {
    await environments.get(environment)?.level.close();
  } catch {
    // The engine repeats the error of a failed write; one full disk must not end the thread of all databases.
  }
  environments.delete(environment);
  reply({ kind: 'closed', environment });
}

port.on('message', (request: WriterRequest) => {
  switch (request.kind) {
    case 'write':
      write(request);
      return;
    case 'open':
      void open(request);
      return;
    case 'close':
      void close(request.environment);
      return;
    case 'stop':
      port.close();
  }
});
