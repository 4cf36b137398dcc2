import { LINQ_NESTING_MAX } from '../limits.ts';
import { LinqError } from '../linq-error.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'interpolation' | 'sign' | 'end';
  /** As it stands in the text; of a name without its @. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** What a text says. */
  readonly value?: string;
  /** Texts and the places of the expressions between them. */
  readonly parts?: readonly (string | HolePlace)[];
}

export interface HolePlace {
  readonly from: number;
  readonly to: number;
  readonly format: string | null;
  readonly width: number | null;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /@?([\p{L}_][\p{L}\p{N}_]*)/uy;
const NUMBER =
  /0[xX][\da-fA-F_]+[lLuU]*|(?:\d[\d_]*(?:\.\d[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?(?:[mMdDfF]|[uU]?[lL]?[uU]?)/y;
const SIGN = /=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|[-+*/%<>=!~?:.,;(){}[\]&|^]/y;

/** @throws LinqError where something is no C# */
export function tokensOf(source: string, from = 0, to = source.length): readonly Token[] {
  const tokens: Token[] = [];
  let at = from;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  for (;;) {
    at += match(SPACE)?.[0].length ?? 0;
    if (at >= to) break;
    const token = textToken(source, at) ?? plainToken(at, match);
    if (token === undefined) throw new LinqError(source, at, `Unexpected character '${source[at]}'.`);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: to, end: to });
  return tokens;
}

function plainToken(at: number, match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const name = match(NAME);
  if (name !== null) return { kind: 'name', text: name[1] ?? '', at, end: at + name[0].length };
  const number = match(NUMBER)?.[0];
  if (number !== undefined) return { kind: 'number', text: number, at, end: at + number.length };
  const sign = match(SIGN)?.[0];
  return sign === undefined ? undefined : { kind: 'sign', text: sign, at, end: at + sign.length };
}

/** A text of any of the forms that C# has, beginning here. */
function textToken(source: string, at: number, nesting = 0): Token | undefined {
  const prefix = /[$@]{0,2}/y;
  prefix.lastIndex = at;
  const marks = prefix.exec(source)?.[0] ?? '';
  const from = at + marks.length;
  const quote = source[from];
  if (quote === "'" && marks === '') return characterToken(source, at);
  if (quote !== '"') return undefined;
  return marks.includes('$')
    ? interpolationToken(source, at, from + 1, marks.includes('@'), nesting)
    : wholeText(source, at, from + 1, marks.includes('@'));
}

function wholeText(source: string, at: number, from: number, isVerbatim: boolean): Token {
  let value = '';
  for (let end = from; end < source.length; ) {
    const read = characterAt(source, end, isVerbatim);
    if (read === null) return { kind: 'text', text: source.slice(at, end + 1), at, end: end + 1, value };
    value += read.value;
    end = read.end;
  }
  throw new LinqError(source, at, 'This text has no end.');
}

function characterToken(source: string, at: number): Token {
  const read = source[at + 1] === "'" ? null : characterAt(source, at + 1, false);
  if (read === null || source[read.end] !== "'")
    throw new LinqError(source, at, "A character is written as 'a'.");
  return { kind: 'text', text: source.slice(at, read.end + 1), at, end: read.end + 1, value: read.value };
}

function interpolationToken(
  source: string,
  at: number,
  from: number,
  isVerbatim: boolean,
  nesting: number,
): Token {
  if (nesting >= LINQ_NESTING_MAX) {
    throw new LinqError(source, at, `More than ${LINQ_NESTING_MAX} levels of nesting.`);
  }
  const parts: (string | HolePlace)[] = [];
  let value = '';
  for (let end = from; end < source.length; ) {
    const two = source.slice(end, end + 2);
    if (two === '{{' || two === '}}') {
      value += two[0];
      end += 2;
    } else if (two[0] === '{') {
      const marks = marksOf(source, end + 1, nesting + 1);
      parts.push(value, holeAt(source, end + 1, marks));
      value = '';
      end = marks.end + 1;
    } else {
      const read = characterAt(source, end, isVerbatim);
      if (read === null) {
        parts.push(value);
        return { kind: 'interpolation', text: source.slice(at, end + 1), at, end: end + 1, parts };
      }
      value += read.value;
      end = read.end;
    }
  }
  throw new LinqError(source, at, 'This text has no end.');
}

function holeAt(source: string, from: number, { end, comma, colon }: HoleMarks): HolePlace {
  const to = Math.min(comma ?? end, colon ?? end);
  const width = comma === undefined ? null : Number(source.slice(comma + 1, colon ?? end));
  if (width !== null && !Number.isInteger(width)) {
    throw new LinqError(source, from, 'A width is a whole number.');
  }
  return { from, to, width, format: colon === undefined ? null : source.slice(colon + 1, end) };
}

/** Where a hole ends, and what is in it before its width and its format. */
interface HoleMarks {
  readonly end: number;
  readonly comma?: number;
  readonly colon?: number;
}

/** Brackets and texts within the hole are skipped. */
function marksOf(source: string, from: number, nesting: number): HoleMarks {
  let depth = 0;
  let choices = 0;
  let comma: number | undefined;
  for (let at = from; at < source.length; at++) {
    const text = textToken(source, at, nesting);
    const sign = source[at] ?? '';
    if (text !== undefined) at = text.end - 1;
    else if ('([{'.includes(sign)) depth += 1;
    else if (depth > 0 && ')]}'.includes(sign)) depth -= 1;
    else if (depth > 0) continue;
    else if (sign === '}') return comma === undefined ? { end: at } : { end: at, comma };
    else if (sign === '?' && !'?.['.includes(source[at + 1] ?? '')) choices += 1;
    else if (sign === ':' && choices > 0) choices -= 1;
    else if (sign === ',') comma ??= at;
    else if (sign === ':') {
      const end = source.indexOf('}', at);
      if (end < 0) break;
      return comma === undefined ? { end, colon: at } : { end, comma, colon: at };
    }
  }
  throw new LinqError(source, from, 'This { has no }.');
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** One character of a text; null where the text ends. */
function characterAt(
  source: string,
  at: number,
  isVerbatim: boolean,
): { readonly value: string; readonly end: number } | null {
  const one = source[at] ?? '';
  if (one === '"') return isVerbatim && source[at + 1] === '"' ? { value: '"', end: at + 2 } : null;
  if (isVerbatim || one !== '\\') {
    if (one === '\n' && !isVerbatim) throw new LinqError(source, at, 'This text has no end in its line.');
    return { value: one, end: at + 1 };
  }
  const code = /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{1,4}))/y;
  code.lastIndex = at;
  const found = code.exec(source);
  if (found !== null) {
    const value = String.fromCharCode(Number.parseInt(found[1] ?? found[2] ?? '', 16));
    return { value, end: at + found[0].length };
  }
  const value = ESCAPES[source[at + 1] ?? ''];
  if (value === undefined) throw new LinqError(source, at, `Unknown escape '\\${source[at + 1] ?? ''}'.`);
  return { value, end: at + 2 };
}
