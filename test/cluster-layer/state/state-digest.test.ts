import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StateDigest } from '../../../node/cluster/state/state-digest.ts';
import type { StateEntry } from '../../../node/cluster/state/state-transaction.ts';

const digestOf = (state: ReadonlyMap<string, unknown>) =>
  new StateDigest(state).value((key) => state.get(key));

const entry = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.jsonValue(), { nil: undefined }));

describe('the digest of a state', () => {
  it('is that of its entries, whatever they were before, in whatever order, and whenever it was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.boolean())), (steps) => {
        const state = new Map<string, unknown>();
        const digest = new StateDigest([]);
        for (const [[key, value], isAsked] of steps) {
          if (value === undefined) state.delete(key);
          else state.set(key, value);
          digest.changed(key);
          if (isAsked) digest.value((name) => state.get(name));
        }
        const reversed = new Map([...state].reverse());
        expect(digest.value((key) => state.get(key))).toBe(digestOf(reversed));
      }),
    );
  });

  it('is another one for another value, another key, one entry more and one less', () => {
    const base: StateEntry[] = [
      ['record/shop', { etag: 1, record: { LockMode: 'Unlock' } }],
      ['node/A', { zone: null }],
    ];
    const others: StateEntry[][] = [
      base.slice(1),
      [...base, ['node/B', { zone: null }]],
      [['record/shop', { etag: 2, record: { LockMode: 'Unlock' } }], ...base.slice(1)],
      [['record/shops', base[0]?.[1]], ...base.slice(1)],
      [],
    ];
    const digests = [base, ...others].map((entries) => digestOf(new Map(entries)));
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests.every((digest) => /^[0-9a-f]{16}$/.test(digest))).toBe(true);
  });
});
