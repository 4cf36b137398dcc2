import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLinearizable, type RegisterOperation } from './linearizability.ts';

const read = (startMs: number, endMs: number, seen: string | null): RegisterOperation => ({
  kind: 'read',
  startMs,
  endMs,
  seen,
});
const set = (
  startMs: number,
  endMs: number,
  expected: string | null,
  written: string,
): RegisterOperation => ({
  kind: 'set',
  startMs,
  endMs,
  expected,
  written,
});
const refused = (
  startMs: number,
  endMs: number,
  expected: string | null,
  seen: string,
): RegisterOperation => ({
  kind: 'refused',
  startMs,
  endMs,
  expected,
  seen,
});

describe('isLinearizable', () => {
  it.each<[what: string, history: RegisterOperation[], is: boolean]>([
    ['nothing', [], true],
    ['a read after a write', [set(0, 1, null, 'a'), read(2, 3, 'a')], true],
    ['a stale read', [set(0, 1, null, 'a'), set(2, 3, 'a', 'b'), read(4, 5, 'a')], false],
    [
      'a read during a write, of either value',
      [set(0, 1, null, 'a'), set(2, 9, 'a', 'b'), read(3, 4, 'a')],
      true,
    ],
    [
      'the old value after somebody saw the new one',
      [set(0, 1, null, 'a'), set(2, 9, 'a', 'b'), read(3, 4, 'b'), read(5, 6, 'a')],
      false,
    ],
    ['two sets from one value', [set(0, 1, null, 'a'), set(2, 9, 'a', 'b'), set(2, 9, 'a', 'c')], false],
    ['a set that was lost', [set(0, 1, null, 'a'), read(2, 3, null)], false],
    ['a set of which nobody knows, not seen', [set(0, Infinity, null, 'a'), read(2, 3, null)], true],
    [
      'a set of which nobody knows, seen late',
      [set(0, Infinity, null, 'a'), read(2, 3, null), read(4, 5, 'a')],
      true,
    ],
    [
      'one of which nobody knows, seen and gone again',
      [set(0, Infinity, null, 'a'), read(2, 3, 'a'), read(4, 5, null)],
      false,
    ],
    ['a refusal by what was there', [set(0, 1, null, 'a'), refused(2, 3, null, 'a')], true],
    ['a refusal of what was there', [set(0, 1, null, 'a'), refused(2, 3, 'a', 'a')], false],
  ])('judges %s', (_, history, is) => {
    expect(isLinearizable(history)).toBe(is);
  });

  it('takes every history that a real register made, and none of which a read is another value', () => {
    const step = fc.record({ kind: fc.constantFrom('read', 'set'), before: fc.nat(9), after: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(), (steps, pick) => {
        let value: string | null = null;
        const history = steps.map(({ kind, before, after }, at): RegisterOperation => {
          // Takes effect at 10 * at, somewhere in between.
          const times = [at * 10 - before * 3, at * 10 + after * 3 + 1] as const;
          if (kind === 'read') return read(...times, value);
          const expected = value;
          value = `v${at}`;
          return set(...times, expected, value);
        });
        expect(isLinearizable(history)).toBe(true);
        const reads = history.flatMap(({ kind }, at) => (kind === 'read' ? [at] : []));
        const wrong = reads[pick % Math.max(1, reads.length)];
        if (wrong === undefined) return;
        const changed = history.map((one, at) => (at === wrong ? { ...one, seen: 'never written' } : one));
        expect(isLinearizable(changed)).toBe(false);
      }),
    );
  });
});
