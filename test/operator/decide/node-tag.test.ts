import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordinalOfTag, tagOfOrdinal } from '../../../operator/decide/node-tag.ts';

describe('node tags', () => {
  it.each([
    [0, 'A'],
    [25, 'Z'],
    [26, 'ZA'],
    [51, 'ZZ'],
    [52, 'ZZA'],
    [100, 'ZZZW'],
  ])('give ordinal %i the tag %s, in the order in which RavenDB gives them out', (ordinal, tag) => {
    expect(tagOfOrdinal(ordinal)).toBe(tag);
  });

  it('are one to one with ordinals', () => {
    fc.assert(fc.property(fc.nat(103), (ordinal) => ordinalOfTag(tagOfOrdinal(ordinal)) === ordinal));
  });

  it('that no ordinal has are nobody’s: ?, RAFT, lower case, more than four letters', () => {
    expect(['?', 'RAFT', 'AB', 'a', '', 'ZZZZA'].map(ordinalOfTag)).toEqual(Array(6).fill(undefined));
    expect(() => tagOfOrdinal(104)).toThrow(RangeError);
  });
});
