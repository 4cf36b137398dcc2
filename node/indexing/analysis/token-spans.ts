import type { Analysis } from '../definitions/index-field.ts';
import { findAnalyzer } from './analyzers.ts';
import { standardPieces } from './standard-tokenizer.ts';

/** A piece of a text and the tokens that it gives: none for a stop word. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly string[];
}

/** The pieces of a text that become tokens, where they are, in their order. */
export function tokenSpans(analysis: Analysis, text: string): readonly TokenSpan[] {
  if (typeof analysis !== 'object') {
    return [{ start: 0, end: text.length, tokens: [analysis === 'exact' ? text : text.toLowerCase()] }];
  }
  const analyzer = findAnalyzer(analysis.analyzer);
  if (analyzer === undefined) return [];
  return pieces(analysis.analyzer, text).map(({ start, end }) => ({
    start,
    end,
    tokens: analyzer(text.slice(start, end)),
  }));
}

function pieces(analyzer: string, text: string): readonly { readonly start: number; readonly end: number }[] {
  if (/keyword/i.test(analyzer)) return [{ start: 0, end: text.length }];
  if (/whitespace/i.test(analyzer)) return matches(text, /\S+/g);
  if (/simple|stop/i.test(analyzer)) return matches(text, /\p{L}+/gu);
  return standardPieces(text);
}

function matches(text: string, pattern: RegExp) {
  return Array.from(text.matchAll(pattern), ({ 0: piece, index }) => ({
    start: index,
    end: index + piece.length,
  }));
}
