import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LuceneQuery } from '../../../node/querying/plan/lucene/lucene-query.ts';
import { LuceneSyntaxError } from '../../../node/querying/plan/lucene/lucene-scanner.ts';
import { parseLucene } from '../../../node/querying/plan/lucene/parse-lucene.ts';

/** A query in short: `+` must, `-` must not, fields before a colon, everything in parentheses that is several. */
function shown(query: LuceneQuery): string {
  const field = 'field' in query && query.field !== null ? `${query.field}:` : '';
  switch (query.kind) {
    case 'all':
      return '*:*';
    case 'term':
      return `${field}<${query.text}>`;
    case 'phrase':
      return `${field}"${query.text}"${query.slop === 0 ? '' : `~${query.slop}`}`;
    case 'fuzzy':
      return `${field}<${query.text}>~${query.similarity}`;
    case 'wildcard':
      return `${field}${query.parts.map((part) => ('any' in part ? part.any : `<${part.text}>`)).join('')}`;
    case 'range': {
      const { from, to } = query;
      return `${field}${from.inclusive ? '[' : '{'}${from.text ?? '*'} ${to.text ?? '*'}${to.inclusive ? ']' : '}'}`;
    }
    case 'boost':
      return `${shown(query.query)}^${query.factor}`;
    case 'boolean': {
      const signs = { must: '+', should: '', mustNot: '-' };
      return `(${query.clauses.map(({ occurs, query: inner }) => signs[occurs] + shown(inner)).join(' ')})`;
    }
  }
}

describe('a Lucene query', () => {
  it.each<[text: string, query: string]>([
    ['fox', '<fox>'],
    ['fox cat', '(<fox> <cat>)'],
    ['fox OR cat', '(<fox> <cat>)'],
    ['fox || cat', '(<fox> <cat>)'],
    ['fox or cat', '(<fox> <or> <cat>)'],
    ['fox AND cat', '(+<fox> +<cat>)'],
    ['fox && cat', '(+<fox> +<cat>)'],
    ['a OR b AND c', '(<a> +<b> +<c>)'],
    ['a AND b OR c', '(+<a> +<b> <c>)'],
    ['fox NOT cat', '(<fox> -<cat>)'],
    ['fox AND NOT cat', '(+<fox> -<cat>)'],
    ['NOT fox AND cat', '(-<fox> +<cat>)'],
    ['+fox -cat !dog', '(+<fox> -<cat> -<dog>)'],
    ['+fox', '(+<fox>)'],
    ['-fox', '(-<fox>)'],
    ['(fox cat) AND dog', '(+(<fox> <cat>) +<dog>)'],
    ['((fox))', '<fox>'],
    ['name:fox', 'name:<fox>'],
    ['name: fox', 'name:<fox>'],
    ['name:(fox -cat) dog', '((name:<fox> -name:<cat>) <dog>)'],
    ['address.city:oslo', 'address.city:<oslo>'],
    ['my\\ field:x', 'my field:<x>'],
    ['"quick brown"', '"quick brown"'],
    ['"quick brown"~3', '"quick brown"~3'],
    ['"a \\"b\\" \\\\"', '"a "b" \\"'],
    ['name:"a b"^2', 'name:"a b"^2'],
    ['fox^2.5 cat', '(<fox>^2.5 <cat>)'],
    ['(fox cat)^4', '(<fox> <cat>)^4'],
    ['fox~', '<fox>~0.5'],
    ['fox~0.8^3', '<fox>~0.8^3'],
    ['fo*', '<fo>*'],
    ['f?x*', '<f>?<x>*'],
    ['f\\*x', '<f*x>'],
    ['f\\?*', '<f?>*'],
    ['*', '*'],
    ['*:*', '*:*'],
    ['-x +*:*', '(-<x> +*:*)'],
    ['[a TO c]', '[a c]'],
    ['age:{10 TO 20}', 'age:{10 20}'],
    ['[a TO c}', '[a c}'],
    ['[* TO 2020-01-01]', '[* 2020-01-01]'],
    ['["a b" TO *]', '[a b *]'],
    ['well-known a+b', '(<well-known> <a+b>)'],
    ['fox\\-x', '<fox-x>'],
    ['http\\://x', '<http://x>'],
    ['  fox\t', '<fox>'],
    ['TO', '<TO>'],
    ['Ünïcödé 漢字', '(<Ünïcödé> <漢字>)'],
  ])('%j', (text, query) => {
    expect(shown(parseLucene(text))).toBe(query);
  });

  it.each<[text: string, message: string]>([
    ['', 'a word, a phrase, a range or a parenthesis was expected at character 0, but there is the end'],
    ['fox AND', 'was expected at character 7, but there is the end'],
    ['(fox', "')' was expected at character 4"],
    ['fox)', "an operator or the end was expected at character 3, but there is ')'"],
    ['"fox', "a closing '\"' was expected"],
    ['a:b:c', "was expected at character 3, but there is ':c'"],
    ['[a TO', 'an end of a range was expected'],
    ['[a b]', "'TO' was expected"],
    ['[a TO b', "']' or '}' was expected"],
    ['fox^', "a number was expected after '^'"],
    ['fox~2', "a number below 1 was expected after '~'"],
    ['name:', 'was expected at character 5, but there is the end'],
    ['('.repeat(200), 'no more than 128 nested parentheses'],
    ['a '.repeat(2000), 'no more than 1024 clauses'],
    ['a'.repeat(70_000), 'may have 65536 characters'],
  ])('that can not be read is refused with the place: %.40j', (text, message) => {
    expect(() => parseLucene(text)).toThrow(message);
  });

  it('of any characters is read or refused, nothing else', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...'fox|AND|OR|NOT|TO|+|-|!|&&|(|)|[|]|{|}|"|^|~|*|?|:|\\|0.5|3| |name:'.split('|'),
        '||',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          shown(parseLucene(pieces.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(LuceneSyntaxError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
