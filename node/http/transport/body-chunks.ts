import type { Readable } from 'node:stream';

type Waiting = {
  readonly resolve: (result: IteratorResult<Buffer, undefined>) => void;
  readonly reject: (error: Error) => void;
};

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The chunks of a body, one at a time, the source paused meanwhile. Unlike the iterator of a stream it can be left at
 * any moment, also while a chunk is awaited, and leaves the stream as it is: an answer must still go out.
 */
export class BodyChunks implements AsyncIterableIterator<Buffer, undefined> {
  readonly #source: Readable;
  readonly #chunks: Buffer[] = [];
  #waiting: Waiting | null = null;
  #error: Error | null = null;
  #hasEnded = false;

  constructor(source: Readable) {
    this.#source = source;
    source.on('data', this.#onData);
    source.once('end', this.#onEnd);
    source.once('error', this.#onError);
    source.once('close', this.#onClose);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const chunk = this.#chunks.shift();
    if (this.#chunks.length === 0 && !this.#hasEnded) this.#source.resume();
    if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#hasEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#source.off('data', this.#onData);
    this.#finish(null);
    this.#source.pause();
    return Promise.resolve(DONE);
  }

  readonly #onData = (chunk: Buffer): void => {
    const waiting = this.#waiting;
    if (waiting === null) {
      this.#chunks.push(chunk);
      this.#source.pause();
    } else {
      this.#waiting = null;
      waiting.resolve({ done: false, value: chunk });
    }
  };
  readonly #onEnd = (): void => this.#finish(null);
  readonly #onError = (error: Error): void => this.#finish(error);
  readonly #onClose = (): void => this.#finish(new Error('The client closed the connection early.'));

  #finish(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (error === null) waiting?.resolve(DONE);
    else waiting?.reject(error);
  }
}
