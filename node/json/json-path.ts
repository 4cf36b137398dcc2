import { OPEN_BRACE, OPEN_BRACKET, QUOTE } from './ascii.ts';
import { JsonReader } from './json-reader.ts';

/** A step of a path: to each element of an array, and never to its size. From anything else it leads nowhere else. */
export const EACH = '[]';

/**
 * The JSON text at a path of a stored JSON text, or `undefined` when there is nothing. Members of the elements of an array on
 * the way are gathered in an array. `Length` and `Count` of an array, a text or an object are their sizes, unless they
 * are members.
 */
export function jsonAt(json: Buffer, path: readonly string[]): Buffer | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return json;
  if (name === EACH) return json[0] === OPEN_BRACKET ? ofElements(json, rest) : jsonAt(json, rest);
  switch (json[0]) {
    case OPEN_BRACE:
      return inObject(json, name, rest);
    case OPEN_BRACKET:
      return inArray(json, path);
    case QUOTE:
      return isSize(name) && rest.length === 0
        ? Buffer.from(String(JsonReader.ofStored(json).readString().length))
        : undefined;
    default:
      return undefined;
  }
}

/**
 * `jsonAt` of several paths, in their order: an object is read once for all of them, and no further than to the last
 * member that is asked for. No key is there twice.
 */
export function jsonAtEach(json: Buffer, paths: readonly (readonly string[])[]): (Buffer | undefined)[] {
  if (json[0] !== OPEN_BRACE || paths.some(([step]) => step === EACH))
    return paths.map((path) => jsonAt(json, path));
  const reader = JsonReader.ofStored(json);
  const members = new Array<Buffer | undefined>(paths.length);
  let size = 0;
  let missing = paths.length;
  for (const key of reader.fields()) {
    size++;
    let member: Buffer | undefined;
    for (let at = 0; at < paths.length; at++) {
      if (paths[at]?.[0] !== key) continue;
      member ??= reader.skip();
      members[at] = member;
      missing--;
    }
    if (missing === 0) break;
  }
  return paths.map(([name, ...rest], at) => {
    if (name === undefined) return json;
    const member = members[at];
    if (member !== undefined) return jsonAt(member, rest);
    return isSize(name) && rest.length === 0 ? Buffer.from(String(size)) : undefined;
  });
}

function inObject(json: Buffer, name: string, rest: readonly string[]): Buffer | undefined {
  const reader = JsonReader.ofStored(json);
  let size = 0;
  let found: Buffer | undefined;
  for (const key of reader.fields()) {
    size++;
    if (key === name) found = reader.skip();
  }
  if (found !== undefined) return jsonAt(found, rest);
  return isSize(name) && rest.length === 0 ? Buffer.from(String(size)) : undefined;
}

function inArray(json: Buffer, path: readonly string[]): Buffer | undefined {
  if (path.length > 1 || !isSize(path[0] ?? '')) return ofElements(json, path);
  return Buffer.from(String(elementsOf(json).length));
}

function ofElements(json: Buffer, path: readonly string[]): Buffer {
  if (path.length === 0) return json;
  const found = elementsOf(json).flatMap((element) => {
    const value = jsonAt(element, path);
    return value === undefined ? [] : [value.toString('utf8')];
  });
  return Buffer.from(`[${found.join(',')}]`);
}

function elementsOf(json: Buffer): readonly Buffer[] {
  const reader = JsonReader.ofStored(json);
  const elements: Buffer[] = [];
  for (const _ of reader.elements()) elements.push(reader.skip());
  return elements;
}

function isSize(name: string): boolean {
  return name === 'Length' || name === 'length' || name === 'Count';
}
