import { Packr } from 'msgpackr';
import { ReplicationProtocolError } from './replication-error.ts';

/**
 * The messages after the TCP handshake. The source sends batches and pings; the destination answers with its state, at
 * the start, after each durable batch, and whenever something in it changed that the source should know.
 */
export type ReplicationMessage = BatchMessage | PingMessage | StateMessage | RefusalMessage;

/** Part of a batch; the batch is applied when its last part is there. */
export interface BatchMessage {
  readonly type: 'batch';
  /** The destination's cursor before this batch: a batch that was lost in between shows. */
  readonly from: number;
  /** Its cursor after it: every item of the source up to this etag was sent, skipped as known, or left to its origin. */
  readonly to: number;
  /** Where a later connection has to start: below `to` while items are left to their origin. */
  readonly resume: number;
  /** More parts follow: a source transaction that is larger than a frame should be. */
  readonly hasMore: boolean;
  /**
   * After this batch the destination has all that this change vector includes, or what replaced it. Empty: no such
   * claim. `isWholeClaim`: it is all that the source knows, so nothing from it is outstanding.
   */
  readonly claim: string;
  readonly isWholeClaim: boolean;
  readonly itemCount: number;
  /** Packed items; decoded only where they are applied. */
  readonly items: Buffer;
}

/** A sign of life; answered with the state. */
export interface PingMessage {
  readonly type: 'ping';
}

/** What the destination has, durably. */
export interface StateMessage {
  readonly type: 'state';
  readonly databaseId: string;
  readonly nodeTag: string;
  /** Batches of this connection that are durable. */
  readonly acceptedBatches: number;
  /** `to` of the last batch from this source that is durable. */
  readonly acceptedEtag: number;
  /** `resume` of it. */
  readonly resumeEtag: number;
  /** All that this vector includes is here, or was replaced or deleted here. */
  readonly changeVector: string;
  readonly lastEtag: number;
  /** The databases that replicate to it directly at this moment, with the etag accepted from each. */
  readonly sources: ReadonlyMap<string, number>;
}

/** The destination ends the connection on purpose. */
export interface RefusalMessage {
  readonly type: 'refusal';
  readonly message: string;
}

const BATCH = 1;
const PING = 2;
const STATE = 3;
const REFUSAL = 4;

// Plain arrays: positions are the protocol, and the version of the handshake says which.
const packr = new Packr({ useRecords: false });

export function encodeMessage(message: ReplicationMessage): Buffer {
  switch (message.type) {
    case 'batch': {
      const { from, to, resume, hasMore, claim, isWholeClaim, itemCount, items } = message;
      return packr.pack([BATCH, from, to, resume, hasMore, claim, isWholeClaim, itemCount, items]);
    }
    case 'ping':
      return packr.pack([PING]);
    case 'state': {
      const { databaseId, nodeTag, acceptedBatches, acceptedEtag, resumeEtag } = message;
      const { changeVector, lastEtag, sources } = message;
      const cursor = [acceptedBatches, acceptedEtag, resumeEtag];
      return packr.pack([STATE, databaseId, nodeTag, ...cursor, changeVector, lastEtag, [...sources].flat()]);
    }
    case 'refusal':
      return packr.pack([REFUSAL, message.message]);
  }
}

/** Throws ReplicationProtocolError on anything that is not one of our messages. */
export function decodeMessage(payload: Buffer): ReplicationMessage {
  const parts = unpackArray(payload);
  const read = new Members(parts);
  switch (parts[0]) {
    case BATCH:
      return {
        type: 'batch',
        from: read.etag(1),
        to: read.etag(2),
        resume: read.etag(3),
        hasMore: read.boolean(4),
        claim: read.text(5),
        isWholeClaim: read.boolean(6),
        itemCount: read.etag(7),
        items: read.bytes(8),
      };
    case PING:
      return { type: 'ping' };
    case STATE:
      return {
        type: 'state',
        databaseId: read.text(1),
        nodeTag: read.text(2),
        acceptedBatches: read.etag(3),
        acceptedEtag: read.etag(4),
        resumeEtag: read.etag(5),
        changeVector: read.text(6),
        lastEtag: read.etag(7),
        sources: read.etagsById(8),
      };
    case REFUSAL:
      return { type: 'refusal', message: read.text(1) };
    default:
      throw new ReplicationProtocolError(`Unknown replication message ${String(parts[0])}.`);
  }
}

function unpackArray(payload: Buffer): readonly unknown[] {
  let value: unknown;
  try {
    value = packr.unpack(payload);
  } catch (error) {
    throw new ReplicationProtocolError(`A replication message could not be read: ${String(error)}`);
  }
  if (!Array.isArray(value)) throw new ReplicationProtocolError('A replication message is not an array.');
  return value;
}

/** Checked access to the members of a message. */
class Members {
  readonly #parts: readonly unknown[];

  constructor(parts: readonly unknown[]) {
    this.#parts = parts;
  }

  etag(index: number): number {
    const value = this.#parts[index];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return this.#fail(index, 'an etag');
  }

  boolean(index: number): boolean {
    const value = this.#parts[index];
    return typeof value === 'boolean' ? value : this.#fail(index, 'a boolean');
  }

  text(index: number): string {
    const value = this.#parts[index];
    return typeof value === 'string' ? value : this.#fail(index, 'text');
  }

  /** id, etag, id, etag … */
  etagsById(index: number): ReadonlyMap<string, number> {
    const value = this.#parts[index];
    if (!Array.isArray(value) || value.length % 2 !== 0) return this.#fail(index, 'a list of ids and etags');
    const members = new Members(value);
    const pairs = Array.from({ length: value.length / 2 }, (_, i) => i * 2);
    return new Map(pairs.map((at) => [members.text(at), members.etag(at + 1)]));
  }

  bytes(index: number): Buffer {
    const value = this.#parts[index];
    return Buffer.isBuffer(value) ? value : this.#fail(index, 'bytes');
  }

  #fail(index: number, expected: string): never {
    throw new ReplicationProtocolError(
      `Member ${index} of replication message ${String(this.#parts[0])} is not ${expected}.`,
    );
  }
}
