/** Values that one call may look up; more would be sent to and fro in vain. */
const LOOKUPS_MAX = 4096;

/** JSON text of the `Object` of compare-exchange values, by key as it was asked for; null: there is none. */
export type KnownValues = ReadonlyMap<string, string | null>;

/**
 * Compare-exchange values for queries and scripts, in the thread that runs them: those that came with the call. What is
 * asked for beyond them counts as missing and is noted; whoever made the call then makes it again, with these.
 */
export class ValueLookup {
  readonly #known: KnownValues;
  readonly #missing = new Set<string>();
  #isUsed = false;
  #isSealed = false;

  constructor(known: KnownValues = new Map()) {
    this.#known = known;
  }

  /** JSON text, or null. */
  find(key: string): string | null {
    this.#isUsed = true;
    const value = this.#known.get(key);
    if (value !== undefined) return value;
    if (this.#isSealed) {
      throw new Error(
        `cmpxchg('${key}') can't be served in a stream: there it is for the condition of the query only.`,
      );
    }
    if (this.#missing.size >= LOOKUPS_MAX) {
      throw new Error(`One call may look up ${LOOKUPS_MAX} compare-exchange values.`);
    }
    this.#missing.add(key);
    return null;
  }

  /** From now on it is too late to make the call again: what is missing is an error. */
  seal(): void {
    this.#isSealed = true;
  }

  /** Keys that were asked for and did not come with the call. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  /** Whether the outcome depends on any value. */
  get isUsed(): boolean {
    return this.#isUsed;
  }
}
