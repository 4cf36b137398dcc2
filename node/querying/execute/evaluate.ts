import { analyze } from '../../indexing/analysis/analyzers.ts';
import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { type EntrySet, intersect, NO_ENTRIES, subtract, union } from '../../indexing/store/entry-set.ts';
import { entriesOfTerms, type IndexReader } from '../../indexing/store/index-reader.ts';
import { TEXT_TERM, textTerm } from '../../indexing/store/term.ts';
import type { Predicate } from '../plan/predicate.ts';
import { searchTerms } from './search-terms.ts';

/** An index that is asked: its reader, and the fields by the names that queries use. */
export interface SearchedIndex {
  readonly reader: IndexReader;
  readonly fields: ReadonlyMap<string, IndexField>;
  /** What to do about a field that the index does not have. */
  readonly unknownField: (name: string) => Error | undefined;
  /** Another one for each query: `random()` without a seed. */
  readonly randomSeed: string;
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
      return ofField(predicate.field, index, (field) =>
        union(predicate.terms.map((term) => reader.entries(field.id, term))),
      );
    case 'allTerms':
      return ofField(predicate.field, index, (field) =>
        predicate.terms.map((term) => reader.entries(field.id, term)).reduce(intersect),
      );
    case 'range':
      return ofField(predicate.field, index, (field) =>
        entriesOfTerms(reader.terms(field.id, predicate.termKind, predicate.range)),
      );
    case 'prefix':
      return ofField(predicate.field, index, (field) =>
        entriesOfTerms(reader.termsWithPrefix(field.id, textTerm(predicate.text, true))),
      );
    case 'scan':
      return ofField(predicate.field, index, (field) => {
        const passing: EntrySet[] = [];
        for (const { bytes, entries } of reader.terms(field.id, TEXT_TERM)) {
          if (predicate.passes(bytes.toString('utf8'))) passing.push(entries);
        }
        return union(passing);
      });
    case 'search':
      return ofField(predicate.field, index, (field) =>
        search(field, predicate.text, predicate.matchAll, index),
      );
    case 'document':
      return union(predicate.ids.map((id) => reader.entriesOf(id.toLowerCase())));
    case 'documentPrefix':
      return reader.entriesOfPrefix(predicate.prefix.toLowerCase());
  }
}

/** Negations last: what is left by then is taken from instead of counting all others first. */
function conjunction(parts: readonly Predicate[], index: SearchedIndex): EntrySet {
  const flat = parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part]));
  const positive = flat.filter((part) => part.kind !== 'not' && part.kind !== 'all');
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

function search(field: IndexField, text: string, matchAll: boolean, index: SearchedIndex): EntrySet {
  const analyzer = typeof field.analysis === 'object' ? field.analysis.analyzer : undefined;
  const tokensOf = (part: string): readonly string[] =>
    analyzer === undefined ? [part.toLowerCase()] : analyze(analyzer, [part]).map((token) => token.text);
  const found = searchTerms(text, tokensOf).map((term) => entriesOfSearchTerm(term, field, index));
  if (found.length === 0) return NO_ENTRIES;
  return matchAll ? found.reduce(intersect) : union(found);
}

function entriesOfSearchTerm(
  term: ReturnType<typeof searchTerms>[number],
  field: IndexField,
  { reader }: SearchedIndex,
): EntrySet {
  switch (term.kind) {
    case 'token':
      return reader.entries(field.id, textTerm(term.text, true));
    case 'phrase':
      return phrase(term.tokens, field, reader);
    case 'prefix':
      return entriesOfTerms(reader.termsWithPrefix(field.id, textTerm(term.text, true)));
    case 'pattern': {
      const passing: EntrySet[] = [];
      for (const { bytes, entries } of reader.terms(field.id, TEXT_TERM)) {
        if (term.passes(bytes.toString('utf8'))) passing.push(entries);
      }
      return union(passing);
    }
  }
}

/** Entries that have the tokens one after the other. */
function phrase(tokens: readonly string[], field: IndexField, reader: IndexReader): EntrySet {
  const placed = tokens.map((token) => positionsByEntry(reader, field.id, token));
  const [first, ...rest] = placed;
  if (first === undefined) return NO_ENTRIES;
  const found: number[] = [];
  for (const [entry, starts] of first) {
    const follows = (start: number): boolean =>
      rest.every((places, at) => places.get(entry)?.includes(start + at + 1) === true);
    if (starts.some(follows)) found.push(entry);
  }
  return Uint32Array.from(found).sort();
}

function positionsByEntry(
  reader: IndexReader,
  field: number,
  token: string,
): ReadonlyMap<number, Uint32Array> {
  const places = new Map<number, Uint32Array>();
  for (const { entries, positions } of reader.postings(field, textTerm(token, true))) {
    entries.forEach((entry, at) => {
      places.set(entry, positions?.[at] ?? new Uint32Array(0));
    });
  }
  return places;
}
