import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  hasQuorum,
  majority,
  quorumIndex,
  type VoteResult,
  type Voters,
  voteResult,
} from '../../../node/rachis/core/quorum.ts';

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const someIds = fc.subarray(ids);
const voters: fc.Arbitrary<Voters> = fc.record({ incoming: someIds, outgoing: someIds });
const matches = fc.array(fc.nat(6), { minLength: ids.length, maxLength: ids.length });
const ballots = fc.array(fc.constantFrom(true, false, undefined), {
  minLength: ids.length,
  maxLength: ids.length,
});

/** More than half of a side that exists; a cluster without members can decide nothing. */
function naiveQuorum({ incoming, outgoing }: Voters, agree: ReadonlySet<string>): boolean {
  const isMajority = (side: readonly string[]) => 2 * side.filter((id) => agree.has(id)).length > side.length;
  return isMajority(incoming) && (outgoing.length === 0 || isMajority(outgoing));
}

test('the quorum index is the highest index that a quorum of every side has reached', () => {
  fc.assert(
    fc.property(voters, matches, (some, indexes) => {
      const matchOf = (id: string) => indexes[ids.indexOf(id)] ?? 0;
      let naive = 0;
      for (let index = 1; index <= 6; index++) {
        if (naiveQuorum(some, new Set(ids.filter((id) => matchOf(id) >= index)))) naive = index;
      }
      expect(quorumIndex(some, matchOf)).toBe(naive);
    }),
  );
});

test('a quorum is a majority of every side, and of no members there is none', () => {
  fc.assert(
    fc.property(voters, someIds, (some, agreeing) => {
      const agree = new Set(agreeing);
      expect(hasQuorum(some, (id) => agree.has(id))).toBe(naiveQuorum(some, agree));
    }),
  );
  expect(hasQuorum({ incoming: [], outgoing: [] }, () => true)).toBe(false);
  expect(quorumIndex({ incoming: [], outgoing: [] }, () => 9)).toBe(0);
  expect(voteResult({ incoming: [], outgoing: [] }, new Map([['a', true]]))).toBe('lost');
});

test('an election is won by a quorum of grants, and lost once no further answers can make one', () => {
  fc.assert(
    fc.property(voters, ballots, (some, answers) => {
      const votes = new Map<string, boolean>();
      ids.forEach((id, position) => {
        const answer = answers[position];
        if (answer !== undefined) votes.set(id, answer);
      });
      const granted = new Set(ids.filter((id) => votes.get(id) === true));
      const possible = new Set(ids.filter((id) => votes.get(id) !== false));
      const naive: VoteResult = naiveQuorum(some, granted)
        ? 'won'
        : naiveQuorum(some, possible)
          ? 'pending'
          : 'lost';
      expect(voteResult(some, votes)).toBe(naive);
    }),
  );
});

test('any two quorums of one configuration share a voter', () => {
  fc.assert(
    fc.property(voters, someIds, someIds, (some, left, right) => {
      const isQuorum = (side: readonly string[]) => hasQuorum(some, (id) => side.includes(id));
      fc.pre(isQuorum(left) && isQuorum(right));
      expect(left.some((id) => right.includes(id))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a majority is the smallest number of which two sets must overlap', () => {
  for (let count = 1; count < 20; count++) {
    expect(2 * majority(count)).toBeGreaterThan(count);
    expect(2 * (majority(count) - 1)).toBeLessThanOrEqual(count);
  }
});
