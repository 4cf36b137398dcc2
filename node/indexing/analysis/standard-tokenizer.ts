import { TOKEN_CHARACTERS_MAX } from '../limits.ts';

const LETTER = String.raw`[\p{L}\p{M}]`;
const ALPHANUM = String.raw`[\p{L}\p{M}\p{Nd}]`;
const CJK = String.raw`[\u3040-\u318f\u3100-\u312f\u3040-\u309f\u30a0-\u30ff\u31f0-\u31ff\u3300-\u337f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff65-\uff9f]`;
const HAS_DIGIT = String.raw`(?:[\p{L}\p{M}]*\p{Nd}[\p{L}\p{M}\p{Nd}]*)`;
const JOINT = '[_\\-/.,]';

/**
 * The grammar of Lucene's StandardTokenizer before it followed UAX 29: e-mail addresses, hosts, acronyms, company
 * names and numbers with their punctuation (`NUMBERS`) are one token each; each CJK character is one. The longest wins.
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
    // AT&T
    `${LETTER}+[&@]${LETTER}+`,
    // O'Reilly's
    `${LETTER}+(?:'${LETTER}+)+`,
    `${ALPHANUM}+`,
  ].join('|'),
  'gu',
);

/** 345.67, v1.2.3, 192.168.0.1, 2024-05-01: every second part has a digit, the first one or the one after it. */
const NUMBERS: readonly RegExp[] = [
  `${ALPHANUM}+${JOINT}${HAS_DIGIT}(?:${JOINT}${ALPHANUM}+${JOINT}${HAS_DIGIT})*(?:${JOINT}${ALPHANUM}+)?(?!${ALPHANUM})`,
  `${HAS_DIGIT}${JOINT}${ALPHANUM}+(?:${JOINT}${HAS_DIGIT}${JOINT}${ALPHANUM}+)*(?:${JOINT}${HAS_DIGIT})?(?!${ALPHANUM})`,
].map((pattern) => new RegExp(pattern, 'uy'));
const ONLY_CJK = new RegExp(`^${CJK}$`, 'u');
const ONE_JOINT = new RegExp(JOINT);

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
  for (const { start, end } of pieces(text)) {
    if (end - start > TOKEN_CHARACTERS_MAX) continue;
    tokens.push(normalised(text.slice(start, end).toLowerCase()));
  }
  return tokens;
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Where the tokens of a text are. */
export function standardPieces(text: string): readonly Piece[] {
  return [...pieces(text)];
}

function* pieces(text: string): Generator<Piece, void> {
  let at = 0;
  while (true) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) return;
    const start = found.index;
    at = Math.max(start + found[0].length, numberEnd(text, start, found[0]));
    yield { start, end: at };
  }
}

/** Where a number with punctuation ends that begins as the token does; the longer one is the token. */
function numberEnd(text: string, start: number, token: string): number {
  const isJoined = ONE_JOINT.test(token) || ONE_JOINT.test(text.charAt(start + token.length));
  if (!isJoined || ONLY_CJK.test(token)) return 0;
  return Math.max(
    ...NUMBERS.map((pattern) => {
      pattern.lastIndex = start;
      return pattern.test(text) ? pattern.lastIndex : 0;
    }),
  );
}

function normalised(token: string): string {
  if (/^(?:[\p{L}\p{M}]\.){2,}$/u.test(token)) return token.replaceAll('.', '');
  return token.endsWith("'s") ? token.slice(0, -2) : token;
}
