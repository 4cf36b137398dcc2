import type { NodeId } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import type { HardState, RoleChange } from '../../../node/rachis/core/ready.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { LogImage } from './log-image.ts';

/** What would survive a crash of the sender. */
interface DurableState {
  readonly hardState: HardState;
  readonly log: LogImage;
}

/** Knows every vote and every leader of a run, and that no message said more than its sender's disk held. */
export class ElectionLedger {
  /** Term → the one node that led it. */
  readonly #leaders = new Map<number, NodeId>();
  /** Term → voter → candidate. */
  readonly #votes = new Map<number, Map<NodeId, NodeId>>();
  readonly #former: ReadonlySet<NodeId>;

  /** `former`: nodes of the cluster that this one was made of by an unsafe recovery, which have no say here. */
  constructor(former: ReadonlySet<NodeId>) {
    this.#former = former;
  }

  leaderOf(term: number): NodeId | undefined {
    return this.#leaders.get(term);
  }

  get electionCount(): number {
    return this.#leaders.size;
  }

  roleChanged(node: NodeId, change: RoleChange, image: LogImage): boolean {
    if (change.state !== 'LeaderElect' && change.state !== 'Leader') return false;
    const known = this.#leaders.get(change.term);
    check(
      known === undefined || known === node,
      'election safety',
      () => `${known} and ${node} both lead in term ${change.term}`,
    );
    if (known !== undefined) return false;
    this.#leaders.set(change.term, node);
    this.#checkVotes(node, change.term, image);
    return true;
  }

  /** By the configuration in the winner's log: members only, and both sides of a joint one. */
  #checkVotes(winner: NodeId, term: number, image: LogImage): void {
    const votes = this.#votes.get(term);
    const configuration = image.configuration;
    const members = (configuration?.nodes ?? [])
      .filter((node) => node.role === 'member')
      .map((node) => node.id);
    for (const side of [members, configuration?.outgoingMembers ?? []]) {
      const granted = side.filter((id) => votes?.get(id) === winner).length;
      check(
        side.length === 0 ? side !== members : 2 * granted > side.length,
        'elected by a quorum',
        () => `${winner} leads term ${term} with ${granted} votes of ${side.join(', ')}`,
      );
    }
  }

  hardStateDurable(node: NodeId, before: HardState, after: HardState): void {
    check(
      after.term >= before.term,
      'term is monotone',
      () => `${node} went from term ${before.term} back to ${after.term}`,
    );
    check(
      after.term > before.term || before.votedFor === null || after.votedFor === before.votedFor,
      'one vote a term',
      () => `${node} changed its vote of term ${after.term} from ${before.votedFor} to ${after.votedFor}`,
    );
    if (after.votedFor !== null) this.#voted(node, after.term, after.votedFor);
  }

  #voted(voter: NodeId, term: number, candidate: NodeId): void {
    check(
      !this.#former.has(voter),
      'an old member never votes in the new cluster',
      () => `${voter} voted for ${candidate} in term ${term}`,
    );
    let votes = this.#votes.get(term);
    if (votes === undefined) {
      votes = new Map();
      this.#votes.set(term, votes);
    }
    const earlier = votes.get(voter);
    check(
      earlier === undefined || earlier === candidate,
      'one vote a term',
      () => `${voter} voted for ${earlier} and for ${candidate} in term ${term}`,
    );
    votes.set(voter, candidate);
  }

  /** No message before its persist. */
  messageSent(message: Message, disk: DurableState, image: LogImage): void {
    const { term, votedFor } = disk.hardState;
    const isTrialGrant = message.type === 'RequestVoteReply' && message.isTrial && message.granted;
    if (isTrialGrant || (message.type === 'RequestVote' && message.isTrial)) return;
    check(
      term >= message.term,
      'no message before its persist',
      () => `${message.from} sent ${message.type} of term ${message.term} with term ${term} on disk`,
    );
    const candidate =
      message.type === 'RequestVote'
        ? message.from
        : message.type === 'RequestVoteReply' && message.granted
          ? message.to
          : null;
    if (candidate !== null && term === message.term) {
      check(
        votedFor === candidate,
        'no message before its persist',
        () => `${message.from} promised its vote of term ${term} to ${candidate} with ${votedFor} on disk`,
      );
    }
    if (message.type === 'AppendEntriesReply' && message.success) {
      const index = message.matchIndex;
      check(
        index <= disk.log.lastIndex &&
          (index < image.baseIndex || disk.log.termAt(index) === image.termAt(index)),
        'no message before its persist',
        () => `${message.from} acknowledged ${index} with (${disk.log.lastIndex}) on disk`,
      );
    }
    if (message.type === 'InstallSnapshotReply' && message.success) {
      check(
        message.lastLogIndex <= disk.log.lastIndex,
        'no message before its persist',
        () => `${message.from} acknowledged a snapshot to ${message.lastLogIndex} that is not on disk`,
      );
    }
  }
}
