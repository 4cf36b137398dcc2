import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileWildcards } from '../../node/documents/wildcard.ts';

it('wildcards match as the same pattern written as a regular expression does', () => {
  const piece = fc.constantFrom('a', 'B', '*', '?', '|');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', 'A', 'c'), { maxLength: 8 }),
      (pattern, letters) => {
        const patterns = pattern.join('');
        const text = letters.join('');
        const expected = patterns
          .split('|')
          .filter((one) => one !== '')
          .some((one) => new RegExp(`^${one.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(text));
        expect(compileWildcards(patterns)(text)).toBe(expected);
      },
    ),
  );
});
