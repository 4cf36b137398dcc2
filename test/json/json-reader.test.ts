import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonReader } from '../../node/json/json-reader.ts';
import { JsonSyntaxError } from '../../node/json/json-syntax-error.ts';
import { oddJsonText, parseNaively } from './json-text.ts';

function rebuild(reader: JsonReader): unknown {
  switch (reader.kind()) {
    case 'object': {
      const entries: [string, unknown][] = [];
      for (const key of reader.fields()) entries.push([key, rebuild(reader)]);
      return Object.fromEntries(entries);
    }
    case 'array': {
      const values: unknown[] = [];
      for (const _ of reader.elements()) values.push(rebuild(reader));
      return values;
    }
    case 'string':
      return reader.readString();
    case 'number':
      return reader.readNumber();
    case 'boolean':
      return reader.readBoolean();
    case 'null':
      return reader.readNull() ? null : undefined;
  }
}

describe('JsonReader', () => {
  it('reads every valid object for what it says', () => {
    fc.assert(
      fc.property(oddJsonText, (text) => {
        const reader = new JsonReader(Buffer.from(text));
        expect(rebuild(reader)).toEqual(parseNaively(text));
        reader.end();
      }),
    );
  });

  it('gives the bytes of a value it skips, and skips what was not read', () => {
    const reader = new JsonReader(Buffer.from(' {"a": {"b":[1, 2]} , "c" :3} '));
    const spans: string[] = [];
    for (const key of reader.fields()) if (key === 'a') spans.push(reader.skip().toString());
    reader.end();
    expect(spans).toEqual(['{"b":[1, 2]}']);
  });

  it('names the byte where the text is wrong', () => {
    const reader = new JsonReader(Buffer.from('{"a":tru}'));
    expect(() => [...reader.fields()]).toThrow(JsonSyntaxError);
    expect(() => new JsonReader(Buffer.from('[1]')).readString()).toThrow(
      'Expected a JSON string but found a JSON array',
    );
    expect(() => new JsonReader(Buffer.from('1 2')).end()).toThrow('at byte 0');
  });
});
