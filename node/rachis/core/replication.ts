import type { CoreState } from './core-state.ts';
import { entryBytes, type NodeId } from './entry.ts';
import type { Leadership } from './leadership.ts';
import type { Heartbeat, SnapshotMetadata } from './message.ts';
import type { Progress } from './progress.ts';

/** Sends every peer the entries that its window allows. */
export function sendPending(state: CoreState, leadership: Leadership): void {
  for (const [peer, progress] of leadership.peers) sendEntries(state, peer, progress);
}

/** Whether a peer could go on by what it was not told yet to be committed. */
export function hasUntoldCommit(state: CoreState, leadership: Leadership): boolean {
  for (const progress of leadership.peers.values()) if (isUntold(state, progress)) return true;
  return false;
}

/** Tells the peers that were not told yet what is committed. */
export function tellCommit(state: CoreState, leadership: Leadership): void {
  for (const [peer, progress] of leadership.peers) {
    // Once a peer that was removed has answered, it is fed no more.
    const wantsReply = progress.removedByIndex !== null;
    if (isUntold(state, progress)) sendHeartbeat(state, peer, progress, { readContext: 0, wantsReply });
  }
}

function isUntold(state: CoreState, progress: Progress): boolean {
  return usableCommit(state, progress) > progress.sentCommit;
}

/** What the peer has acknowledged it holds; a higher commit index could cover entries of its own that differ. */
function usableCommit(state: CoreState, progress: Progress): number {
  return Math.min(progress.match, state.commit);
}

export function sendHeartbeats(state: CoreState, leadership: Leadership): void {
  const readContext = leadership.reads.currentRoundId;
  for (const [peer, progress] of leadership.peers) {
    sendHeartbeat(state, peer, progress, { readContext, wantsReply: true });
  }
}

/**
 * Empty, at the sending position: its answer says whether what was sent before has arrived. Where that position is
 * compacted away, the peer is probed anew instead.
 */
export function sendCheck(state: CoreState, peer: NodeId, progress: Progress): void {
  const previousTerm = state.log.termAt(progress.next - 1);
  if (previousTerm === undefined) progress.becomeProbe(state.tick);
  else sendAppend(state, peer, progress, previousTerm, false);
}

function sendEntries(state: CoreState, peer: NodeId, progress: Progress): void {
  while (progress.state !== 'snapshot') {
    if (progress.state === 'probe' && progress.isProbeSent) return;
    if (progress.state === 'replicate' && (progress.next > state.log.lastIndex || progress.inflight.isFull)) {
      return;
    }
    const previousTerm = state.log.termAt(progress.next - 1);
    if (previousTerm === undefined) {
      sendSnapshot(state, peer, progress);
      return;
    }
    sendAppend(state, peer, progress, previousTerm, true);
  }
}

function sendAppend(
  state: CoreState,
  peer: NodeId,
  progress: Progress,
  previousTerm: number,
  withEntries: boolean,
): void {
  const { log, limits } = state;
  const previousIndex = progress.next - 1;
  const entries =
    withEntries && progress.next <= log.lastIndex
      ? log.slice(progress.next, log.lastIndex, limits.entriesPerAppendMax, limits.bytesPerAppendMax)
      : [];
  const lastIndex = previousIndex + entries.length;
  state.outbox.send({
    type: 'AppendEntries',
    from: state.id,
    to: peer,
    term: state.term,
    previousIndex,
    previousTerm,
    entries,
    leaderCommit: state.commit,
  });
  progress.sentCommit = Math.max(progress.sentCommit, Math.min(state.commit, lastIndex));
  if (progress.state === 'probe') {
    progress.isProbeSent = true;
  } else if (entries.length > 0) {
    if (progress.inflight.count === 0) progress.lastMoveTick = state.tick;
    let bytes = 0;
    for (const entry of entries) bytes += entryBytes(entry);
    progress.inflight.add(lastIndex, bytes);
    progress.next = lastIndex + 1;
  }
}

function sendHeartbeat(
  state: CoreState,
  peer: NodeId,
  progress: Progress,
  purpose: Pick<Heartbeat, 'readContext' | 'wantsReply'>,
): void {
  const leaderCommit = usableCommit(state, progress);
  progress.sentCommit = Math.max(progress.sentCommit, leaderCommit);
  state.outbox.send({
    type: 'Heartbeat',
    from: state.id,
    to: peer,
    term: state.term,
    leaderCommit,
    ...purpose,
  });
}

/** The entries that the peer needs are compacted away. Only to a peer that answers: carrying it is expensive. */
function sendSnapshot(state: CoreState, peer: NodeId, progress: Progress): void {
  const isAlive = progress.hasReplied && state.tick - progress.lastReplyTick < state.electionTimeoutTicks;
  const snapshot = isAlive && progress.removedByIndex === null ? snapshotAt(state, state.applied) : null;
  if (snapshot === null) {
    progress.becomeProbe(state.tick);
    progress.isProbeSent = true;
    return;
  }
  progress.becomeSnapshot(snapshot.index, state.tick);
  state.outbox.send({ type: 'InstallSnapshot', from: state.id, to: peer, term: state.term, snapshot });
}

/** `null` when the log doesn't reach there any more, or has no configuration. */
export function snapshotAt(state: CoreState, index: number): SnapshotMetadata | null {
  const term = state.log.termAt(index);
  const configuration = state.configurations.at(index);
  return term === undefined || configuration === null ? null : { index, term, configuration };
}
