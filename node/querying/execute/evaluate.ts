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
}

/** The entries for which the predicate holds. */
export function evaluate(predicate: Predicate, index: SearchedIndex): EntrySet {
  const { reader } = index;
  switch (predicate.kind) {
    case 'all':
      return reader.allEntries();
    case 'none':
      return NO_ENTRIES;
    case 'and':
      return conjunction(predicate.parts, index);
    case 'or':
      return union(predicate.parts.map((part) => evaluate(part, index)));
    case 'not':
      return subtract(reader.allEntries(), evaluate(predicate.part, index));
    case 'boost':
      return evaluate(predicate.part, index);
    case 'anyTerm':
    case 'allTerms':
    case 'range':
    case 'prefix':
    case 'scan':
    case 'regex':
      return ofField(predicate.field, index, (field) =>
        ofTerms(forField(predicate, field), field.id, reader),
      );
    case 'phrase':
      return ofField(predicate.field, index, (field) =>
        phraseEntries(predicate.tokens, predicate.slop, field, reader),
      );
    case 'search':
    case 'lucene':
    case 'fuzzy':
    case 'proximity':
      return evaluate(lower(predicate, index), index);
    case 'intersect':
      return intersectDocuments(
        predicate.parts.map((part) => evaluate(part, index)),
        reader,
      );
    case 'optional':
      return reader.allEntries();
    case 'moreLikeThis':
      throw new TypeError('What documents are compared with is found before a query is evaluated.');
    case 'fields':
      throw new TypeError('Fields are compared with one another in filters only, which run on documents.');
    case 'spatial':
      return ofField(predicate.field, index, (field) => spatialEntries(predicate, field, reader));
    case 'vector':
      return Uint32Array.from(nearestEntries(predicate, index).keys()).sort();
    case 'document':
      return union(predicate.ids.map((id) => reader.entriesOf(id.toLowerCase())));
    case 'documentPrefix':
      return reader.entriesOfPrefix(predicate.prefix.toLowerCase());
  }
}

function ofTerms(predicate: TermPredicate, field: number, reader: IndexReader): EntrySet {
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
    case 'regex':
      return union(
        [...passingTerms(reader.terms(field, TEXT_TERM), predicate)].map(({ entries }) => entries),
      );
  }
}

/** Negations last: what is left by then is taken from instead of counting all others first. */
function conjunction(parts: readonly Predicate[], index: SearchedIndex): EntrySet {
  const flat = parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part]));
  const positive = flat.filter(({ kind }) => kind !== 'not' && kind !== 'all' && kind !== 'optional');
  const negative = flat.filter((part) => part.kind === 'not');
  let left: EntrySet | undefined;
  for (const part of positive) {
    const entries = evaluate(part, index);
    left = left === undefined ? entries : intersect(left, entries);
    if (left.length === 0) return left;
  }
  left ??= index.reader.allEntries();
  for (const part of negative) left = subtract(left, evaluate(part.part, index));
  return left;
}

function ofField(name: string, index: SearchedIndex, entriesOf: (field: IndexField) => EntrySet): EntrySet {
  const field = index.fields.get(name);
  if (field !== undefined) return entriesOf(field);
  const refusal = index.unknownField(name);
  if (refusal !== undefined) throw refusal;
  return NO_ENTRIES;
}
