import { parsePrimary } from './parse-primary.ts';
import { isQuery, parseQuery } from './parse-query.ts';
import { isBuiltInType, parseType } from './parse-type.ts';
import type { Expression, TypeName } from './syntax-tree.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads one expression. @throws LinqError */
export function parseExpression(reader: TokenReader): Expression {
  return reader.within(() => {
    if (isQuery(reader)) return parseQuery(reader);
    return lambda(reader) ?? choice(reader);
  });
}

function lambda(reader: TokenReader): Expression | null {
  const { at } = reader.peek();
  const parameters = reader.attempt(() => parametersOf(reader));
  if (parameters === null) return null;
  if (reader.is('{'))
    throw reader.error('A lambda with a block of statements is not supported: write one expression.');
  return { kind: 'lambda', at, parameters, body: parseExpression(reader) };
}

function parametersOf(reader: TokenReader): readonly string[] | null {
  if (reader.peek().kind === 'name' && reader.is('=>', 1)) {
    const { text } = reader.next();
    reader.next();
    return [text];
  }
  if (!reader.takes('(')) return null;
  const names: string[] = [];
  while (!reader.takes(')')) {
    if (names.length > 0 && !reader.takes(',')) return null;
    const name = reader.attempt(() => parameter(reader));
    if (name === null) return null;
    names.push(name);
  }
  return reader.takes('=>') ? names : null;
}

/** A name, maybe with its type before it. */
function parameter(reader: TokenReader): string | null {
  if (reader.peek().kind !== 'name') return null;
  if (reader.is(',', 1) || reader.is(')', 1)) return reader.next().text;
  if (parseType(reader) === null || reader.peek().kind !== 'name') return null;
  return reader.next().text;
}

function choice(reader: TokenReader): Expression {
  const test = coalesced(reader);
  if (!reader.takes('?')) return test;
  const whenTrue = parseExpression(reader);
  reader.expect(':');
  return { kind: 'choice', at: test.at, test, whenTrue, whenFalse: parseExpression(reader) };
}

function coalesced(reader: TokenReader): Expression {
  const left = binary(reader, 0);
  if (!reader.takes('??')) return left;
  const right = reader.within(() => coalesced(reader));
  return { kind: 'binary', at: left.at, operator: '??', left, right };
}

/** From what binds least to what binds most. */
const OPERATORS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

function binary(reader: TokenReader, level: number): Expression {
  const operators = OPERATORS[level];
  if (operators === undefined) return unary(reader);
  let left = binary(reader, level + 1);
  for (;;) {
    if (reader.is('is') || reader.is('as')) {
      throw reader.error(`The operator '${reader.peek().text}' is not supported.`);
    }
    const operator = operators.find((one) => reader.is(one));
    if (operator === undefined) return left;
    reader.next();
    left = { kind: 'binary', at: left.at, operator, left, right: binary(reader, level + 1) };
  }
}

function unary(reader: TokenReader): Expression {
  const { at } = reader.peek();
  for (const operator of ['!', '-', '+', '~'] as const) {
    if (reader.takes(operator)) {
      return { kind: 'unary', at, operator, operand: reader.within(() => unary(reader)) };
    }
  }
  const type = reader.attempt(() => castType(reader));
  if (type === null) return parsePrimary(reader);
  return { kind: 'cast', at, type, operand: reader.within(() => unary(reader)) };
}

const AFTER_EXPRESSIONS = new Set([
  'select',
  'where',
  'group',
  'orderby',
  'let',
  'into',
  'by',
  'in',
  'is',
  'as',
  'ascending',
  'descending',
  'from',
  'join',
]);

/** `(int) x` and `(x)` begin alike: it is a cast when a value follows. */
function castType(reader: TokenReader): TypeName | null {
  if (!reader.takes('(')) return null;
  const type = parseType(reader);
  if (type === null || !reader.takes(')')) return null;
  const { kind, text } = reader.peek();
  if (kind === 'number' || kind === 'text' || kind === 'interpolation') return type;
  if (kind === 'name') return AFTER_EXPRESSIONS.has(text) ? null : type;
  if (kind !== 'sign') return null;
  return '(!~'.includes(text) || (text === '-' && isBuiltInType(type)) ? type : null;
}
