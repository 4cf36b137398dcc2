import { REQUESTS } from './state/state-keys.ts';
import type { StateChange, StateEntry } from './state/state-transaction.ts';

/** Changes that are written together. */
export interface GatheredChanges {
  /** The newest value of each key, `undefined` for what is deleted; but for requests. */
  readonly values: Map<string, unknown>;
  /** Changes of remembered requests, in the order of the log: each is remembered once and forgotten once. */
  readonly requests: StateEntry[];
}

/**
 * What was applied and is not in storage yet. While a write carries one part, what comes gathers in another, so that a
 * write that succeeded costs no look at its keys.
 */
export class UnwrittenChanges {
  #gathered = nothing();
  #writing = nothing();

  /** Not for keys of requests, which are held in memory. */
  has(key: string): boolean {
    return this.#gathered.values.has(key) || this.#writing.values.has(key);
  }

  get(key: string): unknown {
    const { values } = this.#gathered.values.has(key) ? this.#gathered : this.#writing;
    return values.get(key);
  }

  change(change: StateChange): void {
    const [key, value] = change;
    if (key.startsWith(REQUESTS)) this.#gathered.requests.push(change);
    else this.#gathered.values.set(key, value);
  }

  /** The keys for which `isWanted` holds, in no order, as of now. */
  select(isWanted: (key: string) => boolean): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const { values } of [this.#writing, this.#gathered]) {
      for (const [key, value] of values) if (isWanted(key)) found.set(key, value);
    }
    return found;
  }

  /** What is to be written now; one write at a time, which `written` or `notWritten` ends. */
  beginWrite(): GatheredChanges {
    this.#writing = this.#gathered;
    this.#gathered = nothing();
    return this.#writing;
  }

  /** Storage has them, but for newer values of the same keys. */
  written(): void {
    this.#writing = nothing();
  }

  /** Newer values of the same keys win over those that failed. */
  notWritten(): void {
    const { values, requests } = this.#gathered;
    for (const [key, value] of values) this.#writing.values.set(key, value);
    for (const change of requests) this.#writing.requests.push(change);
    this.#gathered = this.#writing;
    this.#writing = nothing();
  }

  /** Storage was replaced as a whole. */
  clear(): void {
    this.#gathered = nothing();
    this.#writing = nothing();
  }
}

function nothing(): GatheredChanges {
  return { values: new Map(), requests: [] };
}
