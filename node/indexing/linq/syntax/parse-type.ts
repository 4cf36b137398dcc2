import type { TypeName } from './syntax-tree.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads a type, or gives null where none stands: then the reader may be anywhere. */
export function parseType(reader: TokenReader): TypeName | null {
  return reader.within(() => {
    if (reader.peek().kind !== 'name') return null;
    let name = reader.next().text;
    while (reader.is('.') && reader.peek(1).kind === 'name') {
      reader.next();
      name = reader.next().text;
    }
    if (reader.is('<') && parseTypeArguments(reader) === null) return null;
    const isNullable = (reader.is(')', 1) || reader.is('>', 1) || reader.is('[', 1)) && reader.takes('?');
    let isArray = false;
    while (reader.is('[') && reader.is(']', 1)) {
      reader.next();
      reader.next();
      isArray = true;
    }
    return { name, isNullable, isArray };
  });
}

/** `<int, string>`; null where it is something else, such as a comparison. */
export function parseTypeArguments(reader: TokenReader): readonly TypeName[] | null {
  if (!reader.takes('<')) return null;
  const types: TypeName[] = [];
  do {
    const type = parseType(reader);
    if (type === null) return null;
    types.push(type);
  } while (reader.takes(','));
  return reader.takes('>') ? types : null;
}

const BUILT_IN = new Set(
  'int long short byte sbyte uint ulong ushort decimal double float string bool char object dynamic'.split(
    ' ',
  ),
);

export function isBuiltInType({ name }: TypeName): boolean {
  return BUILT_IN.has(name);
}
