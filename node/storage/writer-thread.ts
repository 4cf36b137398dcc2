import { parentPort } from 'node:worker_threads';
import { AttachedEnvironment } from './attached-environment.ts';
import { ReadGate } from './read-gate.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/**
 * The writer thread of a node: it makes batches durable. The binding's synced write blocks its caller for the whole
 * fsync, so it is called here, where nobody else waits, on a handle shared with the main thread.
 */
const port = parentPort;
if (port === null) throw new Error('writer-thread.ts runs as a worker thread only.');
const environments = new Map<number, AttachedEnvironment>();

function reply(message: WriterReply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function open(request: Extract<WriterRequest, { kind: 'open' }>): Promise<void> {
  const { environment, handle, columns, gate } = request;
  environments.set(environment, await AttachedEnvironment.open(handle, columns, new ReadGate('owner', gate)));
  reply({ kind: 'opened', environment });
}

function write(request: Extract<WriterRequest, { kind: 'write' }>): void {
  const started = process.hrtime.bigint();
  let error: string | undefined;
  const environment = environments.get(request.environment);
  if (environment === undefined) {
    error = 'The environment is not open in the writer thread.';
  } else {
    try {
      environment.write(request.frame, request.sync);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
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
  await environments.get(environment)?.close();
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
