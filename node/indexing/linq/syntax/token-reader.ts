import { LINQ_NESTING_MAX } from '../limits.ts';
import { LinqError } from '../linq-error.ts';
import { type Token, tokensOf } from './tokens.ts';

/** The tokens of a text, one after the other, with as many looked ahead as needed. */
export class TokenReader {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting: number;

  constructor(source: string, from = 0, to = source.length, nesting = 0) {
    this.source = source;
    this.#tokens = tokensOf(source, from, to);
    this.#nesting = nesting;
  }

  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.#next + ahead, last)] ?? { kind: 'end', text: '', at: 0, end: 0 };
  }

  next(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Whether the token ahead is this sign or this word. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'sign' || token.kind === 'name');
  }

  takes(text: string): boolean {
    const isNext = this.is(text);
    if (isNext) this.#next += 1;
    return isNext;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.error(`Expected '${text}', but found ${this.#shown()}.`);
  }

  name(what: string): string {
    if (this.peek().kind !== 'name') throw this.error(`Expected ${what}, but found ${this.#shown()}.`);
    return this.next().text;
  }

  unexpected(): LinqError {
    return this.error(`Unexpected ${this.#shown()}.`);
  }

  error(why: string, at = this.peek().at): LinqError {
    return new LinqError(this.source, at, why);
  }

  /** Tries to read something; where that gives null the reader stands where it stood. */
  attempt<Result>(read: () => Result | null): Result | null {
    const from = this.#next;
    const result = read();
    if (result === null) this.#next = from;
    return result;
  }

  /** One level deeper. */
  within<Result>(read: () => Result): Result {
    if (this.#nesting >= LINQ_NESTING_MAX)
      throw this.error(`More than ${LINQ_NESTING_MAX} levels of nesting.`);
    this.#nesting += 1;
    const result = read();
    this.#nesting -= 1;
    return result;
  }

  /** A reader of a part of the text. */
  part(from: number, to: number): TokenReader {
    return new TokenReader(this.source, from, to, this.#nesting);
  }

  #shown(): string {
    const { kind, text } = this.peek();
    return kind === 'end' ? 'the end' : `'${text}'`;
  }
}
