/** One key of the state, with its value. */
export type StateEntry = readonly [key: string, value: unknown];

/** Which rows of a prefix: those behind the key `after`, and so many. */
export interface ScanRange {
  readonly after?: string;
  readonly limit: number;
}

/** What commands read: the state as of the entry that is being applied. Values are immutable. */
export interface StateReader {
  get(key: string): unknown;
  /** Entries whose key starts with `prefix`, in key order. Only for what is held in memory. */
  list(prefix: string): readonly StateEntry[];
  /** As list, a bounded number of them, in the order of the keys' bytes: for what may be large. */
  scan(prefix: string, range: ScanRange): readonly StateEntry[];
}

/** A change of one key; `undefined` deletes it. */
export type StateChange = readonly [key: string, value: unknown];

/**
 * The effects of one command over the state before it. A command that fails throws its transaction away, so that it
 * changes nothing.
 */
export class StateTransaction implements StateReader {
  readonly #base: StateReader;
  readonly #changes = new Map<string, StateChange>();

  constructor(base: StateReader) {
    this.#base = base;
  }

  get(key: string): unknown {
    const change = this.#changes.get(key);
    return change === undefined ? this.#base.get(key) : change[1];
  }

  list(prefix: string): readonly StateEntry[] {
    const merged = new Map(this.#base.list(prefix));
    for (const [key, value] of this.#changes.values()) {
      if (!key.startsWith(prefix)) continue;
      if (value === undefined) merged.delete(key);
      else merged.set(key, value);
    }
    return [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The rows before this transaction: no command scans what it has written. */
  scan(prefix: string, range: ScanRange): readonly StateEntry[] {
    return this.#base.scan(prefix, range);
  }

  put(key: string, value: unknown): void {
    this.#changes.set(key, [key, value]);
  }

  delete(key: string): void {
    this.#changes.set(key, [key, undefined]);
  }

  /** A list of the caller's own. */
  changes(): StateChange[] {
    return [...this.#changes.values()];
  }
}
