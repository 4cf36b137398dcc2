import { parentPort } from 'node:worker_threads';
import { ScriptEngine } from '../scripting/script-engine.ts';
import { InlineWriter } from '../storage/inline-writer.ts';
import { DatabaseWorker } from './database-worker.ts';
import type { ThreadReply, ThreadRequest, ThreadWish } from './thread-protocol.ts';

/**
 * The index thread of a node: it makes the indexes of all databases and answers their queries, so that neither
 * consensus nor other requests wait for them.
 */
const port = parentPort;
if (port === null) throw new Error('index-thread.ts runs as a worker thread only.');
const writer = new InlineWriter();
const scripts = new ScriptEngine();
const databases = new Map<number, DatabaseWorker>();

async function serve({ ticket, database, call }: ThreadRequest): Promise<void> {
  let worker = databases.get(database);
  if (worker === undefined) {
    worker = new DatabaseWorker(writer, scripts, (wish, write) => {
      port?.postMessage({ wish: { database, ticket: wish, write } } satisfies { wish: ThreadWish });
    });
    databases.set(database, worker);
  }
  try {
    const result = await worker.call(call);
    if (call.kind === 'close') databases.delete(database);
    reply({ ticket, result });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    reply({ ticket, error: { name, message } });
  }
}

function reply(message: ThreadReply): void {
  const body = 'result' in message ? bodyOf(message.result) : undefined;
  port?.postMessage(message, body === undefined ? [] : [body]);
}

/** The bytes of an answer are given away, not copied; small ones may share memory with others and can't be. */
function bodyOf(result: unknown): ArrayBuffer | undefined {
  if (result === null || typeof result !== 'object' || !('body' in result)) return undefined;
  const { body } = result;
  if (!(body instanceof Uint8Array) || body.byteLength !== body.buffer.byteLength) return undefined;
  return body.buffer as ArrayBuffer;
}

port.on('message', (request: ThreadRequest) => void serve(request));
