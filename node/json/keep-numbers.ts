import { JsonReader } from './json-reader.ts';

/** Numbers that a double, or its shortest text, is not: long integers, trailing zeros, exponents. */
const DELICATE_NUMBER = /\d{16}|\.\d*0(?!\d)|\d[eE]/;

/**
 * JSON text of a value that was read from `original` and changed: numbers that are the same as they were keep the text
 * that they had, since a double can't hold all of them.
 */
export function keepNumbers(original: Buffer, changed: string): string {
  if (!DELICATE_NUMBER.test(original.toString('latin1'))) return changed;
  return rewritten(original, Buffer.from(changed));
}

function rewritten(original: Buffer | undefined, changed: Buffer): string {
  const reader = new JsonReader(changed);
  switch (reader.kind()) {
    case 'object': {
      const before = original === undefined ? new Map<string, Buffer>() : membersOf(original);
      const members: string[] = [];
      for (const name of reader.fields()) {
        members.push(`${JSON.stringify(name)}:${rewritten(before.get(name), reader.skip())}`);
      }
      return `{${members.join(',')}}`;
    }
    case 'array': {
      const before = original === undefined ? [] : elementsOf(original);
      const elements: string[] = [];
      for (const _ of reader.elements()) elements.push(rewritten(before[elements.length], reader.skip()));
      return `[${elements.join(',')}]`;
    }
    case 'number': {
      const text = changed.toString('latin1');
      const known = original?.toString('latin1');
      return known !== undefined && /^-?\d/.test(known) && Number(known) === Number(text) ? known : text;
    }
    default:
      return changed.toString('utf8');
  }
}

function membersOf(json: Buffer): Map<string, Buffer> {
  const reader = new JsonReader(json);
  const members = new Map<string, Buffer>();
  if (reader.kind() !== 'object') return members;
  for (const name of reader.fields()) members.set(name, reader.skip());
  return members;
}

function elementsOf(json: Buffer): Buffer[] {
  const reader = new JsonReader(json);
  const elements: Buffer[] = [];
  if (reader.kind() !== 'array') return elements;
  for (const _ of reader.elements()) elements.push(reader.skip());
  return elements;
}
