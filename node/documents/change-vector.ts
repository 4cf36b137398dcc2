/**
 * Change vectors in their text form `A:12-<22 base64>, B:3-<22>`. An entry belongs to a database id (22 characters);
 * the tag is informative. A missing entry counts as 0, the empty text as nothing. The text form is what is stored,
 * sent and compared; equal strings and a single entry are decided without taking it apart.
 */
export interface ChangeVectorEntry {
  readonly tag: string;
  readonly etag: number;
  readonly databaseId: string;
}

export type ChangeVector = readonly ChangeVectorEntry[];

/** How a version that arrives relates to the one that is here. */
export type ChangeVectorOrder = 'Update' | 'AlreadyMerged' | 'Conflict';

/** A text that is no change vector. */
export class ChangeVectorError extends Error {
  override readonly name: string = 'ChangeVectorError';
}

/** Tag of the entry that names the cluster transaction which wrote a document, by its Raft index. */
export const TRANSACTION_TAG = 'TRXN';

const DATABASE_ID_LENGTH = 22;
const TAG_LENGTH_MAX = 4;
const ETAG_LENGTH_MAX = 19;

/** Kinds of characters by code: every item that is compared has its vector taken apart, a regular expression is slow. */
const OTHER = 0;
const SEPARATOR = 1;
const CAPITAL = 2;
const DIGIT = 3;
const BASE64 = 4;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[\s,]/.test(character)) return SEPARATOR;
  if (/[A-Z]/.test(character)) return CAPITAL;
  if (/\d/.test(character)) return DIGIT;
  return /[a-z+/]/.test(character) ? BASE64 : OTHER;
});

/** Entries in the order of the text; separators may be any mix of commas and spaces. Throws ChangeVectorError. */
export function parseChangeVector(text: string): ChangeVector {
  const entries: ChangeVectorEntry[] = [];
  let at = endOf(SEPARATOR, text, 0);
  while (at < text.length) {
    const colon = endOf(CAPITAL, text, at);
    const dash = endOf(DIGIT, text, colon + 1);
    const idEnd = endOfId(text, dash + 1);
    const isWhole =
      isBetween(colon - at, 1, TAG_LENGTH_MAX) &&
      text[colon] === ':' &&
      isBetween(dash - colon - 1, 1, ETAG_LENGTH_MAX) &&
      text[dash] === '-' &&
      idEnd - dash - 1 === DATABASE_ID_LENGTH;
    if (!isWhole) {
      throw new ChangeVectorError(
        `'${text}' is not a change vector: expected 'TAG:etag-databaseId' at ${at}.`,
      );
    }
    entries.push({
      tag: text.slice(at, colon),
      etag: Number(text.slice(colon + 1, dash)),
      databaseId: text.slice(dash + 1, idEnd),
    });
    at = endOf(SEPARATOR, text, idEnd);
  }
  return entries;
}

function isBetween(length: number, min: number, max: number): boolean {
  return length >= min && length <= max;
}

/** Where the characters of a kind that begin at a position end. */
function endOf(kind: number, text: string, from: number): number {
  let at = from;
  while (at < text.length && KINDS[text.charCodeAt(at)] === kind) at++;
  return at;
}

function endOfId(text: string, from: number): number {
  let at = from;
  while (at < text.length && (KINDS[text.charCodeAt(at)] ?? OTHER) >= CAPITAL) at++;
  return at;
}

export function formatChangeVector(entries: ChangeVector): string {
  return entries.map(({ tag, etag, databaseId }) => `${tag}:${etag}-${databaseId}`).join(', ');
}

/** The etag that `changeVector` holds for a database; 0 when it holds none. */
export function etagOf(changeVector: string, databaseId: string): number {
  const dash = changeVector.indexOf(`-${databaseId}`);
  if (dash < 0) return 0;
  return Number(changeVector.slice(changeVector.lastIndexOf(':', dash) + 1, dash));
}

/**
 * What the version `remote` is to a node that holds `local`: includes more than is here, is included, or neither
 * includes the other.
 */
export function compareChangeVectors(remote: string, local: string): ChangeVectorOrder {
  if (remote === local || remote === '') return 'AlreadyMerged';
  if (local === '') return 'Update';
  const remoteEntries = parseChangeVector(remote);
  const localEntries = parseChangeVector(local);
  const isAhead = exceeds(remoteEntries, localEntries);
  if (!isAhead) return 'AlreadyMerged';
  return exceeds(localEntries, remoteEntries) ? 'Conflict' : 'Update';
}

/**
 * Some entry of `a` is greater than its counterpart in `b`. What names a cluster transaction says nothing of order: its
 * place is that of the RAFT entry beside it.
 */
function exceeds(a: ChangeVector, b: ChangeVector): boolean {
  return a.some(
    (entry) =>
      entry.tag !== TRANSACTION_TAG &&
      entry.etag > (b.find((other) => other.databaseId === entry.databaseId)?.etag ?? 0),
  );
}

/** The greater etag of each database: first the entries of `a` in their order, then what `b` adds. */
export function mergeChangeVectors(a: string, b: string): string {
  if (a === b || b === '') return a;
  if (a === '') return b;
  const merged = new Map(parseChangeVector(a).map((entry) => [entry.databaseId, entry]));
  let isChanged = false;
  for (const entry of parseChangeVector(b)) {
    const known = merged.get(entry.databaseId);
    if (known !== undefined && known.etag >= entry.etag) continue;
    merged.set(entry.databaseId, entry);
    isChanged = true;
  }
  return isChanged ? formatChangeVector([...merged.values()]) : a;
}

/** The same vector with its entries in the one order that all nodes write alike: by tag, then by database. */
export function canonicalChangeVector(changeVector: string): string {
  const order = ({ tag, databaseId }: ChangeVectorEntry) => `${tag.padEnd(4)}${databaseId}`;
  return formatChangeVector(
    parseChangeVector(changeVector).toSorted((a, b) => (order(a) < order(b) ? -1 : 1)),
  );
}

/** `changeVector` with the entry of a database set; appended when it had none. Takes no other entry apart. */
export function withEntry(changeVector: string, tag: string, etag: number, databaseId: string): string {
  const entry = `${tag}:${etag}-${databaseId}`;
  if (changeVector === '') return entry;
  const dash = changeVector.indexOf(`-${databaseId}`);
  if (dash < 0) return `${changeVector}, ${entry}`;
  const end = dash + 1 + DATABASE_ID_LENGTH;
  if (end === changeVector.length && dash < 32 && changeVector.indexOf(',') < 0) return entry;
  const start = tagStart(changeVector, changeVector.lastIndexOf(':', dash));
  return changeVector.slice(0, start) + entry + changeVector.slice(end);
}

/** `changeVector` without the entries of these databases. */
export function withoutEntries(changeVector: string, databaseIds: ReadonlySet<string>): string {
  const entries = parseChangeVector(changeVector);
  const kept = entries.filter(({ databaseId }) => !databaseIds.has(databaseId));
  return kept.length === entries.length ? changeVector : formatChangeVector(kept);
}

/** `changeVector` without what names a cluster transaction. */
export function withoutTransaction(changeVector: string): string {
  if (!changeVector.includes(`${TRANSACTION_TAG}:`)) return changeVector;
  return formatChangeVector(parseChangeVector(changeVector).filter(({ tag }) => tag !== TRANSACTION_TAG));
}

function tagStart(text: string, colon: number): number {
  let start = colon;
  while (start > 0 && text.charCodeAt(start - 1) >= 0x41 && text.charCodeAt(start - 1) <= 0x5a) start--;
  return start;
}
