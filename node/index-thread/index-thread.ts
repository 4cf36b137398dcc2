import { parentPort, workerData } from 'node:worker_threads';
import { AheadThread } from '../indexing/ahead/ahead-thread.ts';
import { ScriptEngine } from '../scripting/script-engine.ts';
import { OverlappingWriter } from '../storage/overlapping-writer.ts';
import { DatabaseWorker } from './database-worker.ts';
import { KillFlags } from './kill-flags.ts';
import { PENDING_CALLS_MAX, REPLIES_WAIT_MS_MAX } from './limits.ts';
import { Outbox } from './outbox.ts';
import { bytesOfReply, packReplies } from './reply-frame.ts';
import type { ThreadError, ThreadReply, ThreadRequest, ThreadWish } from './thread-protocol.ts';

/**
 * The index thread of a node: it makes the indexes of all databases and answers their queries, so that neither
 * consensus nor other requests wait for them.
 */
const port = parentPort;
if (port === null) throw new Error('index-thread.ts runs as a worker thread only.');
const writer = new OverlappingWriter();
const ahead = new AheadThread();
const scripts = new ScriptEngine();
const flags = new KillFlags(PENDING_CALLS_MAX, workerData as SharedArrayBuffer);
const databases = new Map<number, DatabaseWorker>();

const outbox = new Outbox<ThreadReply>({
  send: (replies) => {
    const { frame, transfer } = packReplies(replies);
    port.postMessage(frame, transfer);
  },
  // After what comes of this turn's requests without waiting for anything, and before any batch of an index.
  afterTurn: (call) => process.nextTick(call),
  weigh: bytesOfReply,
  refused: ({ ticket }, error) => {
    port.postMessage(packReplies([{ ticket, error: errorOf(error) }]).frame);
  },
});

function serve({ ticket, database, call }: ThreadRequest): void {
  let worker = databases.get(database);
  if (worker === undefined) {
    worker = new DatabaseWorker(writer, ahead, scripts, flags, (number, wish) => {
      port?.postMessage({ wish: { database, ticket: number, wish } } satisfies { wish: ThreadWish });
    });
    databases.set(database, worker);
  }
  const fail = (error: unknown): void => outbox.put({ ticket, error: errorOf(error) });
  try {
    const result = worker.call(call);
    const answer = (settled: unknown): void => {
      if (call.kind === 'close') databases.delete(database);
      outbox.put({ ticket, result: settled });
    };
    if (result instanceof Promise) result.then(answer, fail);
    else answer(result);
  } catch (error) {
    fail(error);
  }
}

const TOO_DEEP =
  'It has too many clauses, or too many within one another: give lists of values as a parameter, as in `field in ($values)`.';

function errorOf(error: unknown): ThreadError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // Clauses joined by thousands are a tree as deep.
  if (name === 'RangeError' && /call stack/.test(message))
    return { name: 'InvalidQueryError', message: TOO_DEEP };
  return { name, message };
}

port.on('message', (requests: readonly ThreadRequest[]) => {
  let sentMs = performance.now();
  for (const request of requests) {
    serve(request);
    // Answers go together while they are quick; none waits for slow ones behind it.
    const nowMs = performance.now();
    if (nowMs - sentMs <= REPLIES_WAIT_MS_MAX) continue;
    outbox.flush();
    sentMs = nowMs;
  }
});
