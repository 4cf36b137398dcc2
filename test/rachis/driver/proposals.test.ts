import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { RaftCore } from '../../../node/rachis/core/raft-core.ts';
import { Proposals } from '../../../node/rachis/driver/proposals.ts';
import { WAITING_COMMANDS_MAX } from '../../../node/rachis/limits.ts';
import { RetryError } from '../../../node/rachis/rachis-error.ts';

const COMMAND = new Uint8Array(3);

/** Appends from this index on, in this term. */
function appendingAt(firstIndex: number, term = 1): RaftCore {
  return { propose: () => ({ accepted: true, firstIndex, term }) } as unknown as RaftCore;
}

function entry(index: number, term = 1): Entry {
  return { index, term, kind: 'command', data: COMMAND };
}

function results(entries: readonly Entry[]): string[] {
  return entries.map(({ index }) => `result of ${index}`);
}

/** Proposes so many, which the core puts from this index on. */
function propose(proposals: Proposals, count: number, firstIndex: number, term = 1) {
  const added = Array.from({ length: count }, () => proposals.add(COMMAND));
  proposals.flush(appendingAt(firstIndex, term), (data) => data);
  return added;
}

describe('proposals', () => {
  it('are settled by the entry of their index, in whatever slices these are applied', async () => {
    const proposals = new Proposals();
    const first = propose(proposals, 3, 5);
    // Two entries that nobody proposed here are between them.
    const second = propose(proposals, 2, 10);
    for (const slice of [[3, 4, 5], [6], [7, 8, 9, 10], [11, 12]]) {
      const entries = slice.map((index) => entry(index));
      proposals.settle(entries, results(entries));
    }
    expect(await Promise.all([...first, ...second])).toEqual(
      [5, 6, 7, 10, 11].map((index) => ({ index, result: `result of ${index}` })),
    );
  });

  it('of a place in which another leader wrote are to be made again, and those behind it go on', async () => {
    const proposals = new Proposals();
    const [lost, kept] = propose(proposals, 2, 5, 3);
    const outcome = expect(lost).rejects.toThrow(RetryError);
    const entries = [entry(5, 4), entry(6, 3)];
    proposals.settle(entries, results(entries));
    await outcome;
    expect(await kept).toEqual({ index: 6, result: 'result of 6' });
  });

  it('that wait when leadership is lost are told so, appended or not, and no entry settles them any more', async () => {
    const proposals = new Proposals();
    const appended = propose(proposals, 1, 5);
    const gathered = proposals.add(COMMAND);
    const lost = new RetryError('lost');
    const outcomes = Promise.allSettled([...appended, gathered]);
    proposals.abandon(lost);
    proposals.settle([entry(5)], ['too late']);
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: lost },
      { status: 'rejected', reason: lost },
    ]);
    // The next term begins below what was appended.
    const [next] = propose(proposals, 1, 4, 2);
    proposals.settle([entry(4, 2)], ['applied']);
    expect(await next).toEqual({ index: 4, result: 'applied' });
  });

  it('are bounded in number, and those that are settled count no more', async () => {
    const proposals = new Proposals();
    const all = propose(proposals, WAITING_COMMANDS_MAX, 1);
    await expect(proposals.add(COMMAND)).rejects.toThrow('commands wait for their outcome already');
    proposals.settle([entry(1)], ['applied']);
    await all[0];
    const [late] = propose(proposals, 1, WAITING_COMMANDS_MAX + 1);
    await expect(proposals.add(COMMAND)).rejects.toThrow('commands wait for their outcome already');
    const outcome = expect(late).rejects.toThrow('the end');
    const others = Promise.allSettled(all);
    proposals.abandon(new Error('the end'));
    await outcome;
    await others;
  });
});
