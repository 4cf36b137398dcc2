import type { Configuration } from './configuration.ts';
import { leaveJointConfiguration } from './configuration-change.ts';
import type { CoreState } from './core-state.ts';
import { type Entry, entryBytes, type NodeId } from './entry.ts';
import { Leadership } from './leadership.ts';
import { Progress } from './progress.ts';
import { hasQuorum, isVoter, quorumIndex } from './quorum.ts';
import { ReadRounds } from './read-rounds.ts';
import { sendHeartbeats } from './replication.ts';

type EntryContent =
  | { readonly kind: 'noop' }
  | { readonly kind: 'command'; readonly data: Uint8Array }
  | { readonly kind: 'configuration'; readonly configuration: Configuration };

/** Won an election: leader-elect until an entry of the own term is committed. */
export function becomeLeaderElect(state: CoreState): void {
  const { limits, log } = state;
  const reads = new ReadRounds(limits.readsWaitingMax, limits.readRoundsMax);
  const leadership = new Leadership(log.lastIndex + 1, reads);
  for (let index = state.commit + 1; index <= log.lastIndex; index++) {
    const entry = log.entryAt(index);
    if (entry !== undefined) leadership.uncommittedBytes += entryBytes(entry);
  }
  state.candidacy = null;
  state.leadership = leadership;
  state.leader = state.id;
  state.role = 'LeaderElect';
  state.reason = `won the election of term ${state.term}`;
  followConfiguration(state, leadership);
  appendAsLeader(state, leadership, { kind: 'noop' });
}

export function appendAsLeader(state: CoreState, leadership: Leadership, content: EntryContent): Entry {
  const entry: Entry = { ...content, index: state.log.lastIndex + 1, term: state.term };
  state.log.append(entry);
  state.durability.entriesChanged(entry.index);
  leadership.uncommittedBytes += entryBytes(entry);
  if (state.adoptConfiguration(entry)) followConfiguration(state, leadership);
  return entry;
}

/** Commits what a quorum holds durably, if it is of the own term (Raft §5.4.2), and does what follows from it. */
export function advanceCommit(state: CoreState, leadership: Leadership): void {
  const from = state.commit;
  const index = quorumIndex(state.configurations.voters, (id) => matchOf(state, leadership, id));
  if (index <= from || state.log.termAt(index) !== state.term) return;
  state.commitTo(index);
  for (let at = from + 1; at <= index; at++) {
    const entry = state.log.entryAt(at);
    if (entry !== undefined) leadership.uncommittedBytes -= entryBytes(entry);
  }
  if (state.role === 'LeaderElect') {
    state.role = 'Leader';
    state.reason = `the first entry of term ${state.term} is committed`;
  }
  continueMembershipChange(state, leadership);
}

export function tickLeader(state: CoreState, leadership: Leadership): void {
  const isActive = (id: NodeId) => id === state.id || isPeerActive(state, leadership, id);
  if (!hasQuorum(state.configurations.voters, isActive)) {
    state.becomeFollower(state.term, null, 'lost contact with the quorum');
    return;
  }
  const { transfer } = leadership;
  if (transfer !== null && state.tick - transfer.startedTick >= state.electionTimeoutTicks) {
    leadership.transfer = null;
  }
  for (const [peer, progress] of leadership.peers) {
    if (state.tick >= progress.removalDeadlineTick) leadership.peers.delete(peer);
  }
  leadership.heartbeatElapsed++;
  if (leadership.heartbeatElapsed >= state.heartbeatTicks) {
    leadership.heartbeatElapsed = 0;
    sendHeartbeats(state, leadership);
    sendTransfer(state, leadership);
  }
}

/**
 * Tells a caught-up target to campaign; again with each heartbeat, since the message may be lost. In a joint phase the
 * entry that ends it is still to come: a target without it would lose the election to its absence.
 */
export function sendTransfer(state: CoreState, leadership: Leadership): void {
  const target = leadership.transfer?.target;
  if (target === undefined || state.configurations.isJoint) return;
  if (leadership.peers.get(target)?.match !== state.log.lastIndex) return;
  state.outbox.send({ type: 'TimeoutNow', from: state.id, to: target, term: state.term });
}

function matchOf(state: CoreState, leadership: Leadership, id: NodeId): number {
  // The leader is one voter among others: what it has not synced, it does not hold.
  if (id === state.id) return state.durability.stableIndex;
  return leadership.peers.get(id)?.match ?? 0;
}

function isPeerActive(state: CoreState, leadership: Leadership, id: NodeId): boolean {
  const progress = leadership.peers.get(id);
  return progress !== undefined && state.tick - progress.lastReplyTick < state.electionTimeoutTicks;
}

/** The peers that are fed follow the configuration in force; who left it is fed until it knows. */
function followConfiguration(state: CoreState, leadership: Leadership): void {
  const current = state.configurations.current;
  if (current === null) return;
  const ids = new Set(current.configuration.nodes.map((node) => node.id));
  for (const id of [...ids, ...current.voters.outgoing]) {
    if (id === state.id) continue;
    const known = leadership.peers.get(id);
    if (known === undefined) {
      leadership.peers.set(id, new Progress(state.log.lastIndex + 1, state.tick, state.limits));
    } else if (known.removedByIndex !== null) {
      known.removedByIndex = null;
      known.removalDeadlineTick = Number.POSITIVE_INFINITY;
    }
  }
  for (const [id, progress] of leadership.peers) {
    if (ids.has(id) || isVoter(current.voters, id) || progress.removedByIndex !== null) continue;
    progress.removedByIndex = current.index;
    progress.removalDeadlineTick = state.tick + 4 * state.electionTimeoutTicks;
  }
}

function continueMembershipChange(state: CoreState, leadership: Leadership): void {
  const current = state.configurations.current;
  if (current === null || current.index > state.commit) return;
  if (state.configurations.isJoint) {
    const configuration = leaveJointConfiguration(current.configuration);
    appendAsLeader(state, leadership, { kind: 'configuration', configuration });
  } else if (!isVoter(current.voters, state.id)) {
    handOver(state, leadership);
  }
}

/** The leader is not a member any more: it tells the commit index, names the best member, and goes. */
function handOver(state: CoreState, leadership: Leadership): void {
  sendHeartbeats(state, leadership);
  let best: NodeId | null = null;
  let bestMatch = -1;
  for (const id of state.configurations.voters.incoming) {
    const match = leadership.peers.get(id)?.match ?? -1;
    if (match > bestMatch) {
      best = id;
      bestMatch = match;
    }
  }
  if (best !== null) state.outbox.send({ type: 'TimeoutNow', from: state.id, to: best, term: state.term });
  state.becomeFollower(state.term, null, 'removed from the members');
}
