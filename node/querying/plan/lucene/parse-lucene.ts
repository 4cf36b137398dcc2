import { LUCENE_CHARACTERS_MAX, LUCENE_CLAUSES_MAX, LUCENE_DEPTH_MAX } from './limits.ts';
import type { LuceneClause, LuceneEnd, LuceneQuery } from './lucene-query.ts';
import { LuceneScanner, LuceneSyntaxError, wildcardParts, withoutEscapes } from './lucene-scanner.ts';

/** How alike a word must be for `word~`. */
const FUZZY_SIMILARITY = 0.5;

/**
 * Reads a query in the classic syntax of Lucene: words, `"phrases"`, `AND`, `OR`, `NOT`, `+`, `-`, `( )`, `field:`,
 * `*`, `?`, `word~`, `"phrase"~3`, `[a TO b]`, `{a TO b}`, `^2`. Clauses without an operator are joined by OR.
 *
 * @throws LuceneSyntaxError with the place, and nothing else, whatever the text
 */
export function parseLucene(text: string): LuceneQuery {
  if (text.length > LUCENE_CHARACTERS_MAX) {
    throw new LuceneSyntaxError(
      `A Lucene query may have ${LUCENE_CHARACTERS_MAX} characters, but this one has ${text.length}`,
    );
  }
  return new LuceneParser(text).parse();
}

type Conjunction = 'and' | 'or' | 'none';

class LuceneParser {
  readonly #scanner: LuceneScanner;
  #clauses = 0;

  constructor(text: string) {
    this.#scanner = new LuceneScanner(text);
  }

  parse(): LuceneQuery {
    const query = this.#clauseList(null, 0);
    if (!this.#scanner.isAtEnd) throw this.#scanner.error('an operator or the end was expected');
    return query;
  }

  #clauseList(field: string | null, depth: number): LuceneQuery {
    if (depth > LUCENE_DEPTH_MAX) {
      throw this.#scanner.error(`no more than ${LUCENE_DEPTH_MAX} nested parentheses were expected`);
    }
    const clauses: LuceneClause[] = [];
    do {
      const conjunction = clauses.length === 0 ? 'none' : this.#conjunction();
      const clause = this.#clause(field, depth, conjunction);
      const last = clauses.at(-1);
      // AND makes what stands before it obligatory, too.
      if (conjunction === 'and' && last?.occurs === 'should') {
        clauses[clauses.length - 1] = { ...last, occurs: 'must' };
      }
      clauses.push(clause);
    } while (!this.#scanner.isAtEnd && !this.#scanner.isNext(')'));
    const [only] = clauses;
    return clauses.length === 1 && only?.occurs === 'should' ? only.query : { kind: 'boolean', clauses };
  }

  #conjunction(): Conjunction {
    const scanner = this.#scanner;
    if (scanner.tryKeyword('AND') || scanner.trySymbol('&&')) return 'and';
    if (scanner.tryKeyword('OR') || scanner.trySymbol('||')) return 'or';
    return 'none';
  }

  #clause(field: string | null, depth: number, conjunction: Conjunction): LuceneClause {
    if (++this.#clauses > LUCENE_CLAUSES_MAX) {
      throw this.#scanner.error(`no more than ${LUCENE_CLAUSES_MAX} clauses were expected`);
    }
    const scanner = this.#scanner;
    const isRequired = scanner.trySymbol('+');
    const isProhibited =
      !isRequired && (scanner.trySymbol('-') || scanner.trySymbol('!') || scanner.tryKeyword('NOT'));
    const query = this.#boosted(this.#fielded(field, depth));
    if (isProhibited) return { occurs: 'mustNot', query };
    return { occurs: isRequired || conjunction === 'and' ? 'must' : 'should', query };
  }

  #boosted(query: LuceneQuery): LuceneQuery {
    const scanner = this.#scanner;
    if (!scanner.trySymbol('^', true)) {
      scanner.skipSpace();
      return query;
    }
    const factor = scanner.tryNumber();
    if (factor === undefined) throw scanner.error("a number was expected after '^'");
    scanner.skipSpace();
    return { kind: 'boost', query, factor };
  }

  #fielded(field: string | null, depth: number): LuceneQuery {
    const scanner = this.#scanner;
    if (scanner.isNext('*:*')) {
      scanner.trySymbol('*:*', true);
      return { kind: 'all' };
    }
    if (scanner.isNext('(') || scanner.isNext('"') || scanner.isNext('[') || scanner.isNext('{')) {
      return this.#operand(field, depth);
    }
    const word = scanner.tryWord();
    if (word === undefined) throw scanner.error('a word, a phrase, a range or a parenthesis was expected');
    if (!scanner.trySymbol(':')) return this.#afterWord(word, field);
    return this.#operand(withoutEscapes(word), depth);
  }

  #operand(field: string | null, depth: number): LuceneQuery {
    const scanner = this.#scanner;
    if (scanner.trySymbol('(')) {
      const inner = this.#clauseList(field, depth + 1);
      if (!scanner.trySymbol(')', true)) throw scanner.error("')' was expected");
      return inner;
    }
    const quoted = scanner.tryQuoted();
    if (quoted !== undefined) {
      const slop = scanner.trySymbol('~', true) ? Math.floor(scanner.tryNumber() ?? 0) : 0;
      return { kind: 'phrase', field, text: withoutEscapes(quoted), slop };
    }
    if (scanner.isNext('[') || scanner.isNext('{')) return this.#range(field);
    const word = scanner.tryWord();
    if (word === undefined) throw scanner.error('a word, a phrase, a range or a parenthesis was expected');
    return this.#afterWord(word, field);
  }

  #afterWord(word: string, field: string | null): LuceneQuery {
    const scanner = this.#scanner;
    if (scanner.trySymbol('~', true)) {
      const similarity = scanner.tryNumber() ?? FUZZY_SIMILARITY;
      if (similarity >= 1) throw scanner.error("a number below 1 was expected after '~'");
      return { kind: 'fuzzy', field, text: withoutEscapes(word), similarity };
    }
    const parts = wildcardParts(word);
    if (parts.some((part) => 'any' in part)) return { kind: 'wildcard', field, parts };
    return { kind: 'term', field, text: withoutEscapes(word) };
  }

  #range(field: string | null): LuceneQuery {
    const scanner = this.#scanner;
    const opensInclusive = scanner.trySymbol('[') || !scanner.trySymbol('{');
    const from = this.#rangeEnd();
    if (!scanner.tryKeyword('TO')) throw scanner.error("'TO' was expected between the ends of a range");
    const to = this.#rangeEnd();
    const closesInclusive = scanner.trySymbol(']', true);
    if (!closesInclusive && !scanner.trySymbol('}', true)) throw scanner.error("']' or '}' was expected");
    return {
      kind: 'range',
      field,
      from: { text: from, inclusive: opensInclusive },
      to: { text: to, inclusive: closesInclusive },
    };
  }

  /** Null: open. */
  #rangeEnd(): LuceneEnd['text'] {
    const scanner = this.#scanner;
    const quoted = scanner.tryQuoted();
    if (quoted !== undefined) {
      scanner.skipSpace();
      return withoutEscapes(quoted);
    }
    const word = scanner.tryRangeEnd();
    if (word === undefined) throw scanner.error('an end of a range was expected');
    return word === '*' ? null : withoutEscapes(word);
  }
}
