import { isUtf8 } from 'node:buffer';
import { CLOSE_BRACE, COLON, COMMA, OPEN_BRACE, QUOTE, skipWhitespace } from './ascii.ts';
import { quoteBareWords } from './bare-words.ts';
import { dropRepeatedKeys, rewriteCanonical } from './json-rewriter.ts';
import { JsonScanner } from './json-scanner.ts';
import { JsonSyntaxError, unexpectedByte } from './json-syntax-error.ts';

/** The name of the collection of documents that name none. */
export const EMPTY_COLLECTION = '@empty';

/** A document as it is stored: what the client sent, taken apart and in canonical form. */
export interface DocumentJson {
  /** JSON object text without `@metadata`. May share memory with the input. */
  readonly body: Buffer;
  /** JSON object text of the client's metadata, without the keys that the server writes. */
  readonly metadata: Buffer;
  readonly collection: string;
}

/** `@metadata` of a document is not an object. */
export class InvalidMetadataError extends Error {
  override readonly name: string = 'InvalidMetadataError';
}

const METADATA_KEY = '"@metadata"';
const COLLECTION_KEY = '"@collection"';
const EMPTY_OBJECT = Buffer.from('{}');
/** Written by the server on every read; what a client sends back is dropped. */
const SERVER_KEYS: ReadonlySet<string> = new Set([
  '"@id"',
  '"@change-vector"',
  '"@last-modified"',
  '"@attachments"',
  '"@counters"',
  '"@timeseries"',
]);

const scanner = new JsonScanner();

/**
 * Validates the JSON of a document and takes its metadata out. Numbers stay as they are (`NaN` and `Infinity`, which
 * Python writes for some, become texts), of repeated keys the last
 * one wins, escapes and whitespace become canonical. A text that is canonical already (what clients send) costs one
 * pass and one copy. Throws JsonSyntaxError, InvalidMetadataError.
 */
export function splitDocument(bytes: Buffer): DocumentJson {
  if (!isUtf8(bytes)) throw new JsonSyntaxError('Malformed', 0, 'A document must be valid UTF-8.');
  const start = skipWhitespace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) throw notAnObject(bytes, start);
  scanner.reset(bytes);
  const split = scanTop(bytes, start);
  if (!scanner.needsRewrite && !scanner.mayRepeatKeys) return assemble(bytes, split);
  const given = bytes.subarray(start, split.end);
  const whole = scanner.hasBareWords ? quoteBareWords(given) : given;
  return splitCanonical(scanner.needsRewrite ? rewriteCanonical(whole) : whole);
}

function splitCanonical(bytes: Buffer): DocumentJson {
  scanner.reset(bytes);
  const split = scanTop(bytes, 0);
  if (!scanner.mayRepeatKeys) return assemble(bytes, split);
  const distinct = dropRepeatedKeys(bytes);
  scanner.reset(distinct);
  return assemble(distinct, scanTop(distinct, 0));
}

function notAnObject(bytes: Buffer, start: number): JsonSyntaxError {
  if (start >= bytes.length) return unexpectedByte(bytes, start, 'a JSON object');
  scanner.reset(bytes);
  const rest = skipWhitespace(bytes, scanner.value(start));
  if (rest < bytes.length) return unexpectedByte(bytes, rest, 'the end of the text');
  return new JsonSyntaxError('UnexpectedKind', start, 'A document must be a JSON object.');
}

/** Where things are; `memberStart` is -1 without metadata. */
interface TopLevel {
  readonly start: number;
  readonly end: number;
  /** Span of the `@metadata` member with one of the commas beside it. */
  readonly memberStart: number;
  readonly memberEnd: number;
  readonly metadataStart: number;
  readonly metadataEnd: number;
}

