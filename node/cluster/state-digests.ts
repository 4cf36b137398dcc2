import { DIGEST_EVERY_ENTRIES, DIGESTS_KEPT } from './limits.ts';
import type { ClusterState } from './state/cluster-state.ts';
import { type DigestAt, StateDigest } from './state/state-digest.ts';
import { isDigestedKey } from './state/state-keys.ts';
import type { StateChange, StateEntry } from './state/state-transaction.ts';

/**
 * Digests of the replicated state of this node, to be compared with those of others: at every so many entries, the same
 * places on all nodes, and where it is now. What lives in storage only is not in them (of compare-exchange values
 * the sum of their hashes is), nor what is remembered of the past.
 */
export class StateDigests {
  readonly #state: ClusterState;
  readonly #digest: StateDigest;
  #checkpoints: DigestAt[] = [];
  #current: DigestAt | null = null;

  constructor(state: ClusterState) {
    this.#state = state;
    this.#digest = new StateDigest(digested(state.snapshot()));
  }

  /** An entry was applied. */
  applied(index: number, changes: readonly StateChange[]): void {
    for (const [key] of changes) if (isDigestedKey(key)) this.#digest.changed(key);
    if (index % DIGEST_EVERY_ENTRIES !== 0) return;
    this.#checkpoints = [...this.#checkpoints, this.#at(index)].slice(-DIGESTS_KEPT);
  }

  /** A snapshot took the place of everything. */
  restored(entries: Iterable<StateEntry>): void {
    this.#digest.restart(digested(entries));
    this.#checkpoints = [];
    this.#current = null;
  }

  /** The last checkpoints, then where the state is now. */
  recent(appliedIndex: number): readonly DigestAt[] {
    if (this.#current?.index !== appliedIndex) this.#current = this.#at(appliedIndex);
    return [...this.#checkpoints, this.#current];
  }

  #at(index: number): DigestAt {
    return { index, digest: this.#digest.value((key) => this.#state.get(key)) };
  }
}

function* digested(entries: Iterable<StateEntry>): Generator<StateEntry> {
  for (const entry of entries) if (isDigestedKey(entry[0])) yield entry;
}
