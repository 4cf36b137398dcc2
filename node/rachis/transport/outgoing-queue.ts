import type { FrameConnection } from '../../wire/frame-connection.ts';
import { PEER_QUEUE_BYTES_MAX, SOCKET_QUEUE_BYTES } from '../limits.ts';

/**
 * What waits to be sent on one connection. Only a little is handed to the socket ahead of need, so that an urgent frame
 * (a heartbeat, a vote, an answer) overtakes all bulk that is not in the socket yet.
 */
export class OutgoingQueue {
  readonly #connection: FrameConnection;
  readonly #urgent: Uint8Array[] = [];
  readonly #bulk: Uint8Array[] = [];
  #bytes = 0;
  #isDraining = false;

  constructor(connection: FrameConnection) {
    this.#connection = connection;
  }

  /** Bytes that wait here. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** False when it was dropped: too much waits. */
  send(frame: Uint8Array, isUrgent: boolean): boolean {
    const isIdle = this.#bytes === 0 && this.#connection.queuedBytes < SOCKET_QUEUE_BYTES;
    if (isIdle) {
      this.#connection.send(frame);
      return true;
    }
    if (this.#bytes + frame.byteLength > PEER_QUEUE_BYTES_MAX) return false;
    (isUrgent ? this.#urgent : this.#bulk).push(frame);
    this.#bytes += frame.byteLength;
    this.#pump();
    return true;
  }

  #pump(): void {
    while (this.#connection.queuedBytes < SOCKET_QUEUE_BYTES) {
      const frame = this.#urgent.shift() ?? this.#bulk.shift();
      if (frame === undefined) return;
      this.#bytes -= frame.byteLength;
      this.#connection.send(frame);
    }
    if (this.#isDraining || this.#bytes === 0) return;
    this.#isDraining = true;
    void this.#connection.drained().then(() => {
      this.#isDraining = false;
      if (!this.#connection.isClosed) this.#pump();
    });
  }
}