function scanTop(bytes: Buffer, start: number): TopLevel {
  let memberStart = -1;
  let memberEnd = -1;
  let metadataStart = -1;
  let metadataEnd = -1;
  const firstHash = scanner.enter(start);
  let comma = -1;
  let i = scanner.gap(start + 1);
  if (bytes[i] !== CLOSE_BRACE) {
    for (;;) {
      const key = i;
      i = scanner.string(i);
      const isMetadata =
        i - key === 11 && bytes[key + 1] === 0x40 && bytes.toString('latin1', key, i) === METADATA_KEY;
      scanner.noteKey(firstHash);
      i = scanner.gap(i);
      if (bytes[i] !== COLON) throw unexpectedByte(bytes, i, "':'");
      const value = scanner.gap(i + 1);
      const end = scanner.value(value);
      i = scanner.gap(end);
      if (isMetadata) {
        memberStart = comma >= 0 ? comma : key;
        memberEnd = comma < 0 && bytes[i] === COMMA ? i + 1 : end;
        metadataStart = value;
        metadataEnd = end;
      }
      if (bytes[i] === CLOSE_BRACE) break;
      if (bytes[i] !== COMMA) throw unexpectedByte(bytes, i, "',' or '}'");
      comma = i;
      i = scanner.gap(i + 1);
    }
  }
  scanner.leave(firstHash);
  const end = i + 1;
  const rest = skipWhitespace(bytes, end);
  if (rest < bytes.length) throw unexpectedByte(bytes, rest, 'the end of the document');
  return { start, end, memberStart, memberEnd, metadataStart, metadataEnd };
}

function assemble(bytes: Buffer, split: TopLevel): DocumentJson {
  const { start, end, memberStart, memberEnd } = split;
  if (memberStart < 0) {
    return { body: bytes.subarray(start, end), metadata: EMPTY_OBJECT, collection: EMPTY_COLLECTION };
  }
  const body = Buffer.allocUnsafe(memberStart - start + end - memberEnd);
  bytes.copy(body, 0, start, memberStart);
  bytes.copy(body, memberStart - start, memberEnd, end);
  return { body, ...splitMetadata(bytes, split.metadataStart, split.metadataEnd) };
}

/** Metadata text is canonical here: members follow each other without gaps. */
function splitMetadata(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly metadata: Buffer; readonly collection: string } {
  if (bytes[start] !== OPEN_BRACE) {
    throw new InvalidMetadataError('The @metadata of a document must be a JSON object.');
  }
  let collection = EMPTY_COLLECTION;
  let kept: Buffer[] | null = null;
  let i = start + 1;
  while (bytes[i] !== CLOSE_BRACE) {
    const key = i;
    const colon = scanner.string(key);
    const valueEnd = scanner.value(colon + 1);
    if (bytes[key + 1] === 0x40) {
      const name = bytes.toString('latin1', key, colon);
      if (name === COLLECTION_KEY && bytes[colon + 1] === QUOTE) {
        collection = stringAt(bytes, colon + 1, valueEnd);
      } else if (SERVER_KEYS.has(name)) {
        // The first dropped key: from here on the members to keep are listed.
        kept ??= key === start + 1 ? [] : [bytes.subarray(start + 1, key - 1)];
        i = bytes[valueEnd] === COMMA ? valueEnd + 1 : valueEnd;
        continue;
      }
    }
    kept?.push(bytes.subarray(key, valueEnd));
    i = bytes[valueEnd] === COMMA ? valueEnd + 1 : valueEnd;
  }
  return { metadata: kept === null ? bytes.subarray(start, end) : joinMembers(kept), collection };
}

/** The string whose quotes stand at `start` and before `end`. */
function stringAt(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

function joinMembers(members: readonly Buffer[]): Buffer {
  let length = 1 + Math.max(1, members.length);
  for (const member of members) length += member.length;
  const out = Buffer.allocUnsafe(length);
  out[0] = OPEN_BRACE;
  let to = 1;
  for (const member of members) {
    if (to > 1) out[to++] = COMMA;
    to += member.copy(out, to);
  }
  out[to] = CLOSE_BRACE;
  return out;
}
