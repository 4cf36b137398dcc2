import { type Analysed, analyze } from '../analysis/analyzers.ts';
import { ALL_ENTRIES_FIELD, type IndexField } from '../definitions/index-field.ts';
import { FEW_WORDS_MAX } from '../limits.ts';
import { parseDate } from '../values/date-text.ts';
import type { FieldValues, IndexValue } from '../values/index-value.ts';
import { spatialTerms } from './spatial-terms.ts';
import { distinctTerms, type EntryTerm, EXISTS, entryText, TEXT_TERM, termsOf } from './term.ts';

/** The terms that an entry has in a field: each once. */
export interface FieldTerms {
  /** Its number. */
  readonly field: number;
  readonly terms: readonly EntryTerm[];
  /** Where the words of a text are, for the last terms as many as there are lists; absent: the field is not analysed. */
  readonly positions?: readonly (readonly number[])[];
}

/** In every entry: what "all but" is counted from. */
const ALL_ENTRIES: FieldTerms = { field: ALL_ENTRIES_FIELD, terms: [EXISTS] };

/** Everything that an entry is found by: a pure function of its values, so that postings can be taken back. */
export function entryTerms(fields: readonly IndexField[], values: readonly FieldValues[]): FieldTerms[] {
  const terms = [ALL_ENTRIES];
  for (const field of fields) {
    const own = values[field.source];
    if (own !== undefined && own.length > 0) terms.push(fieldTerms(field, own));
  }
  return terms;
}

export function fieldTerms(of: IndexField, values: FieldValues): FieldTerms {
  const { id: field, spatial, vector, analysis } = of;
  if (values.length === 0) return { field, terms: [] };
  if (spatial !== undefined) return { field, terms: spatialTerms(values, spatial) };
  if (vector !== undefined) return { field, terms: [EXISTS] };
  if (typeof analysis === 'object') return analysedTerms(field, analysis.analyzer, values);
  return { field, terms: [EXISTS, ...termsOfAll(values, analysis === 'exact')] };
}

/** Only texts are taken apart: numbers, dates and truth values have the terms that they have in any field. */
function analysedTerms(field: number, analyzer: string, values: FieldValues): FieldTerms {
  const parts = values.map(analysedPart);
  const tokens = analyze(analyzer, parts.every(isPart) ? parts : parts.filter(isPart));
  const { words, positions } = tokens.length > FEW_WORDS_MAX ? manyWords(tokens) : fewWords(tokens);
  const whole = parts.every((part) => typeof part === 'string')
    ? []
    : values.filter((_, at) => typeof parts[at] !== 'string');
  const others = whole.length === 0 ? [] : termsOfAll(whole, false).filter(({ kind }) => kind !== TEXT_TERM);
  return { field, terms: [EXISTS, ...others, ...words.map(entryText)], positions };
}

/** Different words in the order in which they come, and the places of each. */
interface Words {
  readonly words: readonly string[];
  readonly positions: readonly number[][];
}

/** Of a text that is no longer than a name: comparing is cheaper than a table. */
function fewWords(tokens: readonly string[]): Words {
  const words: string[] = [];
  const positions: number[][] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as string;
    const known = words.indexOf(token);
    if (known >= 0) positions[known]?.push(at);
    else {
      words.push(token);
      positions.push([at]);
    }
  }
  return { words, positions };
}

function manyWords(tokens: readonly string[]): Words {
  const places = new Map<string, number[]>();
  tokens.forEach((token, at) => {
    const known = places.get(token);
    if (known === undefined) places.set(token, [at]);
    else known.push(at);
  });
  return { words: [...places.keys()], positions: [...places.values()] };
}

function analysedPart(value: IndexValue): Analysed | null {
  if (value === null) return null;
  if (typeof value === 'object') return value.json;
  const date = typeof value === 'string' ? parseDate(value) : undefined;
  if (typeof value === 'string' && date === undefined) return value;
  return { token: date?.term ?? String(value).toLowerCase() };
}

function isPart(part: Analysed | null): part is Analysed {
  return part !== null;
}

/** Each term once. Those of one value are different. */
function termsOfAll(values: FieldValues, isExact: boolean): readonly EntryTerm[] {
  const [first = null] = values;
  if (values.length === 1) return termsOf(first, isExact);
  return distinctTerms(values.flatMap((value) => termsOf(value, isExact)));
}
