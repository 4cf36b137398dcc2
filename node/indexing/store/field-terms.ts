import { type Analysed, analyze } from '../analysis/analyzers.ts';
import { ALL_ENTRIES_FIELD, type IndexField } from '../definitions/index-field.ts';
import { parseDate } from '../values/date-text.ts';
import type { FieldValues, IndexValue } from '../values/index-value.ts';
import { spatialTerms } from './spatial-terms.ts';
import { EXISTS, TEXT_TERM, type Term, termBytes, termsOf } from './term.ts';

/** A term of an entry; with its positions when the field was analysed. */
export interface FieldTerm {
  readonly field: number;
  readonly term: Term;
  readonly positions?: readonly number[];
}

/** In every entry: what "all but" is counted from. */
export const ALL_ENTRIES: FieldTerm = { field: ALL_ENTRIES_FIELD, term: EXISTS };

/** Everything that an entry is found by: a pure function of its values, so that postings can be taken back. */
export function entryTerms(fields: readonly IndexField[], values: readonly FieldValues[]): FieldTerm[] {
  const terms: FieldTerm[] = [ALL_ENTRIES];
  for (const field of fields) {
    const own = values[field.source];
    if (own !== undefined && own.length > 0) terms.push(...fieldTerms(field, own));
  }
  return terms;
}

export function fieldTerms(field: IndexField, values: FieldValues): FieldTerm[] {
  if (values.length === 0) return [];
  if (field.spatial !== undefined)
    return spatialTerms(values, field.spatial).map((term) => ({ field: field.id, term }));
  const exists: FieldTerm = { field: field.id, term: EXISTS };
  if (field.vector !== undefined) return [exists];
  if (typeof field.analysis === 'object') {
    return [exists, ...analysedTerms(field.id, field.analysis.analyzer, values)];
  }
  const isExact = field.analysis === 'exact';
  const found: FieldTerm[] = [exists];
  for (const term of termsOfAll(values, isExact)) found.push({ field: field.id, term });
  return found;
}

/** Only texts are taken apart: numbers, dates and truth values have the terms that they have in any field. */
function analysedTerms(field: number, analyzer: string, values: FieldValues): FieldTerm[] {
  const parts = values.map(analysedPart);
  const positions = new Map<string, number[]>();
  for (const { text, position } of analyze(
    analyzer,
    parts.filter((part) => part !== null),
  )) {
    const places = positions.get(text);
    if (places === undefined) positions.set(text, [position]);
    else places.push(position);
  }
  const words = [...positions].map(
    ([text, places]): FieldTerm => ({
      field,
      term: { kind: TEXT_TERM, bytes: termBytes(text) },
      positions: places,
    }),
  );
  const whole = values.filter((_, at) => typeof parts[at] !== 'string');
  const others = termsOfAll(whole, false).filter(({ kind }) => kind !== TEXT_TERM);
  return [...others.map((term) => ({ field, term })), ...words];
}

function analysedPart(value: IndexValue): Analysed | null {
  if (value === null) return null;
  if (typeof value === 'object') return value.json;
  const date = typeof value === 'string' ? parseDate(value) : undefined;
  if (typeof value === 'string' && date === undefined) return value;
  return { token: date?.term ?? String(value).toLowerCase() };
}

/** Each term once. Those of one value are different. */
function termsOfAll(values: FieldValues, isExact: boolean): readonly Term[] {
  const [first = null] = values;
  if (values.length === 1) return termsOf(first, isExact);
  const terms = values.flatMap((value) => termsOf(value, isExact));
  const byKey = new Map(terms.map((term) => [`${term.kind}${term.bytes.toString('latin1')}`, term]));
  return [...byKey.values()];
}
