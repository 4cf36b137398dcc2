import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidMetadataError, splitDocument } from '../../node/json/document-json.ts';
import { JsonSyntaxError } from '../../node/json/json-syntax-error.ts';
import { oddJsonText, parseNaively } from './json-text.ts';

function split(text: string): { body: string; metadata: string; collection: string } {
  const { body, metadata, collection } = splitDocument(Buffer.from(text));
  return { body: body.toString(), metadata: metadata.toString(), collection };
}

function faultOf(text: string | Buffer): string {
  try {
    splitDocument(Buffer.from(text));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.fault;
    throw error;
  }
  return 'none';
}

/** `-0.0` and `-0e1` are kept as they came: they only differ in their sign. */
function withoutMinusZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutMinusZero(member)]));
}

describe('splitDocument', () => {
  it('takes the metadata out wherever it stands', () => {
    const metadata = '{"@collection":"Users","x":1}';
    for (const text of [
      `{"a":1,"b":2,"@metadata":${metadata}}`,
      `{"@metadata":${metadata},"a":1,"b":2}`,
      `{"a":1,"@metadata":${metadata},"b":2}`,
    ]) {
      expect(split(text)).toEqual({ body: '{"a":1,"b":2}', metadata, collection: 'Users' });
    }
    expect(split(`{"@metadata":${metadata}}`).body).toBe('{}');
    expect(split('{"a":{"@metadata":{"@collection":"No"}}}').collection).toBe('@empty');
  });

  it('drops the metadata that the server writes and keeps the rest in order', () => {
    const text =
      '{"@metadata":{"@id":"x","a":1,"@change-vector":"A:1","@collection":"C","@last-modified":"","@flags":"HasRevisions","@counters":[]}}';
    expect(split(text).metadata).toBe('{"a":1,"@collection":"C","@flags":"HasRevisions"}');
    expect(split('{"@metadata":{"@id":"x"}}').metadata).toBe('{}');
  });

  it('has no collection when @collection is absent or no string', () => {
    expect(split('{"@metadata":{"@collection":5}}')).toEqual({
      body: '{}',
      metadata: '{"@collection":5}',
      collection: '@empty',
    });
    expect(split('{"@metadata":{"@collection":"\\u00dcber"}}').collection).toBe('Über');
  });

  it('keeps numbers verbatim except -0, and unescapes what needs no escape', () => {
    expect(
      split('{"a":1.0,"b":1e3,"c":0.1000,"d":123456789012345678901234567890,"e":-0,"f":-0.0,"g":[-0]}').body,
    ).toBe('{"a":1.0,"b":1e3,"c":0.1000,"d":123456789012345678901234567890,"e":0,"f":-0.0,"g":[0]}');
    expect(split('{"a":"\\/\\u00e9\\u0001\\ud83d\\ude00\\ud83d\\n"}').body).toBe(
      '{"a":"/é\\u0001😀\\ud83d\\n"}',
    );
    expect(split('{"-0":"-0 , -0"}').body).toBe('{"-0":"-0 , -0"}');
  });

  it('keeps the last of repeated keys, also when they are spelled differently or are many', () => {
    expect(split('{"a":1,"b":2,"a":3}').body).toBe('{"b":2,"a":3}');
    expect(split('{"x":[{"a":1,"\\u0061":2}]}').body).toBe('{"x":[{"a":2}]}');
    expect(split('{"@metadata":{"@collection":"A"},"@metadata":{"@collection":"B"}}').collection).toBe('B');
    const wide = Array.from({ length: 100 }, (_, i) => `"k${i}":${i}`).join(',');
    expect(split(`{${wide}}`).body).toBe(`{${wide}}`);
    expect(JSON.parse(split(`{${wide},"k7":true}`).body)).toMatchObject({ k7: true, k99: 99 });
  });

  it('takes every valid object for what it says', () => {
    fc.assert(
      fc.property(oddJsonText, (text) => {
        const expected = withoutMinusZero(parseNaively(text)) as Record<string, unknown>;
        const { '@metadata': metadata, ...body } = expected;
        if (
          metadata !== undefined &&
          (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata))
        ) {
          expect(() => split(text)).toThrow(InvalidMetadataError);
          return;
        }
        const actual = split(text);
        // -0.0 and -0e1 are kept as they came.
        expect(withoutMinusZero(parseNaively(actual.body))).toEqual(body);
        expect(withoutMinusZero(parseNaively(actual.metadata))).toEqual(metadata ?? {});
        // What comes out goes in unchanged.
        expect(split(actual.body).body).toBe(actual.body);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses exactly the texts that JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        oddJsonText,
        fc.nat(),
        fc.constantFrom('', '"', '}', ',', '0', '\\', '\u0001', 'e', '-'),
        (text, at, put) => {
          const position = at % (text.length + 1);
          const broken = text.slice(0, position) + put + text.slice(position + (put === '' ? 1 : 0));
          if (!broken.isWellFormed()) return;
          let isValid = true;
          try {
            JSON.parse(broken);
          } catch {
            isValid = false;
          }
          let isAccepted = true;
          try {
            split(broken);
          } catch (error) {
            isAccepted = !(error instanceof JsonSyntaxError) || error.fault === 'UnexpectedKind';
          }
          expect(isAccepted).toBe(isValid);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('says what is wrong: an early end, no JSON, no object, too deep', () => {
    expect(faultOf('')).toBe('Truncated');
    expect(faultOf('{"a":1')).toBe('Truncated');
    expect(faultOf('{"a":1}}')).toBe('Malformed');
    expect(faultOf('{a:1}')).toBe('Malformed');
    expect(faultOf('[1]')).toBe('UnexpectedKind');
    expect(faultOf('"x"')).toBe('UnexpectedKind');
    expect(faultOf(`{"a":${'['.repeat(600)}${']'.repeat(600)}}`)).toBe('TooDeep');
    expect(faultOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe('Malformed');
  });

  it('does not share the memory of a canonical document with metadata', () => {
    const bytes = Buffer.from('{"a":1,"@metadata":{"@collection":"Users"}}');
    const { body } = splitDocument(bytes);
    bytes.fill(0x20);
    expect(body.toString()).toBe('{"a":1}');
  });
});
