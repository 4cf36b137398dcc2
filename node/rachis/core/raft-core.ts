import { compact } from './compaction.ts';
import type { Configuration } from './configuration.ts';
import type { ConfigurationChange } from './configuration-change.ts';
import { CoreState } from './core-state.ts';
import { type CoreStatus, statusOf } from './core-status.ts';
import { handleRequestVote, handleRequestVoteReply, inquire, startElection, startTrial } from './election.ts';
import type { Entry, NodeId } from './entry.ts';
import { handleLeaderTraffic, isLeaderTraffic, refuseOldLeader } from './follower.ts';
import { invariant } from './invariant.ts';
import { advanceCommit, tickLeader } from './leader.ts';
import type { Message, SnapshotMetadata } from './message.ts';
import type {
  ProposeConfigurationOutcome,
  ProposeOutcome,
  RecoverOutcome,
  TransferOutcome,
} from './outcome.ts';
import { bootstrap, propose, proposeConfiguration, readIndex, transferLeadership } from './proposals.ts';
import type { RaftOptions } from './raft-options.ts';
import type { RachisState, Ready } from './ready.ts';
import { ReadyComposer } from './ready-composer.ts';
import { type RecoveryOrder, recover } from './recovery.ts';
import { hasUntoldCommit, snapshotAt, tellCommit } from './replication.ts';
import { handleAppendEntriesReply, handleHeartbeatReply, handleInstallSnapshotReply } from './replies.ts';
import { assertRestorable, type RestoredState } from './restored-state.ts';

/**
 * Rachis without I/O: inputs go in by the methods, what is to be done comes out of `takeReady`. It reads no clock,
 * starts no timer and draws randomness only from the generator it was given, so that a run can be repeated exactly.
 */
export class RaftCore {
  readonly #state: CoreState;
  readonly #composer: ReadyComposer;

  /** @throws RachisRestoreError when the restored parts contradict each other. */
  constructor(options: RaftOptions, restored: RestoredState) {
    assertRestorable(restored);
    this.#state = new CoreState(options, restored);
    this.#composer = new ReadyComposer(this.#state);
  }

  /** A unit of time passed. */
  tick(): void {
    const state = this.#state;
    state.tick++;
    if (state.leadership !== null) {
      tickLeader(state, state.leadership);
      return;
    }
    state.electionElapsed++;
    if (state.isSoleVoter && state.role === 'Follower' && state.mayCampaign) {
      startTrial(state, 'the only member');
    } else if (state.electionElapsed >= state.electionDeadline) {
      if (state.mayCampaign) startTrial(state, 'heard no leader');
      else if (state.role === 'Follower') inquire(state);
      else state.restartElectionTimer();
    }
  }

  step(message: Message): void {
    const state = this.#state;
    // A wiped disk is another node: what was meant for its former identity is not for it.
    if (message.to !== state.id) return;
    if (this.#isOfAnotherCluster(message)) return;
    // Vote traffic has its own rules for terms: trials name a term that nobody has entered.
    if (message.type === 'RequestVote') handleRequestVote(state, message);
    else if (message.type === 'RequestVoteReply') handleRequestVoteReply(state, message);
    else if (message.term < state.term) {
      if (isLeaderTraffic(message)) refuseOldLeader(state, message);
    } else {
      if (message.term > state.term) {
        const leader = isLeaderTraffic(message) ? message.from : null;
        state.becomeFollower(message.term, leader, `${message.from} is in term ${message.term}`);
      }
      this.#stepInTerm(message);
    }
  }

  /** A snapshot takes long to arrive: this node may have gone on without the cluster that sent it. */
  #isOfAnotherCluster(message: Message): boolean {
    if (message.type !== 'InstallSnapshot' || this.clusterId === null) return false;
    return message.snapshot.configuration.clusterId !== this.clusterId;
  }

