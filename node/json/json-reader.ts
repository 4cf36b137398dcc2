import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipWhitespace,
} from './ascii.ts';
import { parseExactWithBareWords, parseWithBareWords } from './bare-words.ts';
import { JsonScanner } from './json-scanner.ts';
import { JsonSyntaxError, unexpectedByte } from './json-syntax-error.ts';
import { decoded, keyText } from './key-texts.ts';
import { endOfStored } from './stored-json.ts';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/**
 * A validating cursor over JSON bytes: walks what it is asked to walk and gives the rest as spans. Stands before a
 * value; each read or `skip` passes one.
 *
 * ```ts
 * const reader = new JsonReader(Buffer.from('{"Id":"users/1","Document":{"a":1}}'));
 * for (const key of reader.fields()) {
 *   if (key === 'Document') document = reader.skip();
 *   else id = reader.readString();
 * }
 * reader.end();
 * ```
 * Throws JsonSyntaxError with the byte position. UTF-8 is not checked: `isUtf8(bytes)` does it for the whole.
 */
export class JsonReader {
  readonly #bytes: Buffer;
  readonly #scanner = new JsonScanner();
  readonly #isStored: boolean;
  #at: number;

  /** `isStored`: the whole was validated before; what is passed is not looked at. */
  constructor(bytes: Buffer, isStored = false) {
    this.#bytes = bytes;
    this.#isStored = isStored;
    this.#scanner.reset(bytes);
    this.#at = skipWhitespace(bytes, 0);
  }

  /** Of a document as it is stored, or of what we have written ourselves. */
  static ofStored(bytes: Buffer): JsonReader {
    return new JsonReader(bytes, true);
  }

  /** Byte offset of the next value. */
  get position(): number {
    return this.#at;
  }

  /** What comes next, by its first byte. */
  kind(): JsonKind {
    switch (this.#bytes[this.#at]) {
      case OPEN_BRACE:
        return 'object';
      case OPEN_BRACKET:
        return 'array';
      case QUOTE:
        return 'string';
      case 0x74:
      case 0x66:
        return 'boolean';
      case 0x6e:
        return 'null';
      default:
        return 'number';
    }
  }

  /** Passes the value and gives its bytes (a view). */
  skip(): Buffer {
    const start = this.#at;
    this.pass();
    return this.#bytes.subarray(start, this.#at);
  }

  /** Passes the value. */
  pass(): void {
    this.#at = this.#isStored ? endOfStored(this.#bytes, this.#at) : this.#scanner.value(this.#at);
  }

  /** Decoded keys of the object here; after each, read or skip its value (left alone, it is skipped). */
  *fields(): Generator<string> {
    this.#expect('object');
    const level = this.#scanner.enter(this.#at);
    this.#at = skipWhitespace(this.#bytes, this.#at + 1);
    if (this.#bytes[this.#at] !== CLOSE_BRACE) {
      do {
        const key = this.#readKey();
        this.#at = skipWhitespace(this.#bytes, this.#at);
        if (this.#bytes[this.#at] !== COLON) throw unexpectedByte(this.#bytes, this.#at, "':'");
        this.#at = skipWhitespace(this.#bytes, this.#at + 1);
        const value = this.#at;
        yield key;
        if (this.#at === value) this.pass();
      } while (this.#more(CLOSE_BRACE));
    }
    this.#at++;
    this.#scanner.leave(level);
  }

  /** Positions of the elements of the array here; read or skip each (left alone, it is skipped). */
  *elements(): Generator<number> {
    this.#expect('array');
    const level = this.#scanner.enter(this.#at);
    this.#at = skipWhitespace(this.#bytes, this.#at + 1);
    if (this.#bytes[this.#at] !== CLOSE_BRACKET) {
      do {
        const value = this.#at;
        yield value;
        if (this.#at === value) this.pass();
      } while (this.#more(CLOSE_BRACKET));
    }
    this.#at++;
    this.#scanner.leave(level);
  }

  readString(): string {
    this.#expect('string');
    const start = this.#at;
    const end = this.#scanner.string(start);
    this.#at = end;
    return decoded(this.#bytes, start + 1, end - 1);
  }

  #readKey(): string {
    this.#expect('string');
    const start = this.#at;
    const end = this.#scanner.string(start);
    this.#at = end;
    return keyText(this.#bytes, start + 1, end - 1, this.#scanner.hash);
  }

  /** Precision of a double: take `skip()` where the literal matters. */
  readNumber(): number {
    this.#expect('number');
    return Number(this.skip().toString('latin1'));
  }

  readBoolean(): boolean {
    this.#expect('boolean');
    return this.skip().length === 4;
  }

  /** Passes a `null` if one stands here. */
  readNull(): boolean {
    if (this.kind() !== 'null') return false;
    this.skip();
    return true;
  }

  /** The value here, parsed. */
  readValue(): unknown {
    return parseWithBareWords(this.skip().toString());
  }

  /** As `readValue`, with a bigint for each integer of 64 bits that a number can't hold. */
  readExactValue(): unknown {
    return parseExactWithBareWords(this.skip().toString());
  }

  /** Whether what was passed has `NaN` or `Infinity`, which are no JSON: see `quoteBareWords`. */
  get hasBareWords(): boolean {
    return this.#scanner.hasBareWords;
  }

  /** Checks that nothing but whitespace follows. */
  end(): void {
    const rest = skipWhitespace(this.#bytes, this.#at);
    if (rest < this.#bytes.length) throw unexpectedByte(this.#bytes, rest, 'the end of the text');
  }

  #more(close: number): boolean {
    this.#at = skipWhitespace(this.#bytes, this.#at);
    const byte = this.#bytes[this.#at];
    if (byte === close) return false;
    if (byte !== COMMA) throw unexpectedByte(this.#bytes, this.#at, `',' or '${String.fromCharCode(close)}'`);
    this.#at = skipWhitespace(this.#bytes, this.#at + 1);
    return true;
  }

  #expect(kind: JsonKind): void {
    if (this.kind() === kind) return;
    const start = this.#at;
    if (start >= this.#bytes.length) throw unexpectedByte(this.#bytes, start, `a JSON ${kind}`);
    const found = this.kind();
    this.#scanner.value(start);
    throw new JsonSyntaxError('UnexpectedKind', start, `Expected a JSON ${kind} but found a JSON ${found}.`);
  }
}
