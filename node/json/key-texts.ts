import { KEY_TEXT_BYTES_MAX, KEY_TEXTS } from './limits.ts';

interface KnownKey {
  /** As it stands in the JSON, without quotes. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

const KNOWN = new Array<KnownKey | undefined>(KEY_TEXTS);

/**
 * The text of a key, of which the documents of a collection have the same few over and over: to compare some bytes is
 * many times cheaper than to make a text of them.
 *
 * @param hash any number that equal keys have in common
 * @param start behind the opening quote
 * @param end at the closing quote
 */
export function keyText(bytes: Buffer, start: number, end: number, hash: number): string {
  const length = end - start;
  if (length > KEY_TEXT_BYTES_MAX) return decoded(bytes, start, end);
  const slot = (hash >>> 0) % KEY_TEXTS;
  const known = KNOWN[slot];
  if (known !== undefined && known.bytes.length === length && isAt(known.bytes, bytes, start))
    return known.text;
  const text = decoded(bytes, start, end);
  KNOWN[slot] = { bytes: Uint8Array.from(bytes.subarray(start, end)), text };
  return text;
}

/** What stands between the quotes of a JSON string, as text. */
export function decoded(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

function isAt(key: Uint8Array, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < key.length; at++) if (key[at] !== bytes[start + at]) return false;
  return true;
}
