import type { CoreState } from './core-state.ts';
import type { Entry } from './entry.ts';
import { invariant } from './invariant.ts';
import type { AppendEntries, Heartbeat, InstallSnapshot } from './message.ts';

type LeaderTraffic = AppendEntries | Heartbeat | InstallSnapshot;

export function isLeaderTraffic(message: { readonly type: string }): message is LeaderTraffic {
  return (
    message.type === 'AppendEntries' || message.type === 'Heartbeat' || message.type === 'InstallSnapshot'
  );
}

/** A leader of an older term: tell it ours, so that a node whose term ran ahead is not shut out for ever. */
export function refuseOldLeader(state: CoreState, message: LeaderTraffic): void {
  const refusedIndex = message.type === 'AppendEntries' ? message.previousIndex : 0;
  state.outbox.sendWhenDurable(
    {
      type: 'AppendEntriesReply',
      from: state.id,
      to: message.from,
      term: state.term,
      success: false,
      matchIndex: refusedIndex,
      hintIndex: state.log.lastIndex,
      hintTerm: state.log.lastTerm,
    },
    0,
  );
}

export function handleLeaderTraffic(state: CoreState, message: LeaderTraffic): void {
  invariant(
    state.leadership === null,
    () => `${message.from} and ${state.id} both lead in term ${state.term}`,
  );
  const isNews = state.leader !== message.from || state.role !== 'Follower';
  if (isNews) state.becomeFollower(state.term, message.from, `follows ${message.from}`);
  state.electionElapsed = 0;
  if (message.type === 'AppendEntries') handleAppendEntries(state, message);
  else if (message.type === 'Heartbeat') handleHeartbeat(state, message);
  else handleInstallSnapshot(state, message);
}

function handleAppendEntries(state: CoreState, message: AppendEntries): void {
  if (message.previousIndex < state.commit) {
    // An old message: what is committed here matches the leader's log for certain.
    acceptAppend(state, message, state.commit);
    return;
  }
  if (state.log.termAt(message.previousIndex) !== message.previousTerm) {
    refuseAppend(state, message);
    return;
  }
  takeOver(state, message.entries);
  const lastIndex = message.previousIndex + message.entries.length;
  state.commitTo(Math.max(state.commit, Math.min(message.leaderCommit, lastIndex)));
  acceptAppend(state, message, lastIndex);
}

function handleHeartbeat(state: CoreState, message: Heartbeat): void {
  state.commitTo(message.leaderCommit);
  if (!message.wantsReply) return;
  state.outbox.sendWhenDurable(
    {
      type: 'HeartbeatReply',
      from: state.id,
      to: message.from,
      term: state.term,
      readContext: message.readContext,
      lastLogIndex: state.log.lastIndex,
    },
    0,
  );
}

/** The driver has received the content and installs it when it is asked to persist the snapshot. */
function handleInstallSnapshot(state: CoreState, message: InstallSnapshot): void {
  const { snapshot } = message;
  if (snapshot.index > state.commit) {
    if (state.log.termAt(snapshot.index) === snapshot.term) {
      // The log already has it all; only the commit index was behind.
      state.commitTo(snapshot.index);
    } else {
      state.log.restore({ index: snapshot.index, term: snapshot.term });
      state.configurations.restore(snapshot);
      state.durability.snapshotReceived(snapshot);
      state.handedOut = snapshot.index;
      state.commitTo(snapshot.index);
      state.refreshStanding();
    }
  }
  state.outbox.sendWhenDurable(
    {
      type: 'InstallSnapshotReply',
      from: state.id,
      to: message.from,
      term: state.term,
      success: true,
      lastLogIndex: state.commit,
    },
    state.commit,
  );
}

function takeOver(state: CoreState, entries: readonly Entry[]): void {
  const firstNew = entries.findIndex((entry) => state.log.termAt(entry.index) !== entry.term);
  if (firstNew < 0) return;
  const from = entries[firstNew]?.index ?? 0;
  invariant(
    from > state.commit,
    () => `a leader's entry at ${from} differs from the committed one (commit index ${state.commit})`,
  );
  if (from <= state.log.lastIndex) {
    state.log.truncateFrom(from);
    state.configurations.truncateFrom(from);
  }
  for (let position = firstNew; position < entries.length; position++) {
    const entry = entries[position];
    if (entry === undefined) break;
    state.log.append(entry);
    state.adoptConfiguration(entry);
  }
  state.durability.entriesChanged(from);
  state.refreshStanding();
}

function acceptAppend(state: CoreState, message: AppendEntries, matchIndex: number): void {
  state.outbox.sendWhenDurable(
    {
      type: 'AppendEntriesReply',
      from: state.id,
      to: message.from,
      term: state.term,
      success: true,
      matchIndex,
      hintIndex: 0,
      hintTerm: 0,
    },
    matchIndex,
  );
}

function refuseAppend(state: CoreState, message: AppendEntries): void {
  const hint = state.log.lastPositionAtOrBelowTerm(message.previousIndex, message.previousTerm);
  state.outbox.sendWhenDurable(
    {
      type: 'AppendEntriesReply',
      from: state.id,
      to: message.from,
      term: state.term,
      success: false,
      matchIndex: message.previousIndex,
      hintIndex: hint.index,
      hintTerm: hint.term,
    },
    0,
  );
}
