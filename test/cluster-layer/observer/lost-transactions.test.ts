import { beforeEach, describe, expect, it } from 'vitest';
import { ABANDON_AFTER_MS } from '../../../node/cluster/limits.ts';
import { LostTransactionWatch, lostTransactions } from '../../../node/cluster/observer/lost-transactions.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import { Machine } from '../state/machine.ts';

const GROUP = 'GGGGGGGGGGGGGGGGGGGGGG';
const SPACE = 2;
let machine: Machine;

/** A database whose first three cluster transactions of four are forgotten. */
beforeEach(() => {
  machine = new Machine();
  const Topology = {
    Members: ['A', 'B'],
    DatabaseTopologyIdBase64: GROUP,
    ClusterTransactionIdBase64: 'CCCCCCCCCCCCCCCCCCCCCC',
  };
  machine.apply({ type: 'AddDatabase', record: { DatabaseName: 'shop', Topology }, expectedEtag: null });
  for (let at = 0; at < 4; at++) {
    const document = {
      type: 'PUT' as const,
      id: `d${at}`,
      document: '{}',
      changeVector: null,
      expires: null,
    };
    machine.apply({
      type: 'ClusterTransaction',
      database: 'shop',
      values: [],
      documents: [document],
      reads: [],
      hasGuards: true,
    });
  }
  machine.apply({ type: 'PruneTransactions', database: 'shop', space: SPACE, upTo: 3 });
});

const found = (counts: Record<string, number>, status: 'Loaded' | 'Faulted' = 'Loaded') => {
  const record = findRecord(machine.reader, 'shop')?.record;
  if (record === undefined) throw new Error('There is no record.');
  return lostTransactions(machine.reader, record, (tag) => {
    const count = counts[tag];
    return count === undefined ? undefined : { status, changeVector: `RAFT:${count}-${GROUP}` };
  });
};
const lost = (from: number) => ({
  type: 'AbandonTransactions',
  database: 'shop',
  space: SPACE,
  from,
  upTo: 3,
});

describe('documents of cluster transactions', () => {
  it.each([
    ['are lost when no copy has them', { A: 1, B: 0 }, lost(1)],
    ['are not, as long as one copy has them', { A: 3, B: 0 }, null],
    ['are not, while a copy is silent that may have them', { A: 0 }, null],
  ])('%s', (_, counts, expected) => {
    expect(found(counts)).toEqual(expected);
  });

  it('are not, while a copy does not open, or one is on its way out and hands over', () => {
    expect(found({ A: 0, B: 0 }, 'Faulted')).toBeNull();
    machine.apply({ type: 'DeleteDatabase', names: ['shop'], hardDelete: true, fromNodes: ['B'] });
    expect(found({ A: 0, B: 0 })).toBeNull();
  });

  it('are lost once', () => {
    const command = found({ A: 1, B: 1 });
    if (command === null) throw new Error('Nothing was found.');
    machine.apply(command);
    expect(found({ A: 1, B: 1 })).toBeNull();
  });
});

describe('the watch of what is lost', () => {
  const watch = new LostTransactionWatch();
  const isDue = (from: number | null, nowMs: number) =>
    watch.isDue('shop', from === null ? null : found({ A: from, B: from }), nowMs);

  it('waits until all copies have been without it for a while', () => {
    expect(isDue(1, 0)).toBe(false);
    expect(isDue(1, ABANDON_AFTER_MS - 1)).toBe(false);
    expect(isDue(2, ABANDON_AFTER_MS)).toBe(false);
    expect(isDue(null, ABANDON_AFTER_MS + 1)).toBe(false);
    expect(isDue(2, 2 * ABANDON_AFTER_MS)).toBe(false);
    expect(isDue(2, 3 * ABANDON_AFTER_MS)).toBe(true);
    watch.clear();
    expect(isDue(2, 4 * ABANDON_AFTER_MS)).toBe(false);
  });
});
