/** What commands read: the state as of the entry that is being applied. Values are immutable. */
export interface StateReader {
  get(key: string): unknown;
  /** Entries whose key starts with `prefix`, in key order. */
  list(prefix: string): readonly (readonly [key: string, value: unknown])[];
}

/** A change of one key; `undefined` deletes it. */
export type StateChange = readonly [key: string, value: unknown];

/**
 * The effects of one command over the state before it. A command that fails throws its transaction away, so that it
 * changes nothing.
 */
export class StateTransaction implements StateReader {
  readonly #base: StateReader;
  readonly #changes = new Map<string, unknown>();

  constructor(base: StateReader) {
    this.#base = base;
  }

  get(key: string): unknown {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  list(prefix: string): readonly (readonly [string, unknown])[] {
    const merged = new Map(this.#base.list(prefix));
    for (const [key, value] of this.#changes) {
      if (!key.startsWith(prefix)) continue;
      if (value === undefined) merged.delete(key);
      else merged.set(key, value);
    }
    return [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  put(key: string, value: unknown): void {
    this.#changes.set(key, value);
  }

  delete(key: string): void {
    this.#changes.set(key, undefined);
  }

  changes(): readonly StateChange[] {
    return [...this.#changes];
  }
}
