import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonReader } from '../../node/json/json-reader.ts';
import { JsonSyntaxError } from '../../node/json/json-syntax-error.ts';
import { endOfStored } from '../../node/json/stored-json.ts';

const around = fc.constantFrom('', ',', '}', ']', ' ', '\n', ',"a":1}', '],[');

it('a stored value ends where a validating reader says that it does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), around, fc.nat(3), (json, behind, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      const bytes = Buffer.from(text + behind);
      const reader = new JsonReader(bytes);
      reader.pass();
      expect(endOfStored(bytes, 0)).toBe(Buffer.byteLength(text));
      expect(reader.position).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 500 },
  );
});

it.each(['"a\\"]}', '"\\\\\\"', '{"a":"}', '[[1,2]', '{"a":[}', '', ',', '"\\'])(
  'what has no end is an error: %s',
  (text) => {
    expect(() => endOfStored(Buffer.from(text), 0)).toThrow(JsonSyntaxError);
  },
);

it('members are read of stored JSON as of any other', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (object) => {
      const bytes = Buffer.from(JSON.stringify(object));
      const members = (reader: JsonReader) =>
        [...reader.fields()].map((name, at) => (at % 2 === 0 ? [name, reader.position] : [name]));
      expect(members(JsonReader.ofStored(bytes))).toEqual(members(new JsonReader(bytes)));
    }),
  );
});
