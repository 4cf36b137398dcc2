import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { numberKey, ticksKey } from '../../indexing/store/number-key.ts';
import { DATE_TERM, EXISTS, NUMBER_TERM, TEXT_TERM, type Term, textTerm } from '../../indexing/store/term.ts';
import { parseDate } from '../../indexing/values/date-text.ts';
import { numberValue } from '../../indexing/values/index-value.ts';
import type { LuceneEnd, LuceneQuery, WildcardPart } from '../plan/lucene/lucene-query.ts';
import type { Predicate } from '../plan/predicate.ts';
import { casedFor, tokensOf } from './field-text.ts';
import { lowerFuzzy } from './lower-fuzzy.ts';
import { token } from './lower-search.ts';
import { wildcardTest } from './wildcard.ts';

/** The field of a name, and what the index calls it; undefined: it has no such field, and so nothing in it. */
export type FieldFinder = (
  name: string | null,
) => { readonly name: string; readonly field: IndexField } | undefined;

/** A query in Lucene's syntax by what its words are in their fields. */
export function lowerLucene(query: LuceneQuery, find: FieldFinder): Predicate {
  return lowered(query, find) ?? { kind: 'none' };
}

/** Undefined: nothing is left of it, as of a stop word. */
function lowered(query: LuceneQuery, find: FieldFinder): Predicate | undefined {
  switch (query.kind) {
    case 'all':
      return { kind: 'all' };
    case 'boost': {
      const part = lowered(query.query, find);
      return part === undefined ? undefined : { kind: 'boost', part, factor: query.factor };
    }
    case 'boolean':
      return lowerBoolean(query, find);
    default: {
      const found = find(query.field);
      return found === undefined ? { kind: 'none' } : lowerLeaf(query, found.name, found.field);
    }
  }
}

/** What must occur decides; what should adds to the score, and decides where nothing must. */
function lowerBoolean(
  { clauses }: Extract<LuceneQuery, { kind: 'boolean' }>,
  find: FieldFinder,
): Predicate | undefined {
  const of = (occurs: string): readonly Predicate[] =>
    clauses
      .filter((clause) => clause.occurs === occurs)
      .flatMap((clause) => lowered(clause.query, find) ?? []);
  const [must, should, mustNot] = [of('must'), of('should'), of('mustNot')];
  if (must.length + should.length === 0) return mustNot.length === 0 ? undefined : { kind: 'none' };
  const wanted: readonly Predicate[] =
    must.length === 0
      ? [{ kind: 'or', parts: should }]
      : [...must, ...should.map((part): Predicate => ({ kind: 'optional', part }))];
  return { kind: 'and', parts: [...wanted, ...mustNot.map((part): Predicate => ({ kind: 'not', part }))] };
}

type Leaf = Exclude<LuceneQuery, { kind: 'all' | 'boost' | 'boolean' }>;

function lowerLeaf(query: Leaf, name: string, field: IndexField): Predicate | undefined {
  switch (query.kind) {
    case 'term':
      return lowerPhrase(name, tokensOf(field, query.text), 0);
    case 'phrase':
      return lowerPhrase(name, tokensOf(field, query.text), query.slop);
    case 'wildcard':
      return lowerWildcard(name, query.parts, field);
    case 'fuzzy':
      return lowerFuzzy({ field: name, text: query.text, similarity: query.similarity }, field);
    case 'range':
      return lowerRange(name, query.from, query.to, field);
  }
}

/** A word that the analyzer makes several of is a phrase. */
function lowerPhrase(field: string, tokens: readonly string[], slop: number): Predicate | undefined {
  const [only] = tokens;
  if (only === undefined) return undefined;
  return tokens.length === 1 ? token(field, only) : { kind: 'phrase', field, tokens, slop };
}

function lowerWildcard(name: string, given: readonly WildcardPart[], field: IndexField): Predicate {
  const parts = given.map((part) => ('any' in part ? part : { text: casedFor(field, part.text) }));
  const [first, second] = parts;
  const isAll = (part: WildcardPart | undefined): boolean =>
    part !== undefined && 'any' in part && part.any === '*';
  if (parts.length === 1 && isAll(first)) return { kind: 'prefix', field: name, text: '' };
  if (parts.length === 2 && first !== undefined && 'text' in first && isAll(second)) {
    return { kind: 'prefix', field: name, text: first.text };
  }
  return { kind: 'scan', field: name, passes: wildcardTest(parts) };
}

/** Between numbers or dates where the field has such and both ends are, else between texts. */
function lowerRange(name: string, from: LuceneEnd, to: LuceneEnd, field: IndexField): Predicate {
  const texts = [from.text, to.text].filter((text) => text !== null);
  if (texts.length === 0) return { kind: 'anyTerm', field: name, terms: [EXISTS] };
  const kind = typeof field.analysis === 'object' ? TEXT_TERM : kindOf(texts);
  const end = ({ text, inclusive }: LuceneEnd) =>
    text === null ? undefined : { bytes: endTerm(text, kind, field).bytes, inclusive };
  const [low, high] = [end(from), end(to)];
  return {
    kind: 'range',
    field: name,
    termKind: kind,
    range: { ...(low === undefined ? {} : { from: low }), ...(high === undefined ? {} : { to: high }) },
  };
}

function kindOf(texts: readonly string[]): number {
  if (texts.every((text) => /^-?\d+(?:\.\d+)?$/.test(text))) return NUMBER_TERM;
  return texts.every((text) => parseDate(text) !== undefined) ? DATE_TERM : TEXT_TERM;
}

function endTerm(text: string, kind: number, field: IndexField): Term {
  if (kind === NUMBER_TERM) return { kind, bytes: numberKey(numberValue(text)) };
  const date = kind === DATE_TERM ? parseDate(text) : undefined;
  return date === undefined ? textTerm(casedFor(field, text), true) : { kind, bytes: ticksKey(date.ticks) };
}
