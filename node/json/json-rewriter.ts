import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  HEX_VALUE,
  IS_WHITESPACE,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  ZERO,
} from './ascii.ts';
import { JsonScanner } from './json-scanner.ts';

const LOWER_U = 0x75;
const SLASH = 0x2f;

/**
 * The canonical form of valid JSON text: no whitespace between tokens, `\/` and `\uXXXX` unescaped where the
 * character needs no escape, `-0` as `0`; every other number and string byte for byte. Never longer than its source.
 */
export function rewriteCanonical(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let to = 0;
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      const from = i;
      [i, to] = copyString(bytes, from, out, to);
    } else if (IS_WHITESPACE[byte] === 1) {
      i++;
    } else if (byte === MINUS && bytes[i + 1] === ZERO && endsInteger(bytes[i + 2])) {
      i++;
    } else {
      out[to++] = byte;
      i++;
    }
  }
  return out.subarray(0, to);
}

function endsInteger(byte: number | undefined): boolean {
  return (
    byte === undefined ||
    byte === COMMA ||
    byte === CLOSE_BRACE ||
    byte === CLOSE_BRACKET ||
    IS_WHITESPACE[byte] === 1
  );
}

function copyString(bytes: Buffer, from: number, out: Buffer, start: number): [number, number] {
  let i = from + 1;
  let to = start;
  out[to++] = QUOTE;
  for (;;) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      out[to++] = QUOTE;
      return [i + 1, to];
    }
    if (byte !== BACKSLASH) {
      out[to++] = byte;
      i++;
      continue;
    }
    const letter = bytes[i + 1] as number;
    if (letter === SLASH) {
      out[to++] = SLASH;
      i += 2;
    } else if (letter === LOWER_U) {
      const unit = codeUnit(bytes, i);
      const low = isHighSurrogate(unit) && bytes[i + 6] === BACKSLASH ? codeUnit(bytes, i + 6) : -1;
      const isPair = low >= 0xdc00 && low <= 0xdfff;
      to += out.write(
        JSON.stringify(isPair ? String.fromCharCode(unit, low) : String.fromCharCode(unit)).slice(1, -1),
        to,
      );
      i += isPair ? 12 : 6;
    } else {
      out[to++] = BACKSLASH;
      out[to++] = letter;
      i += 2;
    }
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** The UTF-16 unit of the `\uXXXX` at `at`; -1 when another escape stands there. */
function codeUnit(bytes: Buffer, at: number): number {
  if (bytes[at + 1] !== LOWER_U) return -1;
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) unit = unit * 16 + (HEX_VALUE[bytes[i] as number] as number);
  return unit;
}

/** Canonical text with only the last member of each name kept in every object. */
export function dropRepeatedKeys(bytes: Buffer): Buffer {
  const scanner = new JsonScanner();
  scanner.reset(bytes);
  const out = Buffer.allocUnsafe(bytes.length);
  let to = 0;

  const put = (from: number, end: number): number => {
    to += bytes.copy(out, to, from, end);
    return end;
  };
  const copyValue = (at: number): number => {
    if (bytes[at] === OPEN_BRACE) return copyObject(at);
    if (bytes[at] === OPEN_BRACKET) return copyArray(at);
    return put(at, scanner.value(at));
  };
  const copyArray = (at: number): number => {
    let i = put(at, at + 1);
    while (bytes[i] !== CLOSE_BRACKET) {
      if (bytes[i] === COMMA) i = put(i, i + 1);
      i = copyValue(i);
    }
    return put(i, i + 1);
  };
  const copyObject = (at: number): number => {
    const members = new Map<string, { readonly from: number; readonly end: number }>();
    let isRepeated = false;
    let i = put(at, at + 1);
    const first = to;
    while (bytes[i] !== CLOSE_BRACE) {
      if (bytes[i] === COMMA) i++;
      const colon = scanner.string(i);
      const key = bytes.toString('latin1', i, colon);
      if (to > first) out[to++] = COMMA;
      const from = to;
      put(i, colon + 1);
      i = copyValue(colon + 1);
      isRepeated ||= members.delete(key);
      members.set(key, { from, end: to });
    }
    if (isRepeated) {
      const kept = [...members.values()].map(({ from, end }) => Buffer.from(out.subarray(from, end)));
      to = first;
      for (const member of kept) {
        if (to > first) out[to++] = COMMA;
        to += member.copy(out, to);
      }
    }
    return put(i, i + 1);
  };
  copyValue(0);
  return out.subarray(0, to);
}
