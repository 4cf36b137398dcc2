import { expect, test } from 'vitest';
import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import { RachisInvariantError, RachisRestoreError } from '../../../node/rachis/core/invariant.ts';
import type { AppendEntries, Message } from '../../../node/rachis/core/message.ts';
import { RaftCore } from '../../../node/rachis/core/raft-core.ts';
import type { RestoredState } from '../../../node/rachis/core/restored-state.ts';

const configuration: Configuration = {
  clusterId: 'tested',
  nodes: ['a', 'b', 'c'].map((id) => ({
    id,
    tag: id.toUpperCase(),
    url: '',
    tcpAddress: '',
    role: 'member',
  })),
  outgoingMembers: [],
  lastTag: 'C',
};

function noop(index: number, term: number): Entry {
  return { kind: 'noop', index, term };
}

function restored(entries: readonly Entry[], term: number, appliedIndex = 1): RestoredState {
  return {
    hardState: { term, votedFor: null },
    snapshot: { index: 1, term: 1, configuration },
    entries,
    appliedIndex,
  };
}

function start(state: RestoredState): RaftCore {
  const core = new RaftCore({ id: 'a', electionTimeoutTicks: 10, heartbeatTicks: 3, random: () => 0 }, state);
  core.takeReady();
  return core;
}

function append(
  from: string,
  term: number,
  previous: readonly [number, number],
  entries: readonly Entry[],
  leaderCommit = 1,
): AppendEntries {
  const [previousIndex, previousTerm] = previous;
  return { type: 'AppendEntries', from, to: 'a', term, previousIndex, previousTerm, entries, leaderCommit };
}

function sent(core: RaftCore): readonly Message[] {
  return core.takeReady()?.messages ?? [];
}

test('an acknowledged write that was overwritten and written back does not count before its last write (ABA)', () => {
  const core = start(restored([], 1));
  core.step(append('b', 2, [1, 1], [noop(2, 2)]));
  expect(core.takeReady()?.persist?.ticket).toBe(1);
  core.step(append('c', 3, [1, 1], [noop(2, 3)]));
  expect(core.takeReady()?.persist?.ticket).toBe(2);
  core.step(append('b', 4, [1, 1], [noop(2, 2)]));
  expect(core.takeReady()?.persist?.ticket).toBe(3);

  // The disk holds 2/2 now, as the log does; but the write of 2/3 is still to come.
  core.persisted(1);
  expect(core.status().stable).toBe(1);
  expect(sent(core)).toEqual([]);
  core.persisted(2);
  expect(sent(core)).toEqual([]);
  core.persisted(3);
  expect(sent(core)).toMatchObject([
    { type: 'AppendEntriesReply', to: 'b', term: 4, success: true, matchIndex: 2 },
  ]);
});

test('a follower commits only what an append has confirmed, not its own tail behind it', () => {
  const core = start(restored([noop(2, 1), noop(3, 2)], 2));
  core.step(append('b', 3, [1, 1], [noop(2, 1)], 3));
  expect(core.commitIndex).toBe(2);
});

test('a wiped node does not take what is meant for its former identity', () => {
  const core = start(restored([], 1));
  core.step({ ...append('b', 5, [1, 1], [noop(2, 5)]), to: 'a-before-the-wipe' });
  expect(core.takeReady()).toBeNull();
  expect(core.term).toBe(1);
});

test('a node that lost what it had acknowledged stops instead of guessing', () => {
  const core = start(restored([], 1));
  expect(() =>
    core.step({
      type: 'Heartbeat',
      from: 'b',
      to: 'a',
      term: 2,
      leaderCommit: 7,
      readContext: 0,
      wantsReply: true,
    }),
  ).toThrow(RachisInvariantError);
});

test('an entry that differs from a committed one stops the node', () => {
  const core = start(restored([noop(2, 2), noop(3, 2)], 2, 2));
  core.step(append('b', 3, [1, 1], [noop(2, 3)]));
  // Below the commit index a leader's log can't differ: what is committed is acknowledged, and nothing is rewritten.
  expect(core.takeReady()?.persist?.entries).toEqual([]);
  core.step(append('b', 3, [2, 2], [noop(3, 2)], 3));
  expect(() => core.step(append('b', 3, [3, 2], [{ ...noop(3, 3) }]))).toThrow(RachisInvariantError);
});

test('an old snapshot does not take a node back', () => {
  const core = start(restored([noop(2, 2), noop(3, 2)], 2, 3));
  core.compact(3);
  core.step({
    type: 'InstallSnapshot',
    from: 'b',
    to: 'a',
    term: 2,
    snapshot: { index: 2, term: 2, configuration },
  });
  const ready = core.takeReady();
  expect(ready?.persist ?? null).toBeNull();
  expect(ready?.messages).toMatchObject([{ type: 'InstallSnapshotReply', success: true, lastLogIndex: 3 }]);
  expect(core.commitIndex).toBe(3);
});

test.each([
  ['a gap in the log', restored([noop(3, 1)], 1)],
  ['a log newer than its term', restored([noop(2, 5)], 1)],
  ['a state machine ahead of its log', restored([noop(2, 1)], 1, 9)],
])('a core does not start on %s', (_, state) => {
  expect(() => start(state)).toThrow(RachisRestoreError);
});

test('a node applies only what is on its own disk, however long it has been committed', () => {
  const core = start(restored([], 1));
  core.step(append('b', 2, [1, 1], [noop(2, 2)], 2));
  const ready = core.takeReady();
  expect(core.commitIndex).toBe(2);
  expect(ready?.committed).toEqual([]);
  core.persisted(ready?.persist?.ticket ?? 0);
  expect(core.takeReady()?.committed).toEqual([noop(2, 2)]);
});
