import type { StateChange, StateEntry } from './state/state-transaction.ts';

/**
 * What was applied and is not in storage yet: the newest value of each key, `undefined` for what is deleted. While a
 * write carries one part, what comes gathers in another, so that a write that succeeded costs no look at its keys.
 */
export class UnwrittenChanges {
  #gathered = new Map<string, unknown>();
  #writing = new Map<string, unknown>();

  has(key: string): boolean {
    return this.#gathered.has(key) || this.#writing.has(key);
  }

  get(key: string): unknown {
    return this.#gathered.has(key) ? this.#gathered.get(key) : this.#writing.get(key);
  }

  change([key, value]: StateChange): void {
    this.#gathered.set(key, value);
  }

  /** The keys for which `isWanted` holds, in no order, as of now. */
  select(isWanted: (key: string) => boolean): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const part of [this.#writing, this.#gathered]) {
      for (const [key, value] of part) if (isWanted(key)) found.set(key, value);
    }
    return found;
  }

  /** What is to be written now; one write at a time, which `written` or `notWritten` ends. */
  beginWrite(): Iterable<StateEntry> {
    this.#writing = this.#gathered;
    this.#gathered = new Map();
    return this.#writing;
  }

  /** Storage has them, but for newer values of the same keys. */
  written(): void {
    this.#writing = new Map();
  }

  /** Newer values of the same keys win over those that failed. */
  notWritten(): void {
    for (const [key, value] of this.#gathered) this.#writing.set(key, value);
    this.#gathered = this.#writing;
    this.#writing = new Map();
  }

  /** Storage was replaced as a whole. */
  clear(): void {
    this.#gathered.clear();
    this.#writing = new Map();
  }
}
