import type { ClusterState } from './state/cluster-state.ts';
import { isStoredKey } from './state/state-keys.ts';
import type { ScanRange, StateChange, StateEntry, StateReader } from './state/state-transaction.ts';
import type { StoredState } from './stored-state.ts';
import type { UnwrittenChanges } from './unwritten-changes.ts';

/** The cluster's state as commands see it, wherever a key lives. A prefix lies on one side as a whole. */
export class WholeState implements StateReader {
  readonly #inMemory: ClusterState;
  readonly #stored: StoredState;
  readonly #unwritten: UnwrittenChanges;

  constructor(inMemory: ClusterState, stored: StoredState, unwritten: UnwrittenChanges) {
    this.#inMemory = inMemory;
    this.#stored = stored;
    this.#unwritten = unwritten;
  }

  get(key: string): unknown {
    return isStoredKey(key) ? this.#stored.get(key) : this.#inMemory.get(key);
  }

  list(prefix: string): readonly StateEntry[] {
    return this.#inMemory.list(prefix);
  }

  scan(prefix: string, range: ScanRange): readonly StateEntry[] {
    return (isStoredKey(prefix) ? this.#stored : this.#inMemory).scan(prefix, range);
  }

  apply(changes: readonly StateChange[]): void {
    for (const change of changes) {
      this.#unwritten.change(change);
      if (!isStoredKey(change[0])) this.#inMemory.change(change);
    }
  }
}
