import { compareKeys } from './compare-keys.ts';
import type { ScanRange, StateChange, StateEntry, StateReader } from './state-transaction.ts';

/**
 * The cluster's state in memory: small (records, identities, configuration), read by every request, and rebuilt from
 * storage at start. Values are immutable, so that a copy of the map is a consistent snapshot.
 */
export class ClusterState implements StateReader {
  #entries: Map<string, unknown>;

  constructor(entries: Iterable<readonly [key: string, value: unknown]> = []) {
    this.#entries = new Map(entries);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): unknown {
    return this.#entries.get(key);
  }

  list(prefix: string): readonly StateEntry[] {
    const found: StateEntry[] = [];
    for (const entry of this.#entries) if (entry[0].startsWith(prefix)) found.push(entry);
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  scan(prefix: string, { after, limit }: ScanRange): readonly StateEntry[] {
    return this.list(prefix)
      .filter(([key]) => after === undefined || compareKeys(key, after) > 0)
      .sort(([a], [b]) => compareKeys(a, b))
      .slice(0, limit);
  }

  apply(changes: readonly StateChange[]): void {
    for (const [key, value] of changes) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
  }

  /** Everything, as of now; later changes don't touch it. */
  snapshot(): readonly StateEntry[] {
    return [...this.#entries];
  }

  replace(entries: Iterable<readonly [key: string, value: unknown]>): void {
    this.#entries = new Map(entries);
  }
}
