import { parseCreation } from './parse-creation.ts';
import { parseExpression } from './parse-expression.ts';
import { parseType, parseTypeArguments } from './parse-type.ts';
import type { Expression, Hole, TypeName } from './syntax-tree.ts';
import type { TokenReader } from './token-reader.ts';
import type { HolePlace, Token } from './tokens.ts';

/** A value with the members, items and calls that follow it. @throws LinqError */
export function parsePrimary(reader: TokenReader): Expression {
  let value = start(reader);
  for (;;) {
    const { at } = value;
    if (reader.takes('.') || reader.takes('?.')) {
      if (reader.is('[')) continue;
      value = {
        kind: 'member',
        at: reader.peek().at,
        target: value,
        name: reader.name('the name of a member'),
      };
    } else if (reader.is('[') || (reader.is('?') && reader.is('[', 1))) {
      reader.takes('?');
      reader.next();
      value = { kind: 'item', at, target: value, index: parseExpression(reader) };
      reader.expect(']');
    } else {
      const types = reader.attempt(() => typesOfCall(reader));
      if (types === null) return value;
      value = { kind: 'call', at, callee: value, types, values: parseValues(reader) };
    }
  }
}

/** What stands before the bracket of a call: nothing, or types. */
function typesOfCall(reader: TokenReader): readonly TypeName[] | null {
  if (reader.is('(')) return [];
  if (!reader.is('<')) return null;
  const types = parseTypeArguments(reader);
  return types !== null && reader.is('(') ? types : null;
}

/** `(a, b)`. */
export function parseValues(reader: TokenReader): readonly Expression[] {
  reader.expect('(');
  const values: Expression[] = [];
  while (!reader.takes(')')) {
    if (values.length > 0) reader.expect(',');
    values.push(parseExpression(reader));
  }
  return values;
}

function start(reader: TokenReader): Expression {
  const token = reader.peek();
  const { at } = token;
  switch (token.kind) {
    case 'number':
      return numberLiteral(reader);
    case 'text':
      reader.next();
      return { kind: 'literal', at, value: token.value ?? '', isFraction: false };
    case 'interpolation':
      reader.next();
      return interpolation(reader, token);
    case 'name':
      return word(reader);
    default: {
      if (!reader.takes('(')) throw reader.unexpected();
      const inner = parseExpression(reader);
      reader.expect(')');
      return inner;
    }
  }
}

function word(reader: TokenReader): Expression {
  const { at, text } = reader.peek();
  const literal = LITERALS.get(text);
  if (literal !== undefined) {
    reader.next();
    return { kind: 'literal', at, value: literal, isFraction: false };
  }
  if (text === 'new') return parseCreation(reader);
  if (text === 'default' && reader.is('(', 1)) return defaultOf(reader);
  if (text === 'nameof' && reader.is('(', 1)) return nameOf(reader);
  if (text === 'typeof') throw reader.error("'typeof' is not supported.");
  reader.next();
  return { kind: 'name', at, name: text };
}

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function numberLiteral(reader: TokenReader): Expression {
  const { at, text } = reader.next();
  const digits = text.replaceAll('_', '');
  const isHex = /^0x/i.test(digits);
  const value = Number(digits.replace(isHex ? /[lu]+$/i : /[mdflu]+$/i, ''));
  if (!Number.isFinite(value)) throw reader.error(`'${text}' is no number.`, at);
  const isFraction = !isHex && /[.emdf]/i.test(digits);
  if (!isFraction && !Number.isSafeInteger(value)) {
    throw reader.error(`'${text}' has more digits than this server computes with: at most 2^53.`, at);
  }
  return { kind: 'literal', at, value, isFraction };
}

function defaultOf(reader: TokenReader): Expression {
  const { at } = reader.next();
  reader.expect('(');
  const type = parseType(reader);
  if (type === null) throw reader.unexpected();
  reader.expect(')');
  return { kind: 'default', at, type };
}

function nameOf(reader: TokenReader): Expression {
  const { at } = reader.next();
  reader.expect('(');
  const named = parseExpression(reader);
  reader.expect(')');
  if (named.kind !== 'member' && named.kind !== 'name') throw reader.error("'nameof' wants a name.", at);
  return { kind: 'literal', at, value: named.name, isFraction: false };
}

function interpolation(reader: TokenReader, { at, parts }: Token): Expression {
  return {
    kind: 'interpolation',
    at,
    parts: (parts ?? []).map((part) => (typeof part === 'string' ? part : hole(reader, part))),
  };
}

function hole(reader: TokenReader, { from, to, format, width }: HolePlace): Hole {
  const inner = reader.part(from, to);
  const value = inner.within(() => parseExpression(inner));
  if (inner.peek().kind !== 'end') throw inner.unexpected();
  return { value, format, width };
}
