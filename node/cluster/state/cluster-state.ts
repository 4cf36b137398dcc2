import { compareKeys } from './compare-keys.ts';
import { OrderedEntries } from './ordered-entries.ts';
import { REQUESTS } from './state-keys.ts';
import type { ScanRange, StateChange, StateEntry, StateReader } from './state-transaction.ts';

/**
 * The cluster's state in memory: small (records, identities, configuration), read by every request, and rebuilt from
 * storage at start. Values are immutable, so that a copy of the map is a consistent snapshot.
 */
export class ClusterState implements StateReader {
  /** By what stands before the first `/` of a key: a listing of the few records passes by the many requests. */
  #families = new Map<string, Map<string, unknown> | OrderedEntries>();

  constructor(entries: Iterable<readonly [key: string, value: unknown]> = []) {
    this.replace(entries);
  }

  get(key: string): unknown {
    return this.#families.get(familyOf(key))?.get(key);
  }

  list(prefix: string): readonly StateEntry[] {
    const found: StateEntry[] = [];
    const family = familyOf(prefix);
    for (const entries of family === '' ? this.#families.values() : [this.#families.get(family)]) {
      for (const entry of entries ?? []) if (entry[0].startsWith(prefix)) found.push(entry);
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  scan(prefix: string, { after, limit }: ScanRange): readonly StateEntry[] {
    return this.list(prefix)
      .filter(([key]) => after === undefined || compareKeys(key, after) > 0)
      .sort(([a], [b]) => compareKeys(a, b))
      .slice(0, limit);
  }

  apply(changes: readonly StateChange[]): void {
    for (const change of changes) this.change(change);
  }

  change([key, value]: StateChange): void {
    if (value === undefined) this.#families.get(familyOf(key))?.delete(key);
    else this.#put(key, value);
  }

  /** Everything, as of now; later changes don't touch it. */
  snapshot(): readonly StateEntry[] {
    return [...this.#families.values()].flatMap((entries) => [...entries]);
  }

  replace(entries: Iterable<readonly [key: string, value: unknown]>): void {
    this.#families = new Map();
    for (const [key, value] of entries) this.#put(key, value);
  }

  #put(key: string, value: unknown): void {
    const family = familyOf(key);
    let entries = this.#families.get(family);
    if (entries === undefined) {
      entries = family === REQUESTS ? new OrderedEntries() : new Map();
      this.#families.set(family, entries);
    }
    entries.set(key, value);
  }
}

function familyOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1);
}
