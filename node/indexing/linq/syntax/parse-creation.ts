import { parseExpression } from './parse-expression.ts';
import { parseValues } from './parse-primary.ts';
import { parseType } from './parse-type.ts';
import type { Expression, NamedValue, TypeName } from './syntax-tree.ts';
import type { TokenReader } from './token-reader.ts';

/** What `new` makes: an object, a list, a dictionary, or a value of a type that has a constructor. @throws LinqError */
export function parseCreation(reader: TokenReader): Expression {
  const { at } = reader.next();
  if (reader.is('{')) return { kind: 'object', at, type: null, members: members(reader) };
  if (reader.is('[') && reader.is(']', 1)) {
    reader.next();
    reader.next();
    return { kind: 'list', at, items: items(reader) };
  }
  const type = parseType(reader);
  if (type === null) throw reader.unexpected();
  if (type.isArray) return { kind: 'list', at, items: items(reader) };
  if (reader.is('[')) return emptyArray(reader, at);
  const values = reader.is('(') ? parseValues(reader) : [];
  if (reader.is('{')) return initialized(reader, at, type);
  if (COLLECTIONS.has(type.name)) return collection(reader, at, values);
  if (type.name === 'Dictionary' && values.length === 0) return { kind: 'dictionary', at, entries: [] };
  return { kind: 'construct', at, type, values };
}

const COLLECTIONS = new Set(['List', 'HashSet']);

function initialized(reader: TokenReader, at: number, type: TypeName): Expression {
  if (COLLECTIONS.has(type.name)) return { kind: 'list', at, items: items(reader) };
  if (type.name === 'Dictionary') return { kind: 'dictionary', at, entries: entries(reader) };
  return { kind: 'object', at, type, members: members(reader) };
}

function collection(reader: TokenReader, at: number, values: readonly Expression[]): Expression {
  const [only, ...others] = values;
  if (others.length > 0) throw reader.error('A list is made of one other list.', at);
  return only ?? { kind: 'list', at, items: [] };
}

/** `new string[0]`. */
function emptyArray(reader: TokenReader, at: number): Expression {
  reader.expect('[');
  const { kind, text } = reader.next();
  reader.expect(']');
  if (reader.is('{')) return { kind: 'list', at, items: items(reader) };
  if (kind !== 'number' || text !== '0')
    throw reader.error('An array is made with its items: new [] { 1, 2 }.', at);
  return { kind: 'list', at, items: [] };
}

/** What stands between braces, with commas between, and maybe one more at the end. */
function braced<Item>(reader: TokenReader, read: () => Item): readonly Item[] {
  reader.expect('{');
  const found: Item[] = [];
  while (!reader.takes('}')) {
    found.push(read());
    if (!reader.is('}')) reader.expect(',');
  }
  return found;
}

function items(reader: TokenReader): readonly Expression[] {
  return braced(reader, () => parseExpression(reader));
}

function entries(reader: TokenReader) {
  return braced(reader, () => {
    if (reader.is('[')) throw reader.error('Write the entries of a dictionary as { "name", value }.');
    reader.expect('{');
    const key = parseExpression(reader);
    reader.expect(',');
    const value = parseExpression(reader);
    reader.expect('}');
    return { key, value };
  });
}

function members(reader: TokenReader): readonly NamedValue[] {
  const found = braced(reader, () => member(reader));
  const twice = found.find(({ name }, at) => found.findIndex((one) => one.name === name) !== at);
  if (twice !== undefined) throw reader.error(`'${twice.name}' is there twice.`, twice.at);
  return found;
}

/** `A = x`, or `o.A` and `a`, which name themselves. */
function member(reader: TokenReader): NamedValue {
  const { at, kind } = reader.peek();
  if (kind === 'name' && reader.is('=', 1)) {
    const name = reader.next().text;
    reader.next();
    return { at, name, value: parseExpression(reader) };
  }
  const value = parseExpression(reader);
  if (value.kind !== 'member' && value.kind !== 'name') {
    throw reader.error('A member of a new object needs a name: A = …', at);
  }
  return { at, name: value.name, value };
}
