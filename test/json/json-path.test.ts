import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EACH, jsonAt, jsonAtEach } from '../../node/json/json-path.ts';

const name = fc.constantFrom('a', 'b', 'Length', 'Count', '__proto__');
const step = fc.oneof(name, fc.constant(EACH));
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 1.5, '', 'text with "quotes"'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
  ),
})).value;
const paths = fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 5 });

describe('a path of a JSON text', () => {
  it.each<[string[], string | undefined]>([
    [['L', 'Count'], '2'],
    [['L', EACH, 'Count'], '[5,1]'],
    [['L', EACH, 'T', EACH], '[["x"]]'],
    [['L', EACH], '[{"Count":5,"T":["x"]},{"Count":1}]'],
    [['L', EACH, 'T', 'Count'], '[1]'],
    [['O', EACH, 'Count'], '1'],
    [['N', EACH, 'a'], undefined],
  ])('%j leads to the elements of an array, or to its size', (path, expected) => {
    const json = Buffer.from('{"L":[{"Count":5,"T":["x"]},{"Count":1}],"O":{"a":1},"N":null}');
    expect(jsonAt(json, path)?.toString('utf8')).toBe(expected);
  });
});

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
