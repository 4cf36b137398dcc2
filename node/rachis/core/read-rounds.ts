import type { NodeId } from './entry.ts';
import { hasQuorum, type Voters } from './quorum.ts';

interface ReadRound {
  readonly id: number;
  /** The commit index when the round began: it covers every write acknowledged before. */
  readonly index: number;
  readonly contexts: readonly number[];
}

/**
 * ReadIndex (Raft thesis §6.4): a leader answers a read with the commit index of its arrival, once a quorum has
 * confirmed that it still leads. One round serves all the reads that gathered before it, and the confirmation of a
 * round confirms the earlier ones too.
 */
export class ReadRounds {
  readonly #readsMax: number;
  readonly #roundsMax: number;
  #gathering: number[] = [];
  #rounds: ReadRound[] = [];
  #lastRoundId = 0;
  readonly #confirmedBy = new Map<NodeId, number>();

  constructor(readsMax: number, roundsMax: number) {
    this.#readsMax = readsMax;
    this.#roundsMax = roundsMax;
  }

  /** The round that heartbeats should carry; 0 when none is under way. */
  get currentRoundId(): number {
    return this.#rounds.at(-1)?.id ?? 0;
  }

  /** False when too many wait. */
  gather(context: number): boolean {
    if (this.#gathering.length >= this.#readsMax) return false;
    this.#gathering.push(context);
    return true;
  }

  /** Begins a round for the reads that gathered. False when there are none, or enough rounds are under way. */
  begin(commit: number): boolean {
    if (this.#gathering.length === 0 || this.#rounds.length >= this.#roundsMax) return false;
    this.#rounds.push({ id: ++this.#lastRoundId, index: commit, contexts: this.#gathering });
    this.#gathering = [];
    return true;
  }

  confirm(peer: NodeId, roundId: number): void {
    if (roundId > (this.#confirmedBy.get(peer) ?? 0)) this.#confirmedBy.set(peer, roundId);
  }

  /** Rounds that a quorum has confirmed; the leader confirms by being asked. */
  takeConfirmed(voters: Voters, self: NodeId): readonly ReadRound[] {
    let confirmed = 0;
    for (const round of this.#rounds) {
      const agrees = (id: NodeId) => id === self || (this.#confirmedBy.get(id) ?? 0) >= round.id;
      if (!hasQuorum(voters, agrees)) break;
      confirmed++;
    }
    return confirmed === 0 ? [] : this.#rounds.splice(0, confirmed);
  }

  /** Contexts of all reads that got no answer. */
  abandon(): readonly number[] {
    const contexts = [...this.#rounds.flatMap((round) => round.contexts), ...this.#gathering];
    this.#rounds = [];
    this.#gathering = [];
    return contexts;
  }
}
