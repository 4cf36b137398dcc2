import { hash } from 'node:crypto';
import { type EntrySet, intersect, subtract, union } from '../../indexing/store/entry-set.ts';
import type { IndexEntry } from '../../indexing/store/index-entry.ts';
import { EXISTS, NULL, NUMBER_TERM, NUMERIC, TEXT_TERM } from '../../indexing/store/term.ts';
import type { OrderKey } from '../plan/order.ts';
import { distanceKey } from './distances.ts';
import type { SearchedIndex } from './evaluate.ts';
import { SORTED_BY_VALUE_MAX, SORTED_ROWS_AT_ONCE } from './limits.ts';
import { byKnowledge, type FieldKey, type RankedKey, rankedOrder, termKindOf } from './ranked-order.ts';
import { compareKeys, compareNaturally, type SortKey, sortKey } from './sort-key.ts';

type Scores = (entry: number) => number;

/** How many terms of an index are walked in the time in which one entry's row is read and its key compared. */
const TERMS_PER_ROW = 2;

/** Below this, entries are sorted in no time. */
const WALKED_MIN = 256;

/**
 * Entries in the order that the keys ask for, as they are taken: whoever takes a page pays for a page where the order
 * is that of an index field and many entries match. Equal ones stay in entry order, in either direction.
 *
 * @param wanted how many will be taken, as far as one knows
 */
export function sortEntries(
  entries: EntrySet,
  keys: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
  wanted = Number.POSITIVE_INFINITY,
): Iterable<number> {
  const [first, ...rest] = keys;
  if (first === undefined) return entries;
  for (const key of keys) {
    const refusal =
      key.kind === 'field' && !index.fields.has(key.field) ? index.unknownField(key.field) : undefined;
    if (refusal !== undefined) throw refusal;
  }
  const ranked = sortByRank(entries, keys, index, scores, wanted);
  if (ranked !== undefined) return ranked;
  if (!canWalk(first) || !isWalkShorter(entries.length, wanted, index)) {
    return sortByValue([...entries], keys, index, scores);
  }
  return walk(entries, first, rest, index, scores);
}

/** Whether the entries that are wanted are met before as many terms as sorting all entries is worth. */
function isWalkShorter(count: number, wanted: number, { state }: SearchedIndex): boolean {
  if (count > SORTED_BY_VALUE_MAX) return true;
  if (count < WALKED_MIN || wanted >= count) return false;
  return (wanted * state.entryCount) / count < (count * TERMS_PER_ROW) / 2;
}

/** By the terms of the fields, where those are in memory. */
function sortByRank(
  entries: EntrySet,
  keys: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
  wanted: number,
): Iterable<number> | undefined {
  const ranked: RankedKey[] = [];
  for (const key of keys) {
    const field =
      key.kind === 'field' && key.type !== 'alphaNumeric' ? index.fields.get(key.field) : undefined;
    if (key.kind !== 'field' || field?.analysis !== 'default') return undefined;
    const kind = termKindOf(key);
    const terms = index.reader.knownTerms(field.id, kind);
    if (terms === undefined) index.reader.wantTerms(field.id, kind, entries.length);
    else ranked.push({ key, terms, nulls: index.reader.entries(field.id, NULL) });
  }
  if (ranked.length < keys.length) return undefined;
  const { known, changed } = byKnowledge(entries, ranked);
  const order = rankedOrder(known, ranked, wanted);
  if (order === undefined || changed.length === 0) return order;
  return merged(order, sortedByValue(changed, keys, index, scores), keys, index, scores);
}

function canWalk(key: OrderKey): key is FieldKey {
  return key.kind === 'field' && key.type !== 'alphaNumeric';
}

function sortByValue(
  entries: readonly number[],
  keys: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
): readonly number[] {
  if (entries.length < 2) return entries;
  return sortedByValue(entries, keys, index, scores).map(({ entry }) => entry);
}

function sortedByValue(
  entries: readonly number[],
  keys: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
): readonly KeyedEntry[] {
  return keyed(entries, keys, index, scores).sort((a, b) => compareKeyed(a, b, keys));
}

interface KeyedEntry {
  readonly entry: number;
  readonly keys: readonly SortKey[];
}

function keyed(
  entries: readonly number[],
  keys: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
): KeyedEntry[] {
  const needsRows = keys.some(({ kind }) => kind === 'field' || kind === 'id' || kind === 'distance');
  const readers = keys.map((key) => keyReader(key, index, scores));
  const all: KeyedEntry[] = [];
  // Of many entries only the keys are held, not what they were read from.
  for (let at = 0; at < entries.length; at += SORTED_ROWS_AT_ONCE) {
    const some = entries.slice(at, at + SORTED_ROWS_AT_ONCE);
    const rows = needsRows ? index.reader.entryRows(some) : [];
    some.forEach((entry, n) => {
      all.push({ entry, keys: readers.map((read) => read(entry, rows[n])) });
    });
  }
  return all;
}

function compareKeyed(a: KeyedEntry, b: KeyedEntry, keys: readonly OrderKey[]): number {
  for (const [at, key] of keys.entries()) {
    const order = compareBy(key, a.keys[at] ?? null, b.keys[at] ?? null);
    if (order !== 0) return order;
  }
  return a.entry - b.entry;
}

