import { endOfBlock } from './javascript-block.ts';
import { RqlSyntaxError } from './rql-syntax-error.ts';
import type { JavaScriptText } from './syntax-tree.ts';

const IDENTIFIER = /[A-Za-z_@\u00aa-\uffff][\w@\-\u00aa-\uffff]*/y;
const NUMBER = /-?\d+(\.\d+)?/y;
const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;

/**
 * Reads the text of a query piece by piece. Which pieces there can be depends on the clause (JavaScript in the middle
 * of a query, names that are keywords elsewhere), so the parser asks for what it expects instead of getting tokens.
 */
export class RqlScanner {
  readonly query: string;
  #position = 0;
  /** Parameters may stand where fields do: what a condition compares is what the query was given. */
  takesParameters = false;

  constructor(query: string) {
    this.query = query;
    this.#skipSpace();
  }

  /** Characters from the start to the next piece. */
  get position(): number {
    return this.#position;
  }

  /** Goes back to an earlier position. */
  rewind(position: number): void {
    this.#position = position;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.query.length;
  }

  error(what: string, position = this.#position): RqlSyntaxError {
    return new RqlSyntaxError(what, this.query, position);
  }

  /** The next piece in short, for messages. */
  get found(): string {
    if (this.isAtEnd) return 'the end of the query';
    const word = this.#peek(IDENTIFIER) ?? this.#peek(NUMBER);
    return word ?? this.query.slice(this.#position, this.#position + 1);
  }

  /** Is this keyword next? Without case; a longer word that starts so is another word. */
  isKeyword(word: string): boolean {
    return this.#peek(IDENTIFIER)?.toLowerCase() === word;
  }

  isAnyKeyword(words: ReadonlySet<string>): boolean {
    const word = this.#peek(IDENTIFIER);
    return word !== undefined && words.has(word.toLowerCase());
  }

  tryKeyword(word: string): boolean {
    if (!this.isKeyword(word)) return false;
    this.#advance(word.length);
    return true;
  }

  expectKeyword(word: string, where: string): void {
    if (!this.tryKeyword(word)) throw this.error(`Expected '${word}' ${where} but got: ${this.found}`);
  }

  isSymbol(symbol: string): boolean {
    return this.query.startsWith(symbol, this.#position);
  }

  trySymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#advance(symbol.length);
    return true;
  }

  expectSymbol(symbol: string, where: string): void {
    if (!this.trySymbol(symbol)) throw this.error(`Expected '${symbol}' ${where} but got: ${this.found}`);
  }

  tryIdentifier(): string | undefined {
    const word = this.#peek(IDENTIFIER);
    if (word !== undefined) this.#advance(word.length);
    return word;
  }

  /** As written, with its sign; exponents are not numbers of RQL. */
  tryNumber(): string | undefined {
    const text = this.#peek(NUMBER);
    if (text === undefined) return undefined;
    const following = this.query[this.#position + text.length] ?? '';
    if (/[\w.]/.test(following)) {
      throw this.error(`'${text}${following}' is not a number: it must have digits and one point at most`);
    }
    this.#advance(text.length);
    return text;
  }

  /** Text in single or double quotes, in which the quote is doubled or escaped by a backslash. */
  tryString(): string | undefined {
    const quote = this.query[this.#position];
    if (quote !== "'" && quote !== '"') return undefined;
    let value = '';
    for (let at = this.#position + 1; at < this.query.length; at++) {
      const character = this.query[at] ?? '';
      if (character === '\\') {
        const [escaped, length] = unescaped(this.query, at);
        value += escaped;
        at += length - 1;
      } else if (character !== quote) {
        value += character;
      } else if (this.query[at + 1] === quote) {
        value += quote;
        at++;
      } else {
        this.#advance(at + 1 - this.#position);
        return value;
      }
    }
    throw this.error('A text has no closing quote');
  }

  /** From an opening brace to its partner, as JavaScript reads it. `withBraces` keeps the two. */
  javaScriptBlock(withBraces: boolean, of: string): JavaScriptText {
    return this.#block('{', withBraces, of);
  }

  /** From an opening parenthesis to its partner. */
  parenthesised(of: string): JavaScriptText {
    return this.#block('(', false, of);
  }

  #block(open: '{' | '(', withBraces: boolean, of: string): JavaScriptText {
    const start = this.#position;
    if (this.query[start] !== open) throw this.error(`Expected '${open}' of ${of} but got: ${this.found}`);
    const end = endOfBlock(this.query, start);
    if (end === undefined) throw this.error(`Unable to get body for ${of}: '${open}' is never closed`);
    this.#advance(end - start);
    const inset = withBraces ? 0 : 1;
    return { text: this.query.slice(start + inset, end - inset), position: start + inset };
  }

  #peek(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.query)?.[0];
  }

  #advance(length: number): void {
    this.#position += length;
    this.#skipSpace();
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#position;
    this.#position += SPACE.exec(this.query)?.[0].length ?? 0;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The character that an escape at `at` stands for, and how many characters the escape has. */
function unescaped(query: string, at: number): readonly [string, number] {
  const name = query[at + 1] ?? '';
  if (name === 'u') {
    const digits = query.slice(at + 2, at + 6);
    if (/^[0-9a-fA-F]{4}$/.test(digits)) return [String.fromCharCode(Number.parseInt(digits, 16)), 6];
  }
  return [ESCAPES[name] ?? name, name === '' ? 1 : 2];
}
