import { analyze } from '../../indexing/analysis/analyzers.ts';
import type { IndexField } from '../../indexing/definitions/index-field.ts';

/** The tokens that a text has in a field. */
export function tokensOf({ analysis }: IndexField, text: string): readonly string[] {
  if (typeof analysis === 'object') return analyze(analysis.analyzer, [text]);
  return [analysis === 'exact' ? text : text.toLowerCase()];
}

/** A piece of a token, in the case that the tokens of the field have. */
export function casedFor(field: IndexField, text: string): string {
  return keepsCase(field) ? text : text.toLowerCase();
}

/** Do the terms of the field tell upper from lower case? */
export function keepsCase({ analysis }: IndexField): boolean {
  return typeof analysis === 'object'
    ? analyze(analysis.analyzer, ['A1']).includes('A1')
    : analysis === 'exact';
}
