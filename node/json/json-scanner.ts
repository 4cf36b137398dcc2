import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  ENDS_PLAIN_RUN,
  HEX_VALUE,
  IS_CANONICAL_ESCAPE,
  IS_WHITESPACE,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipWhitespace,
  ZERO,
} from './ascii.ts';
import { JsonSyntaxError, unexpectedByte } from './json-syntax-error.ts';
import { JSON_DEPTH_MAX, LINEAR_KEYS_MAX } from './limits.ts';

const LOWER_U = 0x75;
const DOT = 0x2e;
const PLUS = 0x2b;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const UPPER_I = 0x49;
const UPPER_N = 0x4e;

/** Whoever reads a few members of a document notes no keys at all. */
const NO_HASHES = new Int32Array(0);
const FIRST_HASHES = 32;

/**
 * Validates JSON over bytes without building anything, and notes on the way whether the text is already as we store
 * it. This is the hot path of every write: no closures, no allocation, one pass. UTF-8 itself is checked by the
 * caller, at once for the whole text.
 */
export class JsonScanner {
  /** Whitespace, an escape that we write otherwise, or `-0` was seen since `reset`. */
  needsRewrite = false;
  /** Two keys of one object may be the same (equal hashes). */
  mayRepeatKeys = false;
  /** `NaN` or `Infinity` was seen, which are no JSON. */
  hasBareWords = false;

  #bytes: Uint8Array = new Uint8Array(0);
  #depth = 0;
  #hash = 0;
  /** Hashes of the keys of all open objects, one after the other; an object knows where its own begin. */
  #hashes = NO_HASHES;
  #hashCount = 0;

  reset(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#depth = 0;
    this.#hashCount = 0;
    this.needsRewrite = false;
    this.mayRepeatKeys = false;
    this.hasBareWords = false;
  }

  /** End of the value that starts at `at` (no whitespace before it). Throws JsonSyntaxError. */
  value(at: number): number {
    const bytes = this.#bytes;
    switch (bytes[at]) {
      case QUOTE:
        return this.string(at);
      case OPEN_BRACE:
        return this.#object(at);
      case OPEN_BRACKET:
        return this.#array(at);
      case 0x74:
        return this.#word(at, 'true');
      case 0x66:
        return this.#word(at, 'false');
      case 0x6e:
        return this.#word(at, 'null');
      case UPPER_N:
        return this.#bareWord(at, 'NaN');
      case UPPER_I:
        return this.#bareWord(at, 'Infinity');
      default:
        return this.#number(at);
    }
  }

