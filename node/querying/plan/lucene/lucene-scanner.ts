import type { WildcardPart } from './lucene-query.ts';

/** A text that can't be read as Lucene's syntax. */
export class LuceneSyntaxError extends Error {
  override readonly name: string = 'LuceneSyntaxError';
}

const SPACE = /[\s\u3000]+/y;
/** Characters of a word: those that begin one, and further on also + and -. */
const WORD =
  /(?:[^\s\u3000+\-!():^[\]"{}~*?\\]|\\[\s\S]|[*?])(?:[^\s\u3000!():^[\]"{}~*?\\]|\\[\s\S]|[*?])*/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const NUMBER = /\d+(?:\.\d+)?/y;
/** An end of a range: anything up to a space or the closing bracket. */
const RANGE_END = /[^\s\u3000\]}"]+/y;

/** Reads the text piece by piece. */
export class LuceneScanner {
  readonly text: string;
  #position = 0;

  constructor(text: string) {
    this.text = text;
    this.#skipSpace();
  }

  get isAtEnd(): boolean {
    return this.#position >= this.text.length;
  }

  error(what: string): LuceneSyntaxError {
    const found = this.isAtEnd ? 'the end' : `'${this.text.slice(this.#position, this.#position + 12)}'`;
    return new LuceneSyntaxError(
      `Cannot parse '${shortened(this.text)}' as a Lucene query: ${what} at character ${this.#position}, but there is ${found}`,
    );
  }

  isNext(symbol: string): boolean {
    return this.text.startsWith(symbol, this.#position);
  }

  /** Takes a symbol. Spaces after it belong to it, unless what follows has to touch it. */
  trySymbol(symbol: string, touches = false): boolean {
    if (!this.isNext(symbol)) return false;
    this.#position += symbol.length;
    if (!touches) this.#skipSpace();
    return true;
  }

  /** A keyword in capitals, standing alone. */
  tryKeyword(word: string): boolean {
    const start = this.#position;
    if (this.#match(WORD) === word) {
      this.#skipSpace();
      return true;
    }
    this.#position = start;
    return false;
  }

  /** A word with its escapes and wildcards; undefined when there is none. */
  tryWord(): string | undefined {
    return this.#match(WORD);
  }

  /** The inside of a pair of quotes, with its escapes. */
  tryQuoted(): string | undefined {
    if (!this.isNext('"')) return undefined;
    const quoted = this.#match(QUOTED);
    if (quoted === undefined) throw this.error("a closing '\"' was expected for the phrase that begins");
    return quoted.slice(1, -1);
  }

  tryNumber(): number | undefined {
    const number = this.#match(NUMBER);
    return number === undefined ? undefined : Number(number);
  }

  tryRangeEnd(): string | undefined {
    const end = this.#match(RANGE_END);
    this.#skipSpace();
    return end;
  }

  skipSpace(): void {
    this.#skipSpace();
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.#position = pattern.lastIndex;
    return match[0];
  }

  #skipSpace(): void {
    this.#match(SPACE);
  }
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

export function withoutEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1');
}

/** A word by its wildcards. */
export function wildcardParts(word: string): readonly WildcardPart[] {
  return [...word.matchAll(/([*?])|((?:[^*?\\]|\\[\s\S])+)/g)].map(([, any, text = '']) =>
    any === '*' || any === '?' ? { any } : { text: withoutEscapes(text) },
  );
}
