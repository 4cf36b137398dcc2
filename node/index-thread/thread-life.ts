import { Worker } from 'node:worker_threads';
import { Outbox } from './outbox.ts';
import { type ReplyFrame, unpackReplies } from './reply-frame.ts';
import type { ThreadReply, ThreadRequest, ThreadWish } from './thread-protocol.ts';

export interface ThreadLifeOptions {
  /** Memory for objects, in megabytes, beyond which the thread ends; null: as much as the engine takes. */
  readonly heapMegabytesMax: number | null;
  /** Memory of the flags by which queries are ended. */
  readonly killFlags: SharedArrayBuffer;
  readonly onReply: (reply: ThreadReply) => void;
  readonly onWish: (wish: ThreadWish) => void;
  /** The thread is gone, and with it everything that it had opened. Not called after `stop`. */
  readonly onEnd: (reason: string) => void;
}

/** One run of the index thread, from its start to its end. */
export class ThreadLife {
  readonly startedMs = performance.now();
  readonly #worker: Worker;
  readonly #outbox: Outbox<ThreadRequest>;
  readonly #exited: Promise<void>;
  #reason = 'it has ended without a word';
  #isStopping = false;

  /** @throws when the machine has no more threads */
  constructor({ heapMegabytesMax, killFlags, onReply, onWish, onEnd }: ThreadLifeOptions) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./index-thread.${extension}`, import.meta.url), {
      name: 'indexes',
      workerData: killFlags,
      ...(heapMegabytesMax === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax } }),
    });
    this.#outbox = new Outbox<ThreadRequest>({
      send: (requests) => this.#worker.postMessage(requests),
      // The requests of all sockets that were read in one turn.
      afterTurn: (call) => setImmediate(call),
      refused: ({ ticket }, error) => {
        onReply({ ticket, error: { name: 'DataCloneError', message: String(error) } });
      },
    });
    this.#worker.on('message', (message: ReplyFrame | { readonly wish: ThreadWish }) => {
      if ('wish' in message) onWish(message.wish);
      else for (const reply of unpackReplies(message)) onReply(reply);
    });
    this.#worker.on('error', (error) => {
      this.#reason = error.stack ?? error.message;
    });
    this.#exited = new Promise((resolve) => {
      // Only now: until then it may be reading what others would close, and holds the locks of what it has opened.
      this.#worker.once('exit', () => {
        if (!this.#isStopping) onEnd(this.#reason);
        resolve();
      });
    });
  }

  post(request: ThreadRequest): void {
    this.#outbox.put(request);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#worker.terminate();
    await this.#exited;
  }
}
