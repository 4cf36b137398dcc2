/**
 * Values that come and go by the thousand, each under the number of the slot that it has meanwhile. A `Map` is the
 * wrong place for them: each time that one is laid out anew, V8's old layout keeps what was in it, and points to the
 * next one, so that everything that was ever in flight lives until the next full collection.
 */
export class SlotTable<Value> {
  readonly #values: (Value | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#values.length - this.#free.length;
  }

  /** The slot, counted from 0; it is the value's until that is taken. */
  put(value: Value): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    return slot;
  }

  /** Frees the slot; undefined: there was nothing in it. */
  take(slot: number): Value | undefined {
    const value = this.#values[slot];
    if (value === undefined) return undefined;
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return value;
  }

  /** What is in it, by slot. */
  get all(): readonly Value[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Frees all slots. */
  takeAll(): readonly Value[] {
    const all = this.all;
    this.#values.length = 0;
    this.#free.length = 0;
    return all;
  }
}
