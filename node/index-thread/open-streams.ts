import type { QueryStream } from '../querying/execute/query-stream.ts';
import { InvalidQueryError } from '../querying/query-error.ts';
import { StorageClosedError } from '../storage/storage-error.ts';
import { OPEN_STREAMS_MAX, STREAM_IDLE_MS } from './limits.ts';

interface OpenStream {
  readonly stream: QueryStream;
  idle: NodeJS.Timeout;
}

/** Streams of a database that clients are reading. One that nobody reads for a while is closed. */
export class OpenStreams {
  readonly #streams = new Map<number, OpenStream>();
  readonly #writing: () => Promise<void> | null;
  #next = 1;

  /** @param writing when to look again whether indexes may be read; null: they may */
  constructor(writing: () => Promise<void> | null) {
    this.#writing = writing;
  }

  /** From now on streams get numbers above this one. */
  numberAfter(number: number): void {
    this.#next = number + 1;
  }

  add(stream: QueryStream): number {
    if (this.#streams.size >= OPEN_STREAMS_MAX) {
      stream.close();
      throw new InvalidQueryError(`More than ${OPEN_STREAMS_MAX} streams of this database are open.`);
    }
    const number = this.#next++;
    this.#streams.set(number, { stream, idle: this.#idleTimer(number) });
    return number;
  }

  /**
   * JSON of the next results; empty at the end, and then the stream is closed.
   *
   * @throws StorageClosedError when it was closed before its end: what was read is not all
   */
  async read(number: number, bytes: number): Promise<readonly Buffer[]> {
    const open = this.#opened(number);
    clearTimeout(open.idle);
    const rows = await this.#rowsOf(number, bytes);
    if (rows.length === 0) this.#streams.delete(number);
    else open.idle = this.#idleTimer(number);
    return rows;
  }

  /** One that fails is closed. */
  async #rowsOf(number: number, bytes: number): Promise<readonly Buffer[]> {
    try {
      for (;;) {
        for (let writing = this.#writing(); writing !== null; writing = this.#writing()) await writing;
        const rows = this.#opened(number).stream.next(bytes);
        if (rows !== null) return rows;
        await new Promise(setImmediate);
      }
    } catch (error) {
      this.close(number);
      throw error;
    }
  }

  #opened(number: number): OpenStream {
    const open = this.#streams.get(number);
    if (open !== undefined) return open;
    throw new StorageClosedError('The stream was closed before its end: the results are not complete.');
  }

  close(number: number): void {
    const open = this.#streams.get(number);
    if (open === undefined) return;
    clearTimeout(open.idle);
    this.#streams.delete(number);
    open.stream.close();
  }

  closeAll(): void {
    for (const number of [...this.#streams.keys()]) this.close(number);
  }

  #idleTimer(number: number): NodeJS.Timeout {
    return setTimeout(() => this.close(number), STREAM_IDLE_MS).unref();
  }
}
