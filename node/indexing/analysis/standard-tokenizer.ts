import { TOKEN_CHARACTERS_MAX } from '../limits.ts';

const LETTER = String.raw`[\p{L}\p{M}]`;
const ALPHANUM = String.raw`[\p{L}\p{M}\p{Nd}]`;
const CJK = String.raw`[\u3040-\u318f\u3100-\u312f\u3040-\u309f\u30a0-\u30ff\u31f0-\u31ff\u3300-\u337f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff65-\uff9f]`;
const HAS_DIGIT = String.raw`(?:[\p{L}\p{M}\p{Nd}]*\p{Nd}[\p{L}\p{M}\p{Nd}]*)`;
const JOINT = '[_\\-/.,]';

/**
 * The grammar of Lucene's StandardTokenizer before it followed UAX 29: e-mail addresses, hosts, acronyms, company
 * names and numbers with their punctuation are one token each; each CJK character is one.
 */
const TOKEN = new RegExp(
  [
    CJK,
    // john.doe@example.com
    `${ALPHANUM}+(?:[.\\-_]${ALPHANUM}+)*@${ALPHANUM}+(?:[.\\-]${ALPHANUM}+)+`,
    // I.B.M.
    `(?:${LETTER}\\.){2,}`,
    // www.foo, jump.over
    `${ALPHANUM}+(?:\\.${ALPHANUM}+)+`,
    // 345.67, v1.2.3, 192.168.0.1: every second part has a digit
    `${ALPHANUM}+${JOINT}${HAS_DIGIT}(?:${JOINT}${ALPHANUM}+${JOINT}${HAS_DIGIT})*(?!${ALPHANUM})`,
    `${HAS_DIGIT}${JOINT}${ALPHANUM}+(?:${JOINT}${HAS_DIGIT}(?:${JOINT}${ALPHANUM}+)?)*(?!${ALPHANUM})`,
    // AT&T
    `${LETTER}+[&@]${LETTER}+`,
    // O'Reilly's
    `${LETTER}+(?:'${LETTER}+)+`,
    `${ALPHANUM}+`,
  ].join('|'),
  'gu',
);

/** Words of Latin letters and digits with single spaces between: each is a token, whatever else the grammar knows. */
const PLAIN_WORDS =
  /^[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]+(?: [A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]+)*$/;

/** Tokens in lower case, possessives and the points of acronyms taken off. */
export function standardTokens(text: string): readonly string[] {
  if (PLAIN_WORDS.test(text)) {
    const words = text.split(' ').filter((word) => word.length <= TOKEN_CHARACTERS_MAX);
    return words.map((word) => word.toLowerCase());
  }
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.length > TOKEN_CHARACTERS_MAX) continue;
    tokens.push(normalised(token.toLowerCase()));
  }
  return tokens;
}

/** Where the tokens of a text are. */
export function standardPieces(text: string): readonly { readonly start: number; readonly end: number }[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: token, index }) => ({
    start: index,
    end: index + token.length,
  }));
}

function normalised(token: string): string {
  if (/^(?:[\p{L}\p{M}]\.){2,}$/u.test(token)) return token.replaceAll('.', '');
  return token.endsWith("'s") ? token.slice(0, -2) : token;
}
