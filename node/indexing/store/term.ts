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

/** Entries in which the field is there, be it null. */
export const EXISTS: Term = { kind: MARKER_TERM, bytes: Buffer.from('exists') };
/** Entries in which the field is null, or an array that holds null. */
export const NULL: Term = { kind: MARKER_TERM, bytes: Buffer.from('null') };

/** What clients are shown in place of `NULL`. */
export const NULL_SHOWN = 'NULL_VALUE';

/** Entries that have a number among the values of the field: the others sort before all numbers. */
export const NUMERIC: Term = { kind: MARKER_TERM, bytes: Buffer.from('numeric') };

/**
 * The terms of one value. Text is found without case unless `isExact`; a number by its text and as a number; a date by
 * its normalised text and by its time.
 */
export function termsOf(value: IndexValue, isExact: boolean): readonly Term[] {
  if (value === null) return [NULL];
  switch (typeof value) {
    case 'string': {
      const date = parseDate(value);
      if (date === undefined) return [textTerm(value, isExact)];
      return [
        { kind: TEXT_TERM, bytes: Buffer.from(date.term) },
        { kind: DATE_TERM, bytes: ticksKey(date.ticks) },
      ];
    }
    case 'number':
    case 'bigint': {
      const text = textTerm(String(value), isExact);
      return [text, { kind: NUMBER_TERM, bytes: numberKey(value) }, NUMERIC];
    }
    case 'boolean':
      return [textTerm(String(value), isExact)];
    default:
      return [textTerm(value.json, isExact)];
  }
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
