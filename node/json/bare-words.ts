import { MINUS, QUOTE, skipWhitespace } from './ascii.ts';
import { asBigint, mayHaveLongIntegers } from './exact-json.ts';
import { JsonScanner } from './json-scanner.ts';
import { endOfStored } from './stored-json.ts';

const UPPER_I = 0x49;
const UPPER_N = 0x4e;
const QUOTE_BYTES = Buffer.from('"');

/**
 * JSON in which `NaN`, `Infinity` and `-Infinity`, which JSON does not have and Python writes, are texts, as RavenDB
 * shows them. `bytes` are valid but for these words.
 */
export function quoteBareWords(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  let i = 0;
  while (i < bytes.length) {
    if (bytes[i] === QUOTE) {
      i = endOfStored(bytes, i);
      continue;
    }
    const word = wordAt(bytes, i);
    if (word === undefined) {
      i++;
      continue;
    }
    const start = bytes[i - 1] === MINUS ? i - 1 : i;
    i += word.length;
    parts.push(bytes.subarray(from, start), QUOTE_BYTES, bytes.subarray(start, i), QUOTE_BYTES);
    from = i;
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)]);
}

function wordAt(bytes: Buffer, at: number): string | undefined {
  const first = bytes[at];
  if (first !== UPPER_N && first !== UPPER_I) return undefined;
  const word = first === UPPER_N ? 'NaN' : 'Infinity';
  return bytes.toString('latin1', at, at + word.length) === word ? word : undefined;
}

/** `JSON.parse`, which takes these words, too. Throws SyntaxError. */
export function parseWithBareWords(text: string, reviver?: Parameters<typeof JSON.parse>[1]): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    const bytes = Buffer.from(text);
    if (!isValidWithBareWords(bytes)) throw error;
    return JSON.parse(quoteBareWords(bytes).toString(), reviver);
  }
}

/** The same, with a bigint for each integer of 64 bits that a number can't hold. Throws SyntaxError. */
export function parseExactWithBareWords(text: string): unknown {
  return parseWithBareWords(text, mayHaveLongIntegers(text) ? asBigint : undefined);
}

function isValidWithBareWords(bytes: Buffer): boolean {
  if (!/NaN|Infinity/.test(bytes.toString('latin1'))) return false;
  const scanner = new JsonScanner();
  scanner.reset(bytes);
  try {
    return skipWhitespace(bytes, scanner.value(skipWhitespace(bytes, 0))) === bytes.length;
  } catch {
    // JSON.parse has said what is wrong.
    return false;
  }
}
