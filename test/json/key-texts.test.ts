import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyText } from '../../node/json/key-texts.ts';

it('texts of keys are what JSON says, whichever were read before and whatever their hashes', () => {
  // Few hashes, so that keys push one another out; keys that differ only in escapes or in length are among them.
  const inner = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }).map((text) => JSON.stringify(text).slice(1, -1)),
    fc.constantFrom('', 'a', 'ab', 'ba', '\\u0061b', 'a\\n', 'é', 'name', 'names'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(inner, fc.integer({ min: -2, max: 2 })), { maxLength: 30 }), (keys) => {
      for (const [json, hash] of keys) {
        const bytes = Buffer.from(`{"${json}":1}`);
        const text = keyText(bytes, 2, 2 + Buffer.byteLength(json), hash);
        expect(text).toBe(JSON.parse(`"${json}"`));
      }
    }),
  );
});
