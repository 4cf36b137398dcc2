import { describe, expect, it } from 'vitest';
import type { RecordView } from '../../node/landlord/cluster-view.ts';
import { type Departure, depart, type LeavingCopy } from '../../node/landlord/departure.ts';
import { handOver } from '../../node/landlord/hand-over.ts';
import { silentLogger } from '../../node/observability/logger.ts';

const ID = 'a'.repeat(22);

function viewWith(members: readonly string[]): RecordView {
  const Topology = { Members: members, Rehabs: [], Promotables: [] };
  return { record: { DatabaseName: 'shop', Topology } } as unknown as RecordView;
}

/** A departure from a group, and what becomes of the files. */
async function leave(
  copy: Partial<LeavingCopy> | null,
  members: readonly string[],
  isHard = true,
  isDurable = true,
) {
  const done: string[] = [];
  const departure: Departure = {
    view: viewWith(members),
    tag: 'C',
    isHard,
    loaded:
      copy === null
        ? null
        : { handOver: async () => 7, writtenEtag: 7, close: async () => void done.push('closed'), ...copy },
    open: async () => null,
    isStopping: () => false,
    folders: {
      delete: async () => void done.push('deleted'),
      keep: async () => void done.push('kept'),
      quarantine: async () => {
        done.push('set aside');
        return 'aside';
      },
    },
    cluster: {
      recordsDurable: async () => {
        if (!isDurable) throw new Error('the disk is full');
      },
      confirmDeletion: async () => void done.push('confirmed'),
    },
    logger: silentLogger,
  };
  await depart(departure).catch((error: unknown) => done.push(String(error)));
  return done;
}

describe('a copy that leaves', () => {
  it('is deleted when another one has what was written here', async () => {
    expect(await leave({}, ['A'])).toEqual(['closed', 'deleted', 'confirmed']);
    expect(await leave({}, ['A'], false)).toEqual(['closed', 'set aside', 'confirmed']);
  });

  it('is set aside when nobody has it in time, or it can not be opened', async () => {
    expect(await leave({ handOver: async () => null }, ['A'])).toEqual(['closed', 'set aside', 'confirmed']);
    expect(await leave(null, ['A'])).toEqual(['set aside', 'confirmed']);
  });

  it('is set aside when a request that was under way has written after all was handed over', async () => {
    expect(await leave({ writtenEtag: 8 }, ['A'])).toEqual(['closed', 'set aside', 'confirmed']);
  });

  it('stays where it is while a crash may still take the order back', async () => {
    expect(await leave({}, ['A'], true, false)).toEqual(['closed', 'Error: the disk is full']);
    expect(await leave({}, [], true, false)).toEqual(['closed', 'Error: the disk is full']);
  });

  it('hands over nothing when it is the last', async () => {
    expect(await leave({ handOver: () => Promise.reject(new Error('to nobody')) }, [])).toEqual([
      'closed',
      'deleted',
      'confirmed',
    ]);
    expect(await leave({}, [], false)).toEqual(['closed', 'kept', 'confirmed']);
  });
});

describe('handing over', () => {
  /** A database in which one write is accepted and not durable yet, and what was waited for. */
  function database(isWritable = true) {
    const state = { id: ID, changeVector: `C:7-${ID}` };
    const execute = async () => {
      if (!isWritable) throw new Error('the disk is full');
      state.changeVector = `C:8-${ID}`;
      return null as never;
    };
    return Object.assign(state, { execute });
  }

  it('takes in what is accepted and not durable yet', async () => {
    const asked: string[] = [];
    const replication = {
      waitForReplication: async (changeVector: string) => {
        asked.push(changeVector);
        return 1;
      },
    };
    expect(await handOver(database(), replication, 1000)).toBe(8);
    expect(asked).toEqual([`C:8-${ID}`]);
  });

  it('goes on when the storage can not be written, and tells when nobody has it in time', async () => {
    expect(await handOver(database(false), { waitForReplication: async () => 1 }, 1000)).toBe(7);
    expect(await handOver(database(), { waitForReplication: async () => 0 }, 1000)).toBe(null);
  });

  it('of an empty copy needs nobody', async () => {
    const empty = { id: ID, changeVector: '', execute: async () => null as never };
    expect(await handOver(empty, { waitForReplication: async () => 0 }, 1000)).toBe(0);
  });
});
