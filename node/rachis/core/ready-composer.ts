import type { Configuration } from './configuration.ts';
import type { CoreState } from './core-state.ts';
import type { Entry, NodeId } from './entry.ts';
import type { RachisState, Ready, RoleChange } from './ready.ts';
import { sendHeartbeats, sendPending } from './replication.ts';
import { answerReads } from './replies.ts';

/** Gathers what changed since it was last asked. */
export class ReadyComposer {
  readonly #state: CoreState;
  #reportedState: RachisState | null = null;
  #reportedTerm = 0;
  #reportedLeader: NodeId | null = null;
  #reportedConfiguration: Configuration | null = null;

  constructor(state: CoreState) {
    this.#state = state;
  }

  take(): Ready | null {
    const state = this.#state;
    this.#lead();
    const persist = state.durability.take(state.term, state.votedFor);
    const messages = state.outbox.takeSendable();
    const committed = this.#takeCommitted();
    const readStates = state.readStates.splice(0);
    const change = this.#takeChange();
    const isEmpty =
      persist === null &&
      messages.length === 0 &&
      committed.length === 0 &&
      readStates.length === 0 &&
      change === null;
    return isEmpty ? null : { persist, messages, committed, readStates, change };
  }

  /** Everything proposed and asked since the last time goes out together. */
  #lead(): void {
    const { leadership } = this.#state;
    if (leadership === null) return;
    if (this.#state.role === 'Leader' && leadership.reads.begin(this.#state.commit)) {
      sendHeartbeats(this.#state, leadership);
    }
    // Not only upon a confirmation: a change of the configuration can make enough of those that came.
    answerReads(this.#state, leadership);
    sendPending(this.#state, leadership);
  }

  /**
   * Only what is durable here: the state machine must never be ahead of its own log after a crash. And nothing from after
   * this node left, unless it comes back: commands may follow that it does not know, and nobody waited for it.
   */
  #takeCommitted(): readonly Entry[] {
    const state = this.#state;
    const room = state.limits.applyingEntriesMax - (state.handedOut - state.applied);
    const leftAt = state.configurations.leftAt(state.id);
    const to = Math.min(state.commit, state.durability.stableIndex, state.handedOut + room, leftAt);
    if (to <= state.handedOut) return [];
    const committed = state.log.slice(state.handedOut + 1, to, Infinity, Infinity);
    state.handedOut = to;
    return committed;
  }

  #takeChange(): RoleChange | null {
    const { role, term, leader, reason, configurations } = this.#state;
    const configuration = configurations.current?.configuration ?? null;
    if (
      role === this.#reportedState &&
      term === this.#reportedTerm &&
      leader === this.#reportedLeader &&
      configuration === this.#reportedConfiguration
    ) {
      return null;
    }
    this.#reportedState = role;
    this.#reportedTerm = term;
    this.#reportedLeader = leader;
    this.#reportedConfiguration = configuration;
    return { state: role, term, leader, configuration, reason };
  }
}
