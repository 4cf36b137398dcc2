import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  ENDS_PLAIN_RUN,
  IS_WHITESPACE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './ascii.ts';
import { type JsonFault, JsonSyntaxError, unexpectedByte } from './json-syntax-error.ts';
import { STREAM_OBJECT_BYTES_MAX } from './limits.ts';

export type StreamPart =
  /** One whole object of the top-level array; checked for its extent only. */
  | { readonly kind: 'object'; readonly bytes: Buffer }
  /** Some of the raw bytes that `expectRaw` announced; `remaining` are still to come. */
  | { readonly kind: 'raw'; readonly bytes: Buffer; readonly remaining: number };

/**
 * Takes the top-level array of a bulk insert apart while its chunks arrive. Commas between items may be missing; after
 * an item exactly `expectRaw(count)` bytes may follow that are no JSON. The array's closing bracket ends the stream,
 * whatever the sender leaves open.
 *
 * ```ts
 * splitter.push(chunk);
 * for (let part = splitter.next(); part !== null; part = splitter.next()) handle(part);
 * if (splitter.isClosed) answer();
 * ```
 */
export class JsonStreamSplitter {
  readonly #objectBytesMax: number;
  /** Bytes not given out yet are `#start..#end`; memory that was given out is never written again. */
  #buffer: Buffer = Buffer.alloc(0);
  /** The buffer was made here, so that bytes may be appended to it; a pushed chunk is not touched. */
  #isOwnBuffer = false;
  #start = 0;
  #end = 0;
  /** Bytes before the buffer, for error positions. */
  #passed = 0;
  /** How far the object that begins at `#start` has been looked at, and what is open there. */
  #scanned = 0;
  #depth = 0;
  #isInString = false;
  #raw = 0;
  #isOpen = false;
  #isClosed = false;

  constructor(options: { readonly objectBytesMax?: number } = {}) {
    this.#objectBytesMax = options.objectBytesMax ?? STREAM_OBJECT_BYTES_MAX;
  }

  /** The array has been closed: nothing more is read. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next `count` bytes after the object just given are raw. */
  expectRaw(count: number): void {
    this.#raw = count;
  }

  push(chunk: Buffer): void {
    if (this.#isClosed || chunk.length === 0) return;
    const pending = this.#end - this.#start;
    if (pending === 0) {
      this.#use(chunk, false);
      this.#end = chunk.length;
      return;
    }
    if (!this.#isOwnBuffer || this.#end + chunk.length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(2 * (pending + chunk.length));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#use(grown, true);
      this.#end = pending;
    }
    this.#end += chunk.copy(this.#buffer, this.#end);
  }

  /** The next part, or null when more bytes are needed or the array is closed. Throws JsonSyntaxError. */
  next(): StreamPart | null {
    return this.#raw > 0 ? this.#nextRaw() : this.#nextObject();
  }

  /** The sender has ended. Throws JsonSyntaxError (Truncated) unless the array was closed. */
  finish(): void {
    if (!this.#isClosed) throw this.#error('Truncated', this.#end, 'The stream ended before its array did.');
  }

  #use(buffer: Buffer, isOwn: boolean): void {
    this.#passed += this.#start;
    this.#scanned = Math.max(0, this.#scanned - this.#start);
    this.#buffer = buffer;
    this.#isOwnBuffer = isOwn;
    this.#start = 0;
  }

  #nextRaw(): StreamPart | null {
    const count = Math.min(this.#raw, this.#end - this.#start);
    if (count === 0) return null;
    this.#raw -= count;
    const bytes = this.#buffer.subarray(this.#start, this.#start + count);
    this.#start += count;
    return { kind: 'raw', bytes, remaining: this.#raw };
  }

  #nextObject(): StreamPart | null {
    if (this.#isClosed) return null;
    if (this.#depth === 0 && !this.#findObject()) return null;
    const end = this.#scanObject();
    if (end - this.#start > this.#objectBytesMax) {
      throw this.#error(
        'Malformed',
        this.#start,
        `One item of the stream may have ${this.#objectBytesMax} bytes, not more.`,
      );
    }
    if (this.#depth > 0) return null;
    const bytes = this.#buffer.subarray(this.#start, end);
    this.#start = end;
    return { kind: 'object', bytes };
  }

  /** Moves to the next object; false when there is none yet, or the array has ended. */
  #findObject(): boolean {
    for (; this.#start < this.#end; this.#start++) {
      const byte = this.#buffer[this.#start] as number;
      if (IS_WHITESPACE[byte] === 1 || (byte === COMMA && this.#isOpen)) continue;
      if (!this.#isOpen) {
        if (byte !== OPEN_BRACKET) throw this.#unexpected('a JSON array');
        this.#isOpen = true;
      } else if (byte === OPEN_BRACE) {
        this.#scanned = this.#start;
        return true;
      } else if (byte === CLOSE_BRACKET) {
        this.#start++;
        this.#isClosed = true;
        return false;
      } else {
        throw this.#unexpected("'{' or ']'");
      }
    }
    return false;
  }

  /** Goes on looking for the end of the object; `#depth` is 0 once it is found. Gives where it stopped. */
  #scanObject(): number {
    const bytes = this.#buffer;
    const end = this.#end;
    let i = this.#scanned;
    let depth = this.#depth;
    while (i < end) {
      if (this.#isInString) {
        while (i < end && ENDS_PLAIN_RUN[bytes[i] as number] === 0) i++;
        if (i >= end) break;
        if (bytes[i] === BACKSLASH) {
          // The backslash and its character are looked at together, once both are here.
          if (i + 1 >= end) break;
          i++;
        } else if (bytes[i] === QUOTE) {
          this.#isInString = false;
        }
        i++;
        continue;
      }
      const byte = bytes[i++];
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_BRACE) depth++;
      else if (byte === CLOSE_BRACE && --depth === 0) break;
    }
    this.#scanned = i;
    this.#depth = depth;
    return i;
  }

  #unexpected(expected: string): JsonSyntaxError {
    const { fault, message } = unexpectedByte(this.#buffer, this.#start, expected);
    return this.#error(fault, this.#start, message.replace(/ \(at byte \d+\)$/, ''));
  }

  #error(fault: JsonFault, at: number, message: string): JsonSyntaxError {
    return new JsonSyntaxError(fault, this.#passed + at, message);
  }
}
