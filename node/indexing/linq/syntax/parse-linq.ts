import { LINQ_CHARACTERS_MAX, LINQ_LEVELS_MAX } from '../limits.ts';
import { LinqError } from '../linq-error.ts';
import { parseExpression } from './parse-expression.ts';
import { type Expression, levelsOf } from './syntax-tree.ts';
import { TokenReader } from './token-reader.ts';

/**
 * The tree of a C# map or reduce, which is one expression, maybe with a semicolon behind it.
 *
 * @throws LinqError with the line and column
 */
export function parseLinq(source: string): Expression {
  if (source.length > LINQ_CHARACTERS_MAX) {
    throw new LinqError(source, 0, `The text has more than ${LINQ_CHARACTERS_MAX} characters.`);
  }
  const reader = new TokenReader(source);
  const tree = parseExpression(reader);
  reader.takes(';');
  if (reader.peek().kind !== 'end') throw reader.unexpected();
  if (levelsOf(tree) > LINQ_LEVELS_MAX) {
    throw new LinqError(source, tree.at, `The expression has more than ${LINQ_LEVELS_MAX} levels.`);
  }
  return tree;
}
