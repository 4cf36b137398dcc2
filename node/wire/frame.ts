import { crc32 } from 'node:zlib';
import { FRAME_BYTES_MAX } from './limits.ts';
import { WireError } from './wire-error.ts';

/** Frame: payload length u32, CRC-32 of the payload u32, payload. Little-endian. */
const HEADER_BYTES = 8;

/** The header that goes before `payload`. Throws WireError when the payload is too large for a frame. */
export function frameHeader(payload: Uint8Array): Buffer {
  if (payload.byteLength > FRAME_BYTES_MAX) {
    throw new WireError(
      `A frame may carry ${FRAME_BYTES_MAX} bytes, not ${payload.byteLength}: split the message.`,
    );
  }
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(payload.byteLength, 0);
  header.writeUInt32LE(crc32(payload), 4);
  return header;
}

/**
 * Cuts a byte stream into frames. A frame that spans many chunks is gathered in one preallocated buffer, so that a
 * large one costs one copy. A payload may share memory with the chunk that it came in.
 */
export class FrameDecoder {
  readonly #onPayload: (payload: Buffer) => void;
  readonly #header = Buffer.allocUnsafe(HEADER_BYTES);
  #headerFilled = 0;
  #payload: Buffer | null = null;
  #payloadFilled = 0;

  constructor(onPayload: (payload: Buffer) => void) {
    this.#onPayload = onPayload;
  }

  /** Throws WireError on a frame that is too large or damaged; the stream is unusable afterwards. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.byteLength) {
      if (this.#headerFilled < HEADER_BYTES) {
        const copied = chunk.copy(this.#header, this.#headerFilled, at);
        this.#headerFilled += copied;
        at += copied;
        if (this.#headerFilled < HEADER_BYTES) return;
      }
      at = this.#takePayload(chunk, at);
    }
  }

  #takePayload(chunk: Buffer, at: number): number {
    const length = this.#header.readUInt32LE(0);
    if (length > FRAME_BYTES_MAX) {
      throw new WireError(
        `A frame announces ${length} bytes; the limit is ${FRAME_BYTES_MAX}. The peer speaks another protocol.`,
      );
    }
    if (this.#payload === null && chunk.byteLength - at >= length) {
      this.#deliver(chunk.subarray(at, at + length));
      return at + length;
    }
    this.#payload ??= Buffer.allocUnsafeSlow(length);
    const copied = chunk.copy(this.#payload, this.#payloadFilled, at);
    this.#payloadFilled += copied;
    if (this.#payloadFilled === length) this.#deliver(this.#payload);
    return at + copied;
  }

  #deliver(payload: Buffer): void {
    const expected = this.#header.readUInt32LE(4);
    this.#headerFilled = 0;
    this.#payload = null;
    this.#payloadFilled = 0;
    if (crc32(payload) !== expected)
      throw new WireError('A frame arrived damaged: its checksum does not match.');
    this.#onPayload(payload);
  }
}
