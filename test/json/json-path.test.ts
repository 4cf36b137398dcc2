import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonAt, jsonAtEach } from '../../node/json/json-path.ts';

const name = fc.constantFrom('a', 'b', 'Length', 'Count', '__proto__');
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 1.5, '', 'text with "quotes"'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
  ),
})).value;
const paths = fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 5 });

describe('several paths of a JSON text', () => {
  it('are read at once as each is read alone', () => {
    fc.assert(
      fc.property(value, paths, (any, asked) => {
        const json = Buffer.from(JSON.stringify(any));
        const textOf = (found: Buffer | undefined) => found?.toString('utf8');
        expect(jsonAtEach(json, asked).map(textOf)).toEqual(asked.map((path) => textOf(jsonAt(json, path))));
      }),
      { numRuns: 500 },
    );
  });
});
