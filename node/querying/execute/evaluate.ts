import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { type EntrySet, intersect, NO_ENTRIES, subtract, union } from '../../indexing/store/entry-set.ts';
import type { IndexReader } from '../../indexing/store/index-reader.ts';
import { TEXT_TERM, textTerm } from '../../indexing/store/term.ts';
import type { Predicate } from '../plan/predicate.ts';
import { spatialEntries } from './evaluate-spatial.ts';
import { forField, type TermPredicate } from './for-field.ts';
import { intersectDocuments } from './intersect-documents.ts';
import { lower } from './lower.ts';
import { nearestEntries } from './nearest-vectors.ts';
import { passingTerms } from './passing-terms.ts';
import { phraseEntries } from './phrase.ts';
import { type QueryWatch, withoutPause } from './query-watch.ts';

/** An index that is asked: its reader, and the fields by the names that queries use. */
export interface SearchedIndex {
  readonly reader: IndexReader;
  readonly fields: ReadonlyMap<string, IndexField>;
  /** What to do about a field that the index does not have. */
  readonly unknownField: (name: string) => Error | undefined;
  /** The state of the index: another object after each batch. */
  readonly state: { readonly entryCount: number };
  /** Another one for each query: `random()` without a seed. */
  readonly randomSeed: number;
  /** Of the query that asks. */
  readonly watch?: QueryWatch;
}

/** The entries for which the predicate holds, found in one go. */
export function evaluate(predicate: Predicate, index: SearchedIndex): EntrySet {
  return withoutPause(evaluateInTurns(predicate, index));
}

/** As `evaluate`; it pauses between parts of the predicate, and between terms that it looks through. */
export function* evaluateInTurns(predicate: Predicate, index: SearchedIndex): Generator<void, EntrySet> {
  const { reader, watch } = index;
  if (watch?.isTurnOver === true) yield;
  switch (predicate.kind) {
    case 'all':
      return reader.allEntries();
    case 'none':
      return NO_ENTRIES;
    case 'and':
      return yield* conjunction(predicate.parts, index);
    case 'or':
      return union(yield* each(predicate.parts, index));
    case 'not':
      return subtract(reader.allEntries(), yield* evaluateInTurns(predicate.part, index));
    case 'boost':
      return yield* evaluateInTurns(predicate.part, index);
    case 'anyTerm':
    case 'allTerms':
    case 'range':
    case 'prefix':
    case 'scan':
    case 'regex': {
      const field = fieldOf(predicate.field, index);
      return field === undefined ? NO_ENTRIES : yield* ofTerms(forField(predicate, field), field.id, index);
    }
    case 'phrase': {
      const field = fieldOf(predicate.field, index);
      return field === undefined
        ? NO_ENTRIES
        : phraseEntries(predicate.tokens, predicate.slop, field, reader);
    }
    case 'search':
    case 'lucene':
    case 'fuzzy':
    case 'proximity':
      return yield* evaluateInTurns(lower(predicate, index), index);
    case 'intersect':
      return intersectDocuments(yield* each(predicate.parts, index), reader);
    case 'optional':
      return reader.allEntries();
    case 'moreLikeThis':
      throw new TypeError('What documents are compared with is found before a query is evaluated.');
    case 'fields':
      throw new TypeError('Fields are compared with one another in filters only, which run on documents.');
    case 'spatial': {
      const field = fieldOf(predicate.field, index);
      return field === undefined ? NO_ENTRIES : spatialEntries(predicate, field, reader);
    }
    case 'vector':
      return Uint32Array.from(nearestEntries(predicate, index).keys()).sort();
    case 'document':
      return union(predicate.ids.map((id) => reader.entriesOf(id.toLowerCase())));
    case 'documentPrefix':
      return reader.entriesOfPrefix(predicate.prefix.toLowerCase());
  }
}

function* each(parts: readonly Predicate[], index: SearchedIndex): Generator<void, readonly EntrySet[]> {
  const sets: EntrySet[] = [];
  for (const part of parts) sets.push(yield* evaluateInTurns(part, index));
  return sets;
}

function* ofTerms(
  predicate: TermPredicate,
  field: number,
  { reader, watch }: SearchedIndex,
): Generator<void, EntrySet> {
  switch (predicate.kind) {
    case 'anyTerm':
      return union(predicate.terms.map((term) => reader.entries(field, term)));
    case 'allTerms':
      return predicate.terms.map((term) => reader.entries(field, term)).reduce(intersect);
    case 'range':
      return reader.entriesIn(field, predicate.termKind, predicate.range);
    case 'prefix':
      return reader.entriesWithPrefix(field, textTerm(predicate.text, true));
    case 'scan':
    case 'regex': {
      const sets: EntrySet[] = [];
      for (const some of passingTerms(reader.terms(field, TEXT_TERM), predicate)) {
        sets.push(...some.map(({ entries }) => entries));
        if (watch?.isTurnOver === true) yield;
      }
      return union(sets);
    }
  }
}

/** Negations last: what is left by then is taken from instead of counting all others first. */
function* conjunction(parts: readonly Predicate[], index: SearchedIndex): Generator<void, EntrySet> {
  const flat = parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part]));
  const positive = flat.filter(({ kind }) => kind !== 'not' && kind !== 'all' && kind !== 'optional');
  const negative = flat.filter((part) => part.kind === 'not');
  let left: EntrySet | undefined;
  for (const part of positive) {
    const entries = yield* evaluateInTurns(part, index);
    left = left === undefined ? entries : intersect(left, entries);
    if (left.length === 0) return left;
  }
  left ??= index.reader.allEntries();
  for (const part of negative) left = subtract(left, yield* evaluateInTurns(part.part, index));
  return left;
}

/** Undefined: no entry has such a field. */
function fieldOf(name: string, index: SearchedIndex): IndexField | undefined {
  const field = index.fields.get(name);
  if (field !== undefined) return field;
  const refusal = index.unknownField(name);
  if (refusal !== undefined) throw refusal;
  return undefined;
}
