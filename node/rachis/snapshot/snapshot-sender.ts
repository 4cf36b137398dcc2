import { crc32 } from 'node:zlib';
import type { SnapshotMetadata } from '../core/message.ts';
import { SNAPSHOT_RESEND_MS, SNAPSHOT_STALL_MS, SNAPSHOT_WINDOW_CHUNKS } from '../limits.ts';
import type { SnapshotSource } from '../state-machine.ts';
import type { SnapshotAck, SnapshotChunk } from '../transport/link-frame.ts';

/** Where chunks go; what is sent may be lost. */
export interface ChunkChannel {
  send(chunk: SnapshotChunk, isUrgent: boolean): boolean;
  /** Bytes that wait to be sent. */
  readonly queuedBytes: number;
}

export interface SnapshotSenderOptions {
  readonly transfer: number;
  readonly source: SnapshotSource;
  readonly metadata: SnapshotMetadata;
  readonly term: number;
  readonly bytesPerSecond: number;
  /** The connection to the peer at this moment, or null. */
  connection(): ChunkChannel | null;
  onDone(isSent: boolean): void;
}

/**
 * Carries a snapshot to one peer in chunks. Those that the peer has not acknowledged are kept, so that a broken
 * connection costs only them; the pace is bounded by the window and by a rate.
 */
export class SnapshotSender {
  readonly #options: SnapshotSenderOptions;
  readonly #chunks: Iterator<Uint8Array>;
  readonly #unacknowledged: SnapshotChunk[] = [];
  #nextSequence = 0;
  #checksum = 0;
  #bytes = 0;
  #isEndMade = false;
  #isDone = false;
  readonly #startedMs = performance.now();
  #progressMs = performance.now();
  #paceTimer: NodeJS.Timeout | undefined;
  readonly #stallTimer: NodeJS.Timeout;

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
    this.#chunks = options.source.chunks()[Symbol.iterator]();
    this.#stallTimer = setInterval(() => this.#check(), SNAPSHOT_RESEND_MS);
    this.#pump();
  }

  /** A new connection: what was not acknowledged is sent again. */
  resume(): void {
    for (const chunk of this.#unacknowledged) this.#options.connection()?.send(chunk, false);
    this.#pump();
  }

  acknowledged({ transfer, next }: SnapshotAck): void {
    if (transfer !== this.#options.transfer || this.#isDone) return;
    // The peer wants what it has acknowledged before: it has lost the transfer, perhaps by a restart.
    const first = this.#unacknowledged[0]?.sequence ?? next;
    if (next < first) {
      this.finish(false);
      return;
    }
    this.#progressMs = performance.now();
    while (this.#unacknowledged[0] !== undefined && this.#unacknowledged[0].sequence < next) {
      this.#unacknowledged.shift();
    }
    if (this.#isEndMade && this.#unacknowledged.length === 0) this.finish(true);
    else this.#pump();
  }

  finish(isSent: boolean): void {
    if (this.#isDone) return;
    this.#isDone = true;
    clearTimeout(this.#paceTimer);
    clearInterval(this.#stallTimer);
    this.#options.source.close();
    this.#options.onDone(isSent);
  }

  /**
   * A chunk may have been dropped before a full socket, or its acknowledgement may have been lost. While something waits
   * to be sent the link is slow: to send it once more would make it slower.
   */
  #check(): void {
    const silentMs = performance.now() - this.#progressMs;
    if (silentMs > SNAPSHOT_STALL_MS) this.finish(false);
    else if (silentMs > SNAPSHOT_RESEND_MS && this.#options.connection()?.queuedBytes === 0) this.resume();
  }

  #pump(): void {
    const connection = this.#options.connection();
    if (connection === null || this.#isDone) return;
    while (!this.#isEndMade && this.#unacknowledged.length < SNAPSHOT_WINDOW_CHUNKS) {
      const aheadMs =
        (this.#bytes / this.#options.bytesPerSecond) * 1000 - (performance.now() - this.#startedMs);
      if (aheadMs > 1) {
        clearTimeout(this.#paceTimer);
        this.#paceTimer = setTimeout(() => this.#pump(), aheadMs);
        return;
      }
      const chunk = this.#make();
      this.#unacknowledged.push(chunk);
      connection.send(chunk, false);
    }
  }

  #make(): SnapshotChunk {
    const { transfer, metadata, term } = this.#options;
    const sequence = this.#nextSequence++;
    const { value, done } = this.#chunks.next();
    if (done !== true) {
      this.#checksum = crc32(value, this.#checksum);
      this.#bytes += value.byteLength;
      return { kind: 'chunk', transfer, sequence, data: value, end: null };
    }
    this.#isEndMade = true;
    const end = { metadata, term, bytes: this.#bytes, checksum: this.#checksum };
    return { kind: 'chunk', transfer, sequence, data: new Uint8Array(0), end };
  }
}
