import type { CoreState } from './core-state.ts';
import { advanceCommit, sendTransfer } from './leader.ts';
import type { Leadership } from './leadership.ts';
import type { AppendEntriesReply, HeartbeatReply, InstallSnapshotReply } from './message.ts';
import type { Progress } from './progress.ts';
import { sendCheck } from './replication.ts';

export function handleAppendEntriesReply(state: CoreState, message: AppendEntriesReply): void {
  const peer = replyingPeer(state, message);
  if (peer === null) return;
  if (message.success) acknowledge(state, peer, message.matchIndex);
  else {
    const hint =
      message.hintTerm > 0
        ? state.log.lastPositionAtOrBelowTerm(message.hintIndex, message.hintTerm).index
        : message.hintIndex;
    peer.progress.refused(message.matchIndex, hint, state.tick);
  }
}

export function handleInstallSnapshotReply(state: CoreState, message: InstallSnapshotReply): void {
  const peer = replyingPeer(state, message);
  if (peer === null) return;
  if (message.success) acknowledge(state, peer, message.lastLogIndex);
  else if (peer.progress.state === 'snapshot') peer.progress.snapshotFailed(state.tick);
}

export function handleHeartbeatReply(state: CoreState, message: HeartbeatReply): void {
  const peer = replyingPeer(state, message);
  if (peer === null) return;
  const { leadership, progress } = peer;
  if (message.readContext > 0) {
    leadership.reads.confirm(message.from, message.readContext);
    answerReads(state, leadership);
  }
  if (progress.state === 'probe') progress.isProbeSent = false;
  else if (progress.state === 'replicate') recoverFromLoss(state, progress, message);
}

/** Gives their index to the reads whose round a quorum has confirmed. */
export function answerReads(state: CoreState, leadership: Leadership): void {
  for (const round of leadership.reads.takeConfirmed(state.configurations.voters, state.id)) {
    for (const context of round.contexts) state.readStates.push({ context, index: round.index });
  }
}

interface ReplyingPeer {
  readonly leadership: Leadership;
  readonly progress: Progress;
}

/** `null` when the reply is for nobody: this node does not lead, or does not feed the sender. */
function replyingPeer(state: CoreState, message: { readonly from: string }): ReplyingPeer | null {
  const { leadership } = state;
  const progress = leadership?.peers.get(message.from);
  if (leadership === null || progress === undefined) return null;
  progress.replied(state.tick);
  // Having answered after it was told, a removed peer knows.
  if (progress.removedByIndex !== null && progress.sentCommit >= progress.removedByIndex) {
    leadership.peers.delete(message.from);
  }
  return { leadership, progress };
}

function acknowledge(state: CoreState, { leadership, progress }: ReplyingPeer, index: number): void {
  // A match is with this leader's log, so it can't be longer; nothing that says otherwise is to be counted.
  if (index > state.log.lastIndex) return;
  const isNews = progress.matched(index, state.tick);
  progress.inflight.freeUpTo(index);
  if (progress.state === 'probe' || (progress.state === 'snapshot' && index + 1 >= state.log.firstIndex)) {
    progress.becomeReplicate(state.tick);
  }
  if (!isNews) return;
  advanceCommit(state, leadership);
  if (state.leadership === leadership) sendTransfer(state, leadership);
}

/** Nothing moved for two heartbeats although messages are on their way: find out which were lost. */
function recoverFromLoss(state: CoreState, progress: Progress, message: HeartbeatReply): void {
  if (progress.match >= state.log.lastIndex || progress.inflight.count === 0) return;
  if (state.tick - progress.lastMoveTick < 2 * state.heartbeatTicks) return;
  if (message.lastLogIndex < progress.next - 1) {
    progress.becomeProbe(state.tick);
  } else {
    // The peer seems to have it all: its answer was lost, or its disk is slow.
    progress.lastMoveTick = state.tick;
    sendCheck(state, message.from, progress);
  }
}
