import type { Configuration } from '../core/configuration.ts';
import type { NodeId } from '../core/entry.ts';
import type { RachisState, RoleChange } from '../core/ready.ts';
import { TRANSITIONS_KEPT } from '../limits.ts';
import type { Transition } from '../rachis-status.ts';

/** The changes of state, term and leader that this node went through lately, and counts of all. */
export class TransitionLog {
  #recent: Transition[] = [];
  #leader: NodeId | null = null;
  #leadingSinceMs = 0;
  #leaderlessSinceMs: number | null = null;
  #leaderChanges = 0;
  #electionsStarted = 0;
  #configuration: Configuration | null = null;

  get recent(): readonly Transition[] {
    return this.#recent;
  }

  get state(): RachisState {
    return this.#recent.at(-1)?.state ?? 'Passive';
  }

  /** Who led last, as far as this node knows. */
  get leader(): NodeId | null {
    return this.#leader;
  }

  /** The configuration in force. */
  get configuration(): Configuration | null {
    return this.#configuration;
  }

  /** By the monotonic clock. */
  get leadingSinceMs(): number {
    return this.#leadingSinceMs;
  }

  /** Since when this node, as one of a cluster, knows no leader, by the monotonic clock; null: it knows one. */
  get leaderlessSinceMs(): number | null {
    return this.#leaderlessSinceMs;
  }

  get leaderChanges(): number {
    return this.#leaderChanges;
  }

  get electionsStarted(): number {
    return this.#electionsStarted;
  }

  record({ state, term, leader, reason, configuration }: RoleChange): void {
    this.#configuration = configuration;
    if (state === 'Leader' && this.state !== 'Leader') this.#leadingSinceMs = performance.now();
    if (state === 'Candidate' && this.state !== 'Candidate') this.#electionsStarted++;
    if (leader !== null && leader !== this.#leader) this.#leaderChanges++;
    if (leader !== null) this.#leader = leader;
    if (leader !== null || state === 'Passive') this.#leaderlessSinceMs = null;
    else this.#leaderlessSinceMs ??= performance.now();
    this.#recent = [...this.#recent, { at: new Date(), state, term, leader, reason }].slice(
      -TRANSITIONS_KEPT,
    );
  }
}
