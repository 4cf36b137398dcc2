import { describe, expect, it } from 'vitest';
import { mentorOf, replicationTargets } from '../../node/landlord/placement.ts';

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
