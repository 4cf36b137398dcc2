import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  IS_WHITESPACE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './ascii.ts';
import { unexpectedByte } from './json-syntax-error.ts';

/**
 * Where the value ends that begins at `at`, in JSON that was validated before it was stored: it is passed without a look
 * at what is in it. Throws JsonSyntaxError when it has no end.
 */
export function endOfStored(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return endOfString(bytes, at);
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return endOfNested(bytes, at);
    default:
      return endOfWord(bytes, at);
  }
}

function endOfString(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  throw unexpectedByte(bytes, bytes.length, 'the rest of a string');
}

function endOfNested(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i = endOfString(bytes, i) - 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (--depth === 0) return i + 1;
    }
  }
  throw unexpectedByte(bytes, bytes.length, 'the rest of a value');
}

/** Of a number, or a word. */
function endOfWord(bytes: Uint8Array, at: number): number {
  let i = at;
  for (; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || IS_WHITESPACE[byte] === 1) break;
  }
  if (i === at) throw unexpectedByte(bytes, at, 'a value');
  return i;
}
