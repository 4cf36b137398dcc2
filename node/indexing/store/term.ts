import { hash } from 'node:crypto';
import { TERM_BYTES_MAX } from '../limits.ts';
import { parseDate } from '../values/date-text.ts';
import type { IndexValue } from '../values/index-value.ts';
import { numberKey, ticksKey } from './number-key.ts';

/** What kind of thing a term of a field is; terms of a field sort by kind, then by their bytes. */
export const MARKER_TERM = 0;
export const TEXT_TERM = 1;
export const NUMBER_TERM = 2;
export const DATE_TERM = 3;
export const SPATIAL_TERM = 4;

export interface Term {
  readonly kind: number;
  readonly bytes: Buffer;
}

/**
 * A term of an entry. Most are only compared with others while an index is made, which their names are enough for: equal
 * for those of a kind that have equal bytes, and for no others.
 */
export class EntryTerm implements Term {
  readonly kind: number;
  readonly name: string;
  #bytes: Buffer | undefined;

  /** `bytes`: of a text they are made of its name. */
  constructor(kind: number, name: string, bytes?: Buffer) {
    this.kind = kind;
    this.name = name;
    this.#bytes = bytes;
  }

  /** Its name is its bytes as text. */
  static of(kind: number, bytes: Buffer): EntryTerm {
    return new EntryTerm(kind, bytes.toString('latin1'), bytes);
  }

  get bytes(): Buffer {
    this.#bytes ??= this.kind === NUMBER_TERM ? numberKey(Number(this.name)) : termBytes(this.name);
    return this.#bytes;
  }
}

/** Each once, in the order in which they come. */
export function distinctTerms(terms: readonly EntryTerm[]): readonly EntryTerm[] {
  return [...new Map(terms.map((term) => [`${term.kind}${term.name}`, term])).values()];
}

/** Entries in which the field is there, be it null. */
export const EXISTS = new EntryTerm(MARKER_TERM, 'exists');
/** Entries in which the field is null, or an array that holds null. */
export const NULL = new EntryTerm(MARKER_TERM, 'null');

/** What clients are shown in place of `NULL`. */
export const NULL_SHOWN = 'NULL_VALUE';

/** Entries that have a number among the values of the field: the others sort before all numbers. */
export const NUMERIC = new EntryTerm(MARKER_TERM, 'numeric');

/**
 * The terms of one value. Text is found without case unless `isExact`; a number by its text and as a number; a date by
 * its normalised text and by its time.
 */
export function termsOf(value: IndexValue, isExact: boolean): readonly EntryTerm[] {
  if (value === null) return [NULL];
  switch (typeof value) {
    case 'string': {
      const date = parseDate(value);
      if (date === undefined) return [textOf(value, isExact)];
      return [entryText(date.term), EntryTerm.of(DATE_TERM, ticksKey(date.ticks))];
    }
    case 'number':
    case 'bigint': {
      const text = String(value);
      return [textOf(text, isExact), numberTerm(value, text), NUMERIC];
    }
    case 'boolean':
      return [textOf(String(value), isExact)];
    default:
      return [textOf(value.json, isExact)];
  }
}

function textOf(text: string, isExact: boolean): EntryTerm {
  return entryText(isExact ? text : text.toLowerCase());
}

/** A text as it is. Halves of characters have bytes in common, so they have a name in common. */
export function entryText(text: string): EntryTerm {
  return new EntryTerm(TEXT_TERM, text.isWellFormed() ? text : text.toWellFormed());
}

/** Only what is exact as a double has a text of its own: others may be the same number, or show the same text. */
function numberTerm(value: number | bigint, text: string): EntryTerm {
  return Math.abs(Number(value)) < 2 ** 53
    ? new EntryTerm(NUMBER_TERM, text)
    : EntryTerm.of(NUMBER_TERM, numberKey(value));
}

export function textTerm(text: string, isExact: boolean): Term {
  return { kind: TEXT_TERM, bytes: termBytes(isExact ? text : text.toLowerCase()) };
}

/** A long text is cut and what was cut off hashed: equal texts have equal terms, and different ones different terms. */
export function termBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= TERM_BYTES_MAX) return bytes;
  const rest = hash('sha256', bytes.subarray(TERM_BYTES_MAX), 'buffer').subarray(0, 16);
  return Buffer.concat([bytes.subarray(0, TERM_BYTES_MAX), rest]);
}

/** A text term as text; of a long one what was not cut off. */
export function termText(bytes: Buffer): string {
  return bytes.toString('utf8', 0, Math.min(bytes.length, TERM_BYTES_MAX));
}
