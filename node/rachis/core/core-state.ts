import { ConfigurationHistory, isIn } from './configuration-history.ts';
import { Durability } from './durability.ts';
import type { Entry, NodeId } from './entry.ts';
import { invariant } from './invariant.ts';
import type { Leadership } from './leadership.ts';
import { defaultRaftLimits, type RaftLimits } from './limits.ts';
import { Outbox } from './outbox.ts';
import { isVoter } from './quorum.ts';
import { RaftLog } from './raft-log.ts';
import type { RaftOptions } from './raft-options.ts';
import type { RachisState, ReadState } from './ready.ts';
import type { RestoredState } from './restored-state.ts';

/** An election that this node stands in. */
export interface Candidacy {
  /** A trial (pre-vote) decides nothing but whether a real one is worth it. */
  readonly isTrial: boolean;
  readonly votes: Map<NodeId, boolean>;
}

/**
 * The state of one core, shared by the functions of this folder and seen by nobody else.
 *
 * Invariants: `applied <= handedOut <= commit`; `handedOut` never passes what is durable here; `leadership` exists
 * in the states LeaderElect and Leader only, `candidacy` in the state Candidate only.
 */
export class CoreState {
  readonly id: NodeId;
  readonly electionTimeoutTicks: number;
  readonly heartbeatTicks: number;
  readonly limits: RaftLimits;
  readonly #random: () => number;

  term: number;
  votedFor: NodeId | null;
  role: RachisState = 'Passive';
  leader: NodeId | null = null;
  candidacy: Candidacy | null = null;
  leadership: Leadership | null = null;

  readonly log: RaftLog;
  readonly configurations: ConfigurationHistory;
  readonly durability: Durability;
  readonly outbox: Outbox;

  commit: number;
  handedOut: number;
  applied: number;
  readonly readStates: ReadState[] = [];

  /** Ticks since the core was made; the only clock. */
  tick = 0;
  /** Ticks since the last sign of a leader, a granted vote or the start of an election. */
  electionElapsed = 0;
  electionDeadline = 0;
  /** A leader said that this node is not of the cluster any more; undone by traffic from a leader. */
  wasToldOfRemoval = false;
  /** Why state, term or leader last changed. */
  reason = 'started';

  constructor(options: RaftOptions, restored: RestoredState) {
    this.id = options.id;
    this.electionTimeoutTicks = options.electionTimeoutTicks;
    this.heartbeatTicks = options.heartbeatTicks;
    this.limits = { ...defaultRaftLimits, ...options.limits };
    this.#random = options.random;
    this.term = restored.hardState.term;
    this.votedFor = restored.hardState.votedFor;
    const base = restored.snapshot ?? { index: 0, term: 0 };
    this.log = new RaftLog({ index: base.index, term: base.term }, restored.entries);
    this.configurations = new ConfigurationHistory(restored.snapshot, restored.entries);
    this.durability = new Durability(this.log);
    this.outbox = new Outbox(this.id, this.durability);
    this.commit = restored.appliedIndex;
    this.handedOut = restored.appliedIndex;
    this.applied = restored.appliedIndex;
    this.restartElectionTimer();
    this.refreshStanding();
  }

  restartElectionTimer(): void {
    this.electionElapsed = 0;
    this.electionDeadline =
      this.electionTimeoutTicks + Math.floor(this.#random() * this.electionTimeoutTicks);
  }

  /** Raises the term; whatever this node promised or waited for in the old one is void. */
  enterTerm(term: number, votedFor: NodeId | null): void {
    invariant(term > this.term, () => `term ${term} is not above ${this.term}`);
    this.term = term;
    this.votedFor = votedFor;
    this.durability.hardStateChanged();
    this.outbox.dropWithheld();
  }

  /** A configuration is in force from here on, committed or not. */
  adoptConfiguration(entry: Entry): boolean {
    if (!this.configurations.append(entry)) return false;
    this.reason = `configuration of index ${entry.index} in force`;
    return true;
  }

  /** Ends any candidacy or leadership. */
  becomeFollower(term: number, leader: NodeId | null, reason: string): void {
    if (term > this.term) this.enterTerm(term, null);
    this.abandonReads();
    this.leadership = null;
    this.candidacy = null;
    this.leader = leader;
    this.role = 'Follower';
    this.reason = reason;
    if (leader !== null) this.wasToldOfRemoval = false;
    this.restartElectionTimer();
    this.refreshStanding();
  }

  /** Passive is a standing, not a decision: no configuration, or a committed one without this node. */
  refreshStanding(): void {
    if (this.role !== 'Follower' && this.role !== 'Passive' && this.role !== 'Candidate') return;
    if (this.wasToldOfRemoval || !this.#belongsToCluster()) {
      if (this.role !== 'Passive') this.reason = 'not a node of the cluster';
      this.candidacy = null;
      this.role = 'Passive';
    } else if (this.role === 'Passive') {
      this.role = 'Follower';
      this.reason = 'a node of the cluster';
    }
  }

  /** Raises the commit index; never lowers it. True when it moved. */
  commitTo(index: number): boolean {
    if (index <= this.commit) return false;
    invariant(
      index <= this.log.lastIndex,
      () =>
        `commit index ${index} is beyond the log, which ends at ${this.log.lastIndex}: acknowledged data is lost`,
    );
    this.commit = index;
    this.refreshStanding();
    return true;
  }

  /** A leader was heard from within the election timeout, so nobody should disturb it. A leader hears itself. */
  get hasLiveLeader(): boolean {
    if (this.leadership !== null) return true;
    return this.leader !== null && this.electionElapsed < this.electionTimeoutTicks;
  }

  /**
   * Voters of the configuration in force stand for election. So do voters whom an uncommitted configuration leaves
   * out: they may hold the only copies that are up to date enough to win and commit it (Raft thesis §4.2.2).
   */
  get mayCampaign(): boolean {
    const current = this.configurations.current;
    if (current === null || this.wasToldOfRemoval || this.durability.isSnapshotPending) return false;
    if (isVoter(current.voters, this.id)) return true;
    const previous = this.configurations.previous;
    return current.index > this.commit && previous !== null && isVoter(previous.voters, this.id);
  }

  get isSoleVoter(): boolean {
    const { incoming, outgoing } = this.configurations.voters;
    return outgoing.length === 0 && incoming.length === 1 && incoming[0] === this.id;
  }

  abandonReads(): void {
    for (const context of this.leadership?.reads.abandon() ?? [])
      this.readStates.push({ context, index: null });
  }

  #belongsToCluster(): boolean {
    const current = this.configurations.current;
    if (current === null) return false;
    if (current.index > this.commit) return true;
    return isIn(current, this.id);
  }
}
