import type { Socket } from 'node:net';
import { FrameDecoder, frameHeader } from './frame.ts';
import { SEND_BUFFER_BYTES } from './limits.ts';
import { WireError } from './wire-error.ts';

/**
 * Checksummed, length-prefixed frames over a socket, in both directions. Frames that arrive before `onFrame` is
 * called are kept (the socket is paused until then), so nothing is lost between the handshake and the first listener.
 */
export class FrameConnection {
  readonly remote: string;
  readonly #socket: Socket;
  readonly #decoder: FrameDecoder;
  readonly #closeListeners: ((error: Error | null) => void)[] = [];
  readonly #drainWaiters: (() => void)[] = [];
  #listener: ((payload: Buffer) => void) | null = null;
  #leftover: Buffer | null;
  #closed = false;
  #error: Error | null = null;
  #bytesSent = 0;
  #bytesReceived = 0;

  /** `leftover`: bytes of the first frames that arrived together with the handshake. */
  constructor(socket: Socket, leftover: Buffer) {
    this.#socket = socket;
    this.#leftover = leftover;
    this.remote = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    this.#decoder = new FrameDecoder((payload) => {
      if (!this.#closed) this.#listener?.(payload);
    });
    // Paused until there is a listener: a 'data' handler alone would start the flow.
    socket.pause();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('error', (error) => this.close(error));
    socket.on('close', () => this.close());
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Starts the flow of frames. An error thrown by the listener closes the connection with it. */
  onFrame(listener: (payload: Buffer) => void): void {
    this.#listener = listener;
    const leftover = this.#leftover;
    this.#leftover = null;
    if (leftover !== null && leftover.byteLength > 0) this.#receive(leftover);
    if (!this.#closed) this.#socket.resume();
  }

  /** Called once, when the connection ends; at once if it has ended already. */
  onClose(listener: (error: Error | null) => void): void {
    if (this.#closed) queueMicrotask(() => listener(this.#error));
    else this.#closeListeners.push(listener);
  }

  /**
   * Queues one frame. The payload must not be changed afterwards. `false`: the send buffer is over its limit; wait for
   * `drained()` before sending more. A closed connection swallows frames, as a broken network would.
   */
  send(payload: Uint8Array): boolean {
    if (this.#closed) return false;
    const header = frameHeader(payload);
    this.#bytesSent += header.byteLength + payload.byteLength;
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(payload);
    process.nextTick(() => this.#socket.uncork());
    return this.#socket.writableLength < SEND_BUFFER_BYTES;
  }

  /** Bytes queued here and not yet taken by the operating system. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Resolves when the send buffer is empty, or the connection closed. */
  drained(): Promise<void> {
    if (this.#closed || !this.#socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  /** Stops reading; the peer feels it as back-pressure. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#closed) this.#socket.resume();
  }

  close(error: Error | null = null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    this.#socket.destroy();
    this.#onDrain();
    for (const listener of this.#closeListeners.splice(0)) listener(error);
  }

  #receive(chunk: Buffer): void {
    if (this.#closed) return;
    this.#bytesReceived += chunk.byteLength;
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      this.close(error instanceof Error ? error : new WireError(String(error)));
    }
  }

  #onDrain(): void {
    for (const resolve of this.#drainWaiters.splice(0)) resolve();
  }
}
