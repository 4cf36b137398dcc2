import { describe, expect, it } from 'vitest';
import { isFilledByOthers, mentorOf, replicationTargets } from '../../node/landlord/placement.ts';

const topology = { Members: ['A', 'B', 'C'], Promotables: ['D'], Rehabs: ['E'] };

describe('replicationTargets', () => {
  it('is a full mesh of members and rehabs', () => {
    expect(replicationTargets('shop', { ...topology, Promotables: [] }, 'A')).toEqual(['B', 'C', 'E']);
    expect(replicationTargets('shop', { ...topology, Promotables: [] }, 'E')).toEqual(['A', 'B', 'C']);
  });

  it('fills a promotable from exactly one member, the same one on every node and for every casing', () => {
    const fillers = ['A', 'B', 'C', 'E'].filter((tag) =>
      replicationTargets('shop', topology, tag).includes('D'),
    );
    expect(fillers).toEqual([mentorOf('SHOP', topology, 'D')]);
  });

  it('lets a promotable send what it was given to every member', () => {
    expect(replicationTargets('shop', topology, 'D')).toEqual(['A', 'B', 'C', 'E']);
  });

  it('has another mentor when the mentor is no member any more', () => {
    const mentor = mentorOf('shop', topology, 'D') as string;
    const without = { ...topology, Members: topology.Members.filter((tag) => tag !== mentor) };
    expect(without.Members).toContain(mentorOf('shop', without, 'D'));
    expect(mentorOf('shop', { ...topology, Members: [] }, 'D')).toBeUndefined();
  });

  it('has the mentor that was named for a promotable, as long as that is a member', () => {
    for (const named of topology.Members) {
      expect(mentorOf('shop', { ...topology, PredefinedMentors: { D: named } }, 'D')).toBe(named);
    }
    expect(mentorOf('shop', { ...topology, PredefinedMentors: { D: 'E' } }, 'D')).toBe(
      mentorOf('shop', topology, 'D'),
    );
  });
});

describe('a copy that is being filled', () => {
  it('has all others keep their tombstones until it is a member: the mentor by what it sends, the others all of them', () => {
    const holders = ['A', 'B', 'C', 'E'].filter((tag) => isFilledByOthers('shop', topology, tag));
    expect([...holders, mentorOf('shop', topology, 'D')].sort()).toEqual(['A', 'B', 'C', 'E']);
    expect(isFilledByOthers('shop', topology, 'D')).toBe(false);
    expect(isFilledByOthers('shop', { ...topology, Promotables: ['D', 'F'] }, 'D')).toBe(true);
    expect(isFilledByOthers('shop', { ...topology, Promotables: [] }, 'A')).toBe(false);
  });

  it('gets nothing, and holds nothing, while it is one that is not trusted any more', () => {
    const expired = { ...topology, NodesExpiredAt: { D: '2026-01-01T00:00:00.000Z' } };
    for (const tag of ['A', 'B', 'C', 'E']) {
      expect(replicationTargets('shop', expired, tag)).not.toContain('D');
      expect(isFilledByOthers('shop', expired, tag)).toBe(false);
    }
  });
});
