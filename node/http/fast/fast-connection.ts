import type { Socket } from 'node:net';
import type { Channel } from '../transport/channel.ts';
import { FAST_BODY_BYTES_MAX } from './limits.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';

/** Why a connection ends here: it is over, or node:http has it now. */
export type FastEnd = 'closed' | 'handed over';

/** What to do with the requests of a connection. `Accepted` is what `accept` found out and `serve` needs. */
export interface FastService<Accepted> {
  /** Whether this request is one to serve here; asked before its body is gathered. */
  accept(head: RequestHead): Accepted | null;
  /**
   * Answers by `connection.write` and `connection.finish`, now or later. Must not throw.
   */
  serve(head: RequestHead, body: Buffer, accepted: Accepted, connection: FastConnection<Accepted>): void;
  /** Takes the socket, with the unserved bytes put back at its front. */
  handOver(socket: Socket): void;
  ended(connection: FastConnection<Accepted>, how: FastEnd): void;
}

const EMPTY = Buffer.alloc(0);

/**
 * Reads the hottest requests straight from the socket: node:http costs several times what this does. One request at a
 * time, in order; bytes of the next ones wait with the socket paused. Whatever is not plainly one of the hot requests
 * goes, bytes untouched, to node:http, and the connection stays there.
 */
export class FastConnection<Accepted> {
  readonly socket: Socket;
  readonly channel: Channel;
  readonly #service: FastService<Accepted>;
  readonly #onData = (chunk: Buffer) => this.#receive(chunk);
  readonly #onClose = () => this.#service.ended(this, 'closed');
  #pending: Buffer = EMPTY;
  #lastHead: RequestHead | null = null;
  #isServing = false;
  #isAdvancing = false;
  #isHandedOver = false;
  /** When the oldest unserved byte came, or the last answer left, in `performance.now` milliseconds. */
  #waitingSinceMs = performance.now();

  constructor(socket: Socket, channel: Channel, service: FastService<Accepted>) {
    this.socket = socket;
    this.channel = channel;
    this.#service = service;
    socket.on('data', this.#onData);
    socket.once('close', this.#onClose);
    socket.on('error', ignore);
  }

  /** A request is being answered. */
  get isServing(): boolean {
    return this.#isServing;
  }

  /** Part of a request is here, and the rest has not come. */
  get isPartial(): boolean {
    return !this.#isServing && this.#pending.byteLength > 0;
  }

  get waitingSinceMs(): number {
    return this.#waitingSinceMs;
  }

  /** Sends bytes of the answer; false when the client should read first: wait for `drained`. */
  write(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }

  /** Resolves when the client has read what was sent, or is gone. */
  drained(): Promise<void> {
    const { socket } = this;
    if (socket.destroyed || !socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }

  /** The answer to the present request is complete: goes on with the next one, or ends. */
  finish(keepAlive: boolean): void {
    this.#isServing = false;
    this.#waitingSinceMs = performance.now();
    if (this.socket.destroyed) return;
    if (!keepAlive) {
      this.socket.end();
      return;
    }
    // A client that doesn't read its answers gets no more of them until it does.
    if (this.socket.writableNeedDrain) {
      this.#isServing = true;
      void this.drained().then(() => this.finish(true));
      return;
    }
    if (this.#isAdvancing) return;
    this.socket.resume();
    this.#advance();
  }

  #receive(chunk: Buffer): void {
    if (this.#pending.byteLength === 0) {
      this.#pending = chunk;
      this.#waitingSinceMs = performance.now();
    } else {
      this.#pending = Buffer.concat([this.#pending, chunk]);
    }
    if (this.#isServing) this.socket.pause();
    else this.#advance();
  }

  /** Serves what is complete, until a request needs more bytes, waits for its answer, or is not ours. */
  #advance(): void {
    this.#isAdvancing = true;
    while (this.#pending.byteLength > 0 && !this.#isServing && !this.socket.destroyed) {
      const head = parseRequestHead(this.#pending, 0, this.#lastHead);
      if (head === 'incomplete') break;
      if (head !== 'other') this.#lastHead = head;
      const accepted =
        head === 'other' || head.contentLength > FAST_BODY_BYTES_MAX ? null : this.#service.accept(head);
      if (head === 'other' || accepted === null) {
        this.#handOver();
        break;
      }
      const end = head.end + head.contentLength;
      if (this.#pending.byteLength < end) break;
      const body = this.#pending.subarray(head.end, end);
      this.#pending = this.#pending.byteLength === end ? EMPTY : this.#pending.subarray(end);
      this.#isServing = true;
      this.#service.serve(head, body, accepted, this);
    }
    this.#isAdvancing = false;
  }

  #handOver(): void {
    if (this.#isHandedOver) return;
    this.#isHandedOver = true;
    this.socket.off('data', this.#onData);
    this.socket.off('close', this.#onClose);
    this.socket.off('error', ignore);
    this.socket.pause();
    const unserved = this.#pending;
    this.#pending = EMPTY;
    if (unserved.byteLength > 0) this.socket.unshift(unserved);
    this.#service.handOver(this.socket);
    this.#service.ended(this, 'handed over');
    // Flows in the next tick, before any new bytes are read: what was put back comes first.
    this.socket.resume();
  }
}

/** A connection that breaks is the client's doing; 'close' follows. */
function ignore(): void {}
