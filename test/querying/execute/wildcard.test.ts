import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wildcardTest } from '../../../node/querying/execute/wildcard.ts';
import { wildcardParts } from '../../../node/querying/plan/lucene/lucene-scanner.ts';

describe('a word with wildcards', () => {
  it('matches what the regular expression of the same meaning matches', () => {
    const letters = (...more: readonly string[]) =>
      fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é', ...more), maxLength: 8 });
    fc.assert(
      fc.property(letters('*', '?', '\\*'), letters('*'), (pattern, text) => {
        const source = pattern
          .split(/(\\\*|[*?])/)
          .map(
            (part) =>
              ({ '*': '.*', '?': '.', '\\*': '\\*', '.': '\\.' })[part] ?? part.replaceAll('.', '\\.'),
          )
          .join('');
        expect(wildcardTest(wildcardParts(pattern))(text)).toBe(new RegExp(`^${source}$`, 'su').test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no longer for many stars than the product of the lengths', () => {
    const matches = wildcardTest(wildcardParts(`${'*a'.repeat(400)}*b`));
    expect(matches('a'.repeat(500))).toBe(false);
    expect(matches(`${'a'.repeat(500)}b`)).toBe(true);
  });
});
