import { IndexingError } from '../indexing-error.ts';
import { TOKENS_MAX } from '../limits.ts';
import { standardTokens } from './standard-tokenizer.ts';

export type Analyzer = (text: string) => readonly string[];

/** What an analyzer takes apart, or what is one token as it is. */
export type Analysed = string | { readonly token: string };

/** The words that Lucene's StandardAnalyzer leaves out. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

const withoutStopWords = (tokens: readonly string[]): readonly string[] =>
  tokens.filter((token) => !STOP_WORDS.has(token));

const letters: Analyzer = (text) => text.toLowerCase().match(/\p{L}+/gu) ?? [];

const NAMED: readonly (readonly [name: string, analyzer: Analyzer])[] = [
  ['StandardAnalyzer', (text) => withoutStopWords(standardTokens(text))],
  ['RavenStandardAnalyzer', (text) => withoutStopWords(standardTokens(text))],
  ['SimpleAnalyzer', letters],
  ['StopAnalyzer', (text) => withoutStopWords(letters(text))],
  ['WhitespaceAnalyzer', (text) => text.match(/\S+/g) ?? []],
  ['LowerCaseWhitespaceAnalyzer', (text) => text.toLowerCase().match(/\S+/g) ?? []],
  ['KeywordAnalyzer', (text) => [text]],
  ['LowerCaseKeywordAnalyzer', (text) => [text.toLowerCase()]],
  ['NGramAnalyzer', (text) => withoutStopWords(standardTokens(text)).flatMap((token) => grams(token, 2, 6))],
];

export const ANALYZER_NAMES: readonly string[] = NAMED.map(([name]) => name);

const ANALYZERS: ReadonlyMap<string, Analyzer> = new Map(
  NAMED.map(([name, analyzer]) => [name.toLowerCase(), analyzer]),
);

/** The analyzer of a name as clients write it: `StandardAnalyzer`, or with the namespace that Lucene.Net gives it. */
export function findAnalyzer(name: string): Analyzer | undefined {
  const found = ANALYZERS.get(name.toLowerCase());
  if (found !== undefined) return found;
  const bare = (name.split(',')[0] ?? '').split('.').at(-1) ?? '';
  return ANALYZERS.get(bare.trim().toLowerCase());
}

/**
 * Tokens of all values of a field, one after the other: the position of each is that in the list. Those that are dropped
 * leave no gap.
 *
 * @throws IndexingError when there are too many, or when nobody knows the analyzer
 */
export function analyze(name: string, texts: readonly Analysed[]): readonly string[] {
  const analyzer = findAnalyzer(name);
  if (analyzer === undefined) throw new IndexingError(`Cannot find analyzer type '${name}'.`);
  const tokens: string[] = [];
  for (const text of texts) {
    const own = typeof text === 'string' ? analyzer(text) : [text.token];
    if (tokens.length + own.length > TOKENS_MAX) {
      throw new IndexingError(`A text has more than ${TOKENS_MAX} tokens.`);
    }
    if (texts.length === 1) return own;
    for (const token of own) tokens.push(token);
  }
  return tokens;
}

function grams(token: string, min: number, max: number): string[] {
  const found: string[] = [];
  for (let size = min; size <= Math.min(max, token.length); size++) {
    for (let at = 0; at + size <= token.length; at++) found.push(token.slice(at, at + size));
  }
  return found;
}
