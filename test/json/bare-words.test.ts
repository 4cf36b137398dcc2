import { describe, expect, it } from 'vitest';
import { parseWithBareWords, quoteBareWords } from '../../node/json/bare-words.ts';
import { splitDocument } from '../../node/json/document-json.ts';
import { JsonReader } from '../../node/json/json-reader.ts';
import { JsonSyntaxError } from '../../node/json/json-syntax-error.ts';

const quoted = (text: string) => quoteBareWords(Buffer.from(text)).toString();

describe('words that are no JSON', () => {
  it.each([
    ['{"a":NaN,"b":[Infinity, -Infinity]}', '{"a":"NaN","b":["Infinity", "-Infinity"]}'],
    ['NaN', '"NaN"'],
    ['{"NaN":"Infinity \\" NaN","é":-Infinity}', '{"NaN":"Infinity \\" NaN","é":"-Infinity"}'],
    ['[1,-1,null,"N","I"]', '[1,-1,null,"N","I"]'],
  ])('%s becomes %s', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  it('are texts in documents and in their metadata', () => {
    const { body, metadata } = splitDocument(
      Buffer.from('{"a": NaN, "a": -Infinity, "@metadata": {"@collection": "C", "x": [Infinity]}}'),
    );
    expect(body.toString()).toBe('{"a":"-Infinity"}');
    expect(metadata.toString()).toBe('{"@collection":"C","x":["Infinity"]}');
  });

  it('leave the next document alone', () => {
    splitDocument(Buffer.from('{"a":NaN}'));
    expect(splitDocument(Buffer.from('{"a":1}')).body.toString()).toBe('{"a":1}');
  });

  it.each([
    '{"a":Nan}',
    '{"a":NaNN}',
    '{"a":-NaN}',
    '{"a":+Infinity}',
    '{"a":Infinit}',
    '{"a":--Infinity}',
    '{NaN:1}',
  ])('%s is refused', (text) => {
    expect(() => splitDocument(Buffer.from(text))).toThrow(JsonSyntaxError);
    expect(() => parseWithBareWords(text)).toThrow(SyntaxError);
  });

  it('are passed and read as values', () => {
    const reader = new JsonReader(Buffer.from('[NaN, {"a": -Infinity}]'));
    expect(reader.readValue()).toEqual(['NaN', { a: '-Infinity' }]);
    reader.end();
    expect(reader.hasBareWords).toBe(true);
  });

  it('are read from texts beside large numbers', () => {
    const text = '{"a": NaN, "b": 12, "c": "Infinity"}';
    expect(parseWithBareWords(text)).toEqual({ a: 'NaN', b: 12, c: 'Infinity' });
    for (const cut of ['{"a": NaN, "b": "', 'NaN "'])
      expect(() => parseWithBareWords(cut)).toThrow(SyntaxError);
  });
});
