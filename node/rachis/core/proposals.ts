import type { Configuration } from './configuration.ts';
import { type ConfigurationChange, planConfiguration } from './configuration-change.ts';
import type { CoreState } from './core-state.ts';
import type { NodeId } from './entry.ts';
import { invariant } from './invariant.ts';
import { appendAsLeader, sendTransfer } from './leader.ts';
import type { Leadership } from './leadership.ts';
import type { ProposeConfigurationOutcome, ProposeOutcome, TransferOutcome } from './outcome.ts';
import { isVoter } from './quorum.ts';

export function propose(state: CoreState, commands: readonly Uint8Array[]): ProposeOutcome {
  const { leadership, leader } = state;
  if (leadership === null) return { accepted: false, reason: 'NotLeader', leader };
  if (state.role === 'LeaderElect') return { accepted: false, reason: 'LeaderElect', leader };
  if (leadership.transfer !== null) return { accepted: false, reason: 'TransferInProgress', leader };
  // What is already over the limit blocks; a single large batch on a quiet leader does not.
  if (leadership.uncommittedBytes >= state.limits.uncommittedBytesMax) {
    return { accepted: false, reason: 'TooManyUncommitted', leader };
  }
  const firstIndex = state.log.lastIndex + 1;
  for (const data of commands) appendAsLeader(state, leadership, { kind: 'command', data });
  return { accepted: true, firstIndex, term: state.term };
}

/** One change at a time: the last one must be committed, and an entry of the own term too (which LeaderElect awaits). */
export function proposeConfiguration(
  state: CoreState,
  change: ConfigurationChange,
): ProposeConfigurationOutcome {
  const { leadership, leader } = state;
  const refuse = (
    reason: Exclude<ProposeConfigurationOutcome, { accepted: true }>['reason'],
    message: string,
  ): ProposeConfigurationOutcome => ({ accepted: false, reason, leader, message });

  if (leadership === null) return refuse('NotLeader', 'this node does not lead');
  const current = state.configurations.current;
  if (state.role === 'LeaderElect' || current === null) {
    return refuse('LeaderElect', 'the leader has not committed an entry of its own term yet');
  }
  if (leadership.transfer !== null) return refuse('TransferInProgress', 'leadership is being transferred');
  if (current.index > state.commit || state.configurations.isJoint) {
    return refuse('ChangeInProgress', `the configuration change at index ${current.index} is under way`);
  }
  const planned = planConfiguration(current.configuration, change);
  if (!planned.isValid) return refuse('InvalidChange', planned.message);
  const unready = newVoterThatCouldNotVote(state, leadership, planned.configuration);
  if (unready !== null) return refuse('InvalidChange', unready);
  const entry = appendAsLeader(state, leadership, {
    kind: 'configuration',
    configuration: planned.configuration,
  });
  return { accepted: true, firstIndex: entry.index, term: entry.term };
}

/**
 * A node votes once its own durable log names it. Were it made a voter before that, and the leader lost, the others
 * could need a vote that it can't give: so nodes join as promotable or watcher and are promoted when they have the log.
 */
function newVoterThatCouldNotVote(
  state: CoreState,
  leadership: Leadership,
  next: Configuration,
): string | null {
  const current = state.configurations.current;
  if (current === null) return null;
  for (const node of next.nodes) {
    if (node.role !== 'member' || node.id === state.id || isVoter(current.voters, node.id)) continue;
    const match = leadership.peers.get(node.id)?.match ?? 0;
    const isNamed = current.configuration.nodes.some((known) => known.id === node.id);
    if (!isNamed) return `node ${node.tag} must join as promotable or watcher before it becomes a member`;
    if (match < current.index) {
      return `node ${node.tag} holds the log up to ${match}; it can become a member once it has reached ${current.index}`;
    }
  }
  return null;
}

export function transferLeadership(state: CoreState, target: NodeId): TransferOutcome {
  const { leadership, leader } = state;
  if (leadership === null) return { accepted: false, reason: 'NotLeader', leader };
  if (state.role === 'LeaderElect') return { accepted: false, reason: 'LeaderElect', leader };
  if (leadership.transfer !== null) return { accepted: false, reason: 'TransferInProgress', leader };
  if (target === state.id) return { accepted: false, reason: 'AlreadyLeader', leader };
  if (!isVoter(state.configurations.voters, target)) {
    return { accepted: false, reason: 'NotAMember', leader };
  }
  leadership.transfer = { target, startedTick: state.tick };
  sendTransfer(state, leadership);
  return { accepted: true };
}

/** Answered through the read states; at once with `null` where there is no leader to ask. */
export function readIndex(state: CoreState, context: number): void {
  const isGathered = state.leadership?.reads.gather(context) ?? false;
  if (!isGathered) state.readStates.push({ context, index: null });
}

/** The first entry of a new cluster, written by the one member it has, in a term that this node takes for itself. */
export function bootstrap(state: CoreState, configuration: Configuration): void {
  invariant(
    state.configurations.current === null && state.log.lastIndex === 0,
    () => `node ${state.id} can't bootstrap: it already has the log of a cluster`,
  );
  const members = configuration.nodes.filter((node) => node.role === 'member');
  invariant(
    members.length === 1 && members[0]?.id === state.id && configuration.outgoingMembers.length === 0,
    () => `a cluster is bootstrapped with node ${state.id} as its only member`,
  );
  state.becomeFollower(state.term + 1, null, 'bootstrapped');
  const entry = { kind: 'configuration', configuration, index: 1, term: state.term } as const;
  state.log.append(entry);
  state.adoptConfiguration(entry);
  state.durability.entriesChanged(entry.index);
  state.refreshStanding();
}
