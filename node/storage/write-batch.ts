import { giveFrame, takeFrame } from './frame-pool.ts';
import { BATCH_BYTES_MAX } from './limits.ts';
import { StorageError } from './storage-error.ts';

const PUT = 1;
const DELETE = 2;
const INITIAL_BYTES = 4096;

/** Receives the operations of a batch in the order in which they were added. */
export interface BatchVisitor {
  put(column: number, key: Buffer, value: Buffer): void;
  delete(column: number, key: Buffer): void;
}

/**
 * An ordered list of puts and deletes over several columns, written atomically. It is kept as one framed block of
 * bytes, so that handing it to the writer thread moves one buffer and copies nothing.
 *
 * Frame: operation u8, column u8, key length u32, key, and for a put value length u32, value. Little-endian.
 */
export class WriteBatch {
  #bytes = takeFrame(INITIAL_BYTES);
  #length = 0;
  #count = 0;

  /** Number of operations. */
  get count(): number {
    return this.#count;
  }

  /** Size of the frame in bytes. */
  get byteLength(): number {
    return this.#length;
  }

  put(column: number, key: Uint8Array, value: Uint8Array): void {
    this.#reserve(10 + key.byteLength + value.byteLength);
    this.#header(PUT, column, key);
    this.#length = this.#bytes.writeUInt32LE(value.byteLength, this.#length);
    this.#bytes.set(value, this.#length);
    this.#length += value.byteLength;
  }

  delete(column: number, key: Uint8Array): void {
    this.#reserve(6 + key.byteLength);
    this.#header(DELETE, column, key);
  }

  /** The frame, for transfer; the batch is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#bytes.buffer as ArrayBuffer, 0, this.#length);
    this.#bytes = takeFrame(INITIAL_BYTES);
    this.#length = 0;
    this.#count = 0;
    return taken;
  }

  #header(operation: number, column: number, key: Uint8Array): void {
    const at = this.#length;
    this.#bytes[at] = operation;
    this.#bytes[at + 1] = column;
    this.#bytes.writeUInt32LE(key.byteLength, at + 2);
    this.#bytes.set(key, at + 6);
    this.#length = at + 6 + key.byteLength;
    this.#count++;
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#bytes.byteLength) return;
    if (needed > BATCH_BYTES_MAX) {
      throw new StorageError(
        `A batch may hold ${BATCH_BYTES_MAX} bytes; split the write that needs ${needed}.`,
      );
    }
    const grown = takeFrame(Math.min(BATCH_BYTES_MAX, Math.max(needed, this.#bytes.byteLength * 2)));
    this.#bytes.copy(grown, 0, 0, this.#length);
    giveFrame(this.#bytes.buffer as ArrayBuffer);
    this.#bytes = grown;
  }
}

/** Reads a frame back. Keys and values are views into `frame`. */
export function visitBatch(frame: Uint8Array, visitor: BatchVisitor): void {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  let at = 0;
  while (at < bytes.byteLength) {
    const operation = bytes[at];
    const column = bytes[at + 1] ?? 0;
    const keyEnd = at + 6 + bytes.readUInt32LE(at + 2);
    const key = bytes.subarray(at + 6, keyEnd);
    if (operation === PUT) {
      const valueEnd = keyEnd + 4 + bytes.readUInt32LE(keyEnd);
      visitor.put(column, key, bytes.subarray(keyEnd + 4, valueEnd));
      at = valueEnd;
    } else {
      visitor.delete(column, key);
      at = keyEnd;
    }
  }
}
