/** One thing that a `search()` looks for. */
export type SearchTerm =
  | { readonly kind: 'token'; readonly text: string }
  /** Tokens one after the other. */
  | { readonly kind: 'phrase'; readonly tokens: readonly string[] }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'pattern'; readonly passes: (token: string) => boolean };

/**
 * What a search text asks for: words, phrases in double quotes, and words with `*` at an end. There is no query syntax
 * beyond that: other punctuation is what the analyzer makes of it. `cased`: a part of a word in the case of the field.
 */
export function searchTerms(
  text: string,
  tokensOf: (part: string) => readonly string[],
  cased: (part: string) => string,
): readonly SearchTerm[] {
  const wordTerms = (word: string): SearchTerm[] =>
    wildcard(word, cased) ?? tokensOf(word).map((token) => ({ kind: 'token', text: token }));
  if (!text.includes('"')) return (text.match(WORDS) ?? []).flatMap(wordTerms);
  return [...text.matchAll(PHRASES_AND_WORDS)].flatMap(([, quoted, word = '']): SearchTerm[] => {
    if (quoted === undefined) return wordTerms(word);
    const tokens = tokensOf(quoted);
    return tokens.length === 0 ? [] : [{ kind: 'phrase', tokens }];
  });
}

const WORDS = /\S+/g;
const PHRASES_AND_WORDS = /"([^"]*)"|(\S+)/g;

function wildcard(word: string, cased: (part: string) => string): SearchTerm[] | undefined {
  if (!word.includes('*')) return undefined;
  const startsOpen = word.startsWith('*');
  const endsOpen = word.length > 1 && word.endsWith('*');
  const middle = cased(word.slice(startsOpen ? 1 : 0, endsOpen ? -1 : undefined));
  if (word === '*' || (startsOpen && middle === '')) return [{ kind: 'prefix', text: '' }];
  if (middle.includes('*') || (!startsOpen && !endsOpen)) return undefined;
  if (startsOpen && endsOpen) return [{ kind: 'pattern', passes: (token) => token.includes(middle) }];
  if (startsOpen) return [{ kind: 'pattern', passes: (token) => token.endsWith(middle) }];
  return [{ kind: 'prefix', text: middle }];
}
