import { expect, it } from 'vitest';
import type { DatabaseTopology } from '../../../node/cluster/database-record.ts';
import { WAITING_DOCUMENTS_MAX, WAITING_LENGTH_MAX } from '../../../node/cluster/limits.ts';
import { pruneTarget } from '../../../node/cluster/observer/prune-target.ts';

const GROUP = 'GGGGGGGGGGGGGGGGGGGGGG';
const topology = {
  Members: ['A', 'B', 'C'],
  Promotables: [] as string[],
  Rehabs: [] as string[],
  DatabaseTopologyIdBase64: GROUP,
} as unknown as DatabaseTopology;
const little = { space: 1, firstCount: 10, documents: 5, length: 100 };

const target = (counts: Record<string, number>, waiting = little, group = topology) =>
  pruneTarget(waiting, group, (tag) => {
    const count = counts[tag];
    if (count === undefined) return undefined;
    return {
      changeVector:
        count === 0 ? 'A:1-AAAAAAAAAAAAAAAAAAAAAA' : `RAFT:${count}-${GROUP}, A:99-AAAAAAAAAAAAAAAAAAAAAA`,
    };
  });

it.each([
  ['what every copy has', { A: 14, B: 12, C: 13 }, little, 12],
  ['nothing that one copy lacks', { A: 14, B: 9, C: 14 }, little, null],
  ['nothing while a copy is silent', { A: 14, C: 14 }, little, null],
  ['nothing while a copy has none', { A: 14, B: 0, C: 14 }, little, null],
  [
    'too many: what a majority has',
    { A: 14, C: 13 },
    { ...little, documents: WAITING_DOCUMENTS_MAX + 1 },
    13,
  ],
  ['too much: what a majority has', { A: 14, B: 11 }, { ...little, length: WAITING_LENGTH_MAX + 1 }, 11],
  [
    'too many, but one copy alone has them',
    { A: 14 },
    { ...little, documents: WAITING_DOCUMENTS_MAX + 1 },
    null,
  ],
])('forgets %s', (_, counts, waiting, expected) => {
  expect(target(counts, waiting)).toBe(expected);
});

it('waits for rehabs and promotables too', () => {
  const group = { ...topology, Members: ['A'], Rehabs: ['B'], Promotables: ['C'] };
  expect(target({ A: 14, B: 14 }, little, group)).toBeNull();
  expect(target({ A: 14, B: 14, C: 11 }, little, group)).toBe(11);
});

it('does not wait for a copy that is not trusted any more', () => {
  const group = { ...topology, Members: ['A', 'B'], Promotables: ['C'], NodesExpiredAt: { C: '2026-01-01' } };
  expect(target({ A: 14, B: 12 }, little, group)).toBe(12);
});