  #stepInTerm(message: Message): void {
    const state = this.#state;
    switch (message.type) {
      case 'AppendEntries':
      case 'Heartbeat':
      case 'InstallSnapshot':
        handleLeaderTraffic(state, message);
        break;
      case 'AppendEntriesReply':
        handleAppendEntriesReply(state, message);
        break;
      case 'HeartbeatReply':
        handleHeartbeatReply(state, message);
        break;
      case 'InstallSnapshotReply':
        handleInstallSnapshotReply(state, message);
        break;
      case 'TimeoutNow':
        if (state.mayCampaign && state.leadership === null) {
          startElection(state, true, `${message.from} hands over`);
        }
        break;
    }
  }

  /** Makes a Passive node with an empty log the one member of a new cluster; it becomes leader by itself. */
  bootstrap(configuration: Configuration): void {
    bootstrap(this.#state, configuration);
    startElection(this.#state, false, 'bootstrapped');
  }

  /** Unsafe: goes on alone, as a new cluster with what this log holds. */
  recover(order: RecoveryOrder): RecoverOutcome {
    return recover(this.#state, order);
  }

  propose(commands: readonly Uint8Array[]): ProposeOutcome {
    return propose(this.#state, commands);
  }

  proposeConfiguration(change: ConfigurationChange): ProposeConfigurationOutcome {
    return proposeConfiguration(this.#state, change);
  }

  /** The answer comes in `Ready.readStates`. `context` is the caller's, unique among its unanswered reads. */
  readIndex(context: number): void {
    readIndex(this.#state, context);
  }

  /** Proposals pause until the target leads or an election timeout has passed. */
  transferLeadership(target: NodeId): TransferOutcome {
    return transferLeadership(this.#state, target);
  }

  /** As if the election timeout had passed here. Does nothing on a leader or on a node that may not campaign. */
  campaign(): void {
    if (this.#state.leadership === null && this.#state.mayCampaign)
      startTrial(this.#state, 'asked to campaign');
  }

  /** The driver knows that the leader is gone, for instance by a refused connection: stop protecting it. */
  forgetLeader(): void {
    const state = this.#state;
    if (state.leadership === null && state.leader !== null) {
      state.leader = null;
      state.reason = 'the leader is known to be gone';
    }
  }

  /** This request and all earlier ones are durable, and a snapshot among them is installed. */
  persisted(ticket: number): void {
    const state = this.#state;
    const snapshot = state.durability.confirm(ticket);
    if (snapshot !== null) state.applied = Math.max(state.applied, snapshot.index);
    state.outbox.releaseDurable();
    for (const message of state.outbox.takeToSelf()) this.step(message);
    if (state.leadership !== null) advanceCommit(state, state.leadership);
  }

  /** The state machine holds everything up to `index`. */
  applied(index: number): void {
    const state = this.#state;
    invariant(
      index <= state.handedOut,
      () => `applied ${index} was reported, but only ${state.handedOut} was handed out`,
    );
    state.applied = Math.max(state.applied, index);
  }

  /**
   * The state machine holds everything up to `index` durably: older entries may go. Gives the new compaction point, up
   * to which the driver may drop the stored log (it keeps the returned position and configuration), or `null`.
   */
  compact(index: number): SnapshotMetadata | null {
    return compact(this.#state, index);
  }

  /** Position and configuration for a snapshot taken at `index`; `null` when the log doesn't reach there any more. */
  snapshotAt(index: number): SnapshotMetadata | null {
    return snapshotAt(this.#state, index);
  }

  /** The driver finished, or failed, carrying a snapshot's content to a peer. */
  reportSnapshotSent(to: NodeId, ok: boolean): void {
    const progress = this.#state.leadership?.peers.get(to);
    if (progress?.state !== 'snapshot') return;
    if (!ok) progress.snapshotFailed(this.#state.tick);
    else {
      progress.becomeProbe(this.#state.tick);
      // The peer still installs it; its answer, or a heartbeat's, resumes.
      progress.isProbeSent = true;
    }
  }

  /** The transport could not deliver: what was on its way may be lost. */
  reportUnreachable(to: NodeId): void {
    const progress = this.#state.leadership?.peers.get(to);
    if (progress?.state === 'replicate') progress.becomeProbe(this.#state.tick);
  }

  /**
   * Whether a peer could go on by what it was not told yet to be committed. The next entries tell it, or the next
   * heartbeat, so `tellCommit` may wait for entries that are about to come.
   */
  get hasUntoldCommit(): boolean {
    const { leadership } = this.#state;
    return leadership !== null && hasUntoldCommit(this.#state, leadership);
  }

  /** Tells the peers that were not told yet what is committed. */
  tellCommit(): void {
    const { leadership } = this.#state;
    if (leadership !== null) tellCommit(this.#state, leadership);
  }

  /** All that is to be done since the last call, or `null`. */
  takeReady(): Ready | null {
    return this.#composer.take();
  }

  get id(): NodeId {
    return this.#state.id;
  }

  get term(): number {
    return this.#state.term;
  }

  /** What this node knows to be committed; never falls while the core lives. */
  get commitIndex(): number {
    return this.#state.commit;
  }

  /** In force from the moment that it is in the log; null while there is none. */
  get configuration(): Configuration | null {
    return this.#state.configurations.current?.configuration ?? null;
  }

  /** Of the configuration in force; null while there is none. */
  get clusterId(): string | null {
    return this.configuration?.clusterId ?? null;
  }

  get rachisState(): RachisState {
    return this.#state.role;
  }

  /** Leads, and has applied what its predecessors left: until then the log may hold what its state does not tell it. */
  get isCaughtUpLeader(): boolean {
    const { role, leadership, applied } = this.#state;
    return role === 'Leader' && leadership !== null && applied >= leadership.firstIndex;
  }

  get leader(): NodeId | null {
    return this.#state.leader;
  }

  /** Entries from this index on, as far as the log still holds them. */
  entriesFrom(index: number, countMax: number): readonly Entry[] {
    const { log } = this.#state;
    const from = Math.max(index, log.firstIndex);
    return log.slice(from, log.lastIndex, countMax, Number.POSITIVE_INFINITY);
  }

  status(): CoreStatus {
    return statusOf(this.#state);
  }
}
