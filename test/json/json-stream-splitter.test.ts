import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonStreamSplitter } from '../../node/json/json-stream-splitter.ts';

/** Feeds `bytes` in pieces of the given sizes; an object of the form {"raw":n} is followed by n raw bytes. */
function splitInPieces(
  bytes: Buffer,
  sizes: readonly number[],
  splitter = new JsonStreamSplitter(),
): string[] {
  const parts: string[] = [];
  let raw = '';
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    splitter.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
    for (let part = splitter.next(); part !== null; part = splitter.next()) {
      if (part.kind === 'raw') {
        raw += part.bytes.toString();
        if (part.remaining === 0) parts.push(`raw:${raw}`);
        if (part.remaining === 0) raw = '';
        continue;
      }
      const text = part.bytes.toString();
      parts.push(text);
      const count = /^\{"raw":(\d+)\}$/.exec(text)?.[1];
      if (count !== undefined) splitter.expectRaw(Number(count));
    }
  }
  return parts;
}

describe('JsonStreamSplitter', () => {
  it('gives the same objects however the bytes are cut', () => {
    const item = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify({ 'k"]}\\': value })),
      fc.string({ maxLength: 9 }).map((text) => `{"raw":${Buffer.byteLength(text)}}\u2028${text}`),
    );
    fc.assert(
      fc.property(
        fc.array(item),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (items, sizes) => {
          const text = ` [${items.map((one) => one.replace('\u2028', '')).join(',\n')}]`;
          const expected = items.flatMap((one) => {
            const [json = '', raw] = one.split(/\u2028(.*)/s);
            return raw ? [json, `raw:${raw}`] : [json];
          });
          const splitter = new JsonStreamSplitter();
          expect(splitInPieces(Buffer.from(text), sizes, splitter)).toEqual(expected);
          expect(splitter.isClosed).toBe(true);
        },
      ),
    );
  });

  it('does without commas and stops at the closing bracket', () => {
    const splitter = new JsonStreamSplitter();
    expect(splitInPieces(Buffer.from('[{"a":1}{"b":2}]{"c":3}'), [100], splitter)).toEqual([
      '{"a":1}',
      '{"b":2}',
    ]);
    splitter.finish();
  });

  it('keeps what it gave out intact while more arrives', () => {
    const splitter = new JsonStreamSplitter();
    splitter.push(Buffer.from('[{"a":1},{"b"'));
    const first = splitter.next();
    expect(splitter.next()).toBeNull();
    splitter.push(Buffer.from(':2},{"c":3'));
    const second = splitter.next();
    splitter.push(Buffer.from('}]'));
    expect([first, second, splitter.next()].map((part) => part?.bytes.toString())).toEqual([
      '{"a":1}',
      '{"b":2}',
      '{"c":3}',
    ]);
  });

  it('refuses what is no array of objects, an early end, and items that are too large', () => {
    expect(() => splitInPieces(Buffer.from('{"a":1}'), [1])).toThrow('Expected a JSON array');
    expect(() => splitInPieces(Buffer.from('[1]'), [1])).toThrow("Expected '{' or ']'");
    const open = new JsonStreamSplitter();
    splitInPieces(Buffer.from('[{"a":1}'), [3], open);
    expect(() => open.finish()).toThrow('ended before its array');
    const small = new JsonStreamSplitter({ objectBytesMax: 8 });
    expect(() => splitInPieces(Buffer.from('[{"a":"0123456789'), [4], small)).toThrow('8 bytes');
  });
});