/** Two orders by the same keys as one. */
function* merged(
  all: Iterable<number>,
  some: readonly KeyedEntry[],
  keys: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
): Generator<number> {
  let at = 0;
  for (const entry of all) {
    const own = at < some.length ? keyed([entry], keys, index, scores)[0] : undefined;
    for (let next = some[at]; own !== undefined && next !== undefined; next = some[++at]) {
      if (compareKeyed(own, next, keys) < 0) break;
      yield next.entry;
    }
    yield entry;
  }
  for (; at < some.length; at++) yield (some[at] as KeyedEntry).entry;
}

/** Gives the key of an entry, from its row where one is needed. */
type KeyReader = (entry: number, row: IndexEntry | undefined) => SortKey;

function keyReader(key: OrderKey, index: SearchedIndex, scores: Scores): KeyReader {
  switch (key.kind) {
    case 'score':
      return scores;
    case 'random': {
      const seed = key.seed ?? index.randomSeed;
      return (entry) => Buffer.from(hash('sha256', `${seed}/${entry}`, 'buffer'));
    }
    case 'id':
      return (_, row) => row?.id.toLowerCase() ?? null;
    case 'field': {
      const source = index.fields.get(key.field)?.source;
      return (_, row) => (source === undefined ? null : sortKey(row?.values[source] ?? [], key.type));
    }
    case 'distance': {
      const read = distanceKey(key, index);
      return (_, row) => read(row);
    }
  }
}

function compareBy(key: OrderKey, a: SortKey, b: SortKey): number {
  switch (key.kind) {
    // The best first, unless the worst is asked for.
    case 'score':
      return key.descending ? compareKeys(a, b) : compareKeys(b, a);
    case 'random':
      return compareKeys(a, b);
    case 'id': {
      const order = key.alphaNumeric ? compareNaturally(String(a), String(b)) : compareTexts(a, b);
      return key.descending ? -order : order;
    }
    case 'field':
    case 'distance': {
      if (key.nulls !== undefined && (a === null) !== (b === null)) {
        return (a === null) === (key.nulls === 'first') ? -1 : 1;
      }
      const order = compareKeys(a, b);
      return key.descending ? -order : order;
    }
  }
}

function compareTexts(a: SortKey, b: SortKey): number {
  return Buffer.compare(Buffer.from(String(a ?? '')), Buffer.from(String(b ?? '')));
}

/** Goes through the terms of the first field in their order instead of sorting all entries. */
function* walk(
  entries: EntrySet,
  key: FieldKey,
  rest: readonly OrderKey[],
  index: SearchedIndex,
  scores: Scores,
): Generator<number> {
  const field = index.fields.get(key.field);
  if (field === undefined) {
    yield* rest.length === 0 ? entries : sortByValue([...entries], rest, index, scores);
    return;
  }
  const left = new Set(entries);
  // Where what is wanted comes late, sorting is shorter after all.
  let budget =
    entries.length > SORTED_BY_VALUE_MAX ? Number.POSITIVE_INFINITY : entries.length * TERMS_PER_ROW;
  const isNumeric = key.type === 'long' || key.type === 'double';
  const nullsFirst = key.nulls === undefined ? !key.descending : key.nulls === 'first';
  const group = (members: readonly number[]): readonly number[] =>
    sortByValue(members, rest.length === 0 ? BY_ENTRY : rest, index, scores);
  if (nullsFirst) {
    const without = withoutKey(entries, field.id, isNumeric, index);
    for (const entry of without) left.delete(entry);
    yield* group([...without]);
  }
  for (const term of index.reader.terms(field.id, isNumeric ? NUMBER_TERM : TEXT_TERM, {
    reverse: key.descending,
  })) {
    const here = Array.from(term.entries).filter((entry) => left.has(entry));
    const members = here.filter((entry) => isSmallest(entry, term.bytes, key, field.source, index));
    for (const entry of members) left.delete(entry);
    yield* group(members);
    if (left.size === 0) return;
    if (--budget < 0) break;
  }
  // Those without a value come last, too, if they are still there.
  yield* sortByValue([...left], [key, ...rest], index, scores);
}

const BY_ENTRY: readonly OrderKey[] = [];

/** Entries that have no value to sort by. */
function withoutKey(
  entries: EntrySet,
  field: number,
  isNumeric: boolean,
  { reader }: SearchedIndex,
): EntrySet {
  const nulls = intersect(entries, reader.entries(field, NULL));
  const valueless = subtract(entries, reader.entries(field, isNumeric ? NUMERIC : EXISTS));
  return union([nulls, valueless]);
}

/** Of an array only the smallest element counts; a single value always is. */
function isSmallest(
  entry: number,
  term: Buffer,
  key: FieldKey,
  source: number,
  { reader }: SearchedIndex,
): boolean {
  const values = reader.entry(entry)?.values[source] ?? [];
  if (values.length === 1) return true;
  const smallest = sortKey(values, key.type);
  return Buffer.isBuffer(smallest) ? smallest.equals(term) : !key.descending;
}