  /** End of the string that starts at `at`, after its closing quote. */
  string(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) throw unexpectedByte(bytes, at, 'a string');
    let i = at + 1;
    let hash = 0;
    for (;;) {
      let byte = bytes[i] as number;
      while (ENDS_PLAIN_RUN[byte] === 0) {
        hash = (Math.imul(hash, 31) + byte) | 0;
        byte = bytes[++i] as number;
      }
      if (byte === QUOTE) {
        this.#hash = hash;
        return i + 1;
      }
      if (byte !== BACKSLASH) throw unexpectedByte(bytes, i, 'the rest of a string');
      const next = bytes[i + 1] as number;
      hash = (Math.imul(hash, 31) + next + 256) | 0;
      i = this.#escape(i);
    }
  }

  /** Of the bytes of the string that `string` has just passed. */
  get hash(): number {
    return this.#hash;
  }

  /** Whitespace between tokens; none is in the form that we store. */
  gap(at: number): number {
    if (IS_WHITESPACE[this.#bytes[at] as number] !== 1) return at;
    this.needsRewrite = true;
    return skipWhitespace(this.#bytes, at);
  }

  /** Goes one level down at `at`; gives what `leave` and `noteKey` need to know the level by. */
  enter(at: number): number {
    if (++this.#depth > JSON_DEPTH_MAX) {
      throw new JsonSyntaxError('TooDeep', at, `JSON may be nested ${JSON_DEPTH_MAX} levels deep, not more.`);
    }
    return this.#hashCount;
  }

  leave(firstHash: number): void {
    this.#depth--;
    if (this.#hashCount - firstHash > LINEAR_KEYS_MAX) this.#compareManyKeys(firstHash);
    this.#hashCount = firstHash;
  }

  /** Notes the key that `string` has just passed. */
  noteKey(firstHash: number): void {
    const count = this.#hashCount;
    const hash = this.#hash;
    if (count - firstHash < LINEAR_KEYS_MAX) {
      for (let i = firstHash; i < count; i++) {
        if (this.#hashes[i] === hash) this.mayRepeatKeys = true;
      }
    }
    if (count === this.#hashes.length) {
      const grown = new Int32Array(Math.max(FIRST_HASHES, count * 2));
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes[count] = hash;
    this.#hashCount = count + 1;
  }

  #compareManyKeys(firstHash: number): void {
    const sorted = this.#hashes.subarray(firstHash, this.#hashCount).sort();
    for (let i = 1; i < sorted.length; i++) {
      if (sorted[i] === sorted[i - 1]) this.mayRepeatKeys = true;
    }
  }

  #object(at: number): number {
    const bytes = this.#bytes;
    const firstHash = this.enter(at);
    let i = this.gap(at + 1);
    if (bytes[i] !== CLOSE_BRACE) {
      for (;;) {
        i = this.string(i);
        this.noteKey(firstHash);
        if (bytes[i] !== COLON) i = this.gap(i);
        if (bytes[i] !== COLON) throw unexpectedByte(bytes, i, "':'");
        i = this.gap(this.value(this.gap(i + 1)));
        if (bytes[i] === CLOSE_BRACE) break;
        if (bytes[i] !== COMMA) throw unexpectedByte(bytes, i, "',' or '}'");
        i = this.gap(i + 1);
      }
    }
    this.leave(firstHash);
    return i + 1;
  }

  #array(at: number): number {
    const bytes = this.#bytes;
    const firstHash = this.enter(at);
    let i = this.gap(at + 1);
    if (bytes[i] !== CLOSE_BRACKET) {
      for (;;) {
        i = this.gap(this.value(i));
        if (bytes[i] === CLOSE_BRACKET) break;
        if (bytes[i] !== COMMA) throw unexpectedByte(bytes, i, "',' or ']'");
        i = this.gap(i + 1);
      }
    }
    this.leave(firstHash);
    return i + 1;
  }

  #word(at: number, word: string): number {
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[at + i] !== word.charCodeAt(i)) throw unexpectedByte(this.#bytes, at + i, `'${word}'`);
    }
    return at + word.length;
  }

  #bareWord(at: number, word: string): number {
    this.hasBareWords = true;
    this.needsRewrite = true;
    return this.#word(at, word);
  }

  #number(at: number): number {
    const bytes = this.#bytes;
    let i = at;
    if (bytes[i] === MINUS) {
      i++;
      if (bytes[i] === UPPER_I) return this.#bareWord(i, 'Infinity');
    }
    if (bytes[i] === ZERO) i++;
    else i = this.#digits(i, i === at ? 'a value' : 'a digit');
    const isInteger = bytes[i] !== DOT && bytes[i] !== LOWER_E && bytes[i] !== UPPER_E;
    if (isInteger) {
      if (i === at + 2 && bytes[at] === MINUS && bytes[at + 1] === ZERO) this.needsRewrite = true;
      return i;
    }
    if (bytes[i] === DOT) i = this.#digits(i + 1, 'a digit');
    if (bytes[i] === LOWER_E || bytes[i] === UPPER_E) {
      i++;
      if (bytes[i] === PLUS || bytes[i] === MINUS) i++;
      i = this.#digits(i, 'a digit');
    }
    return i;
  }

  #digits(at: number, expected: string): number {
    const bytes = this.#bytes;
    let i = at;
    for (let byte = bytes[i] as number; byte >= ZERO && byte <= 0x39; byte = bytes[i] as number) i++;
    if (i === at) throw unexpectedByte(bytes, at, expected);
    return i;
  }

  #escape(at: number): number {
    const bytes = this.#bytes;
    const letter = bytes[at + 1] as number;
    if (IS_CANONICAL_ESCAPE[letter] === 1) return at + 2;
    this.needsRewrite = true;
    if (letter === 0x2f) return at + 2;
    if (letter !== LOWER_U) throw unexpectedByte(bytes, at + 1, 'a character that may follow a backslash');
    for (let i = at + 2; i < at + 6; i++) {
      if ((HEX_VALUE[bytes[i] as number] ?? 255) > 15) throw unexpectedByte(bytes, i, 'a hexadecimal digit');
    }
    return at + 6;
  }
}
