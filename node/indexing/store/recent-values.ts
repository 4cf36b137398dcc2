/**
 * Values that were used lately, within a weight. Two generations: what is used moves to the young one, and when that
 * is full the old one goes.
 */
export class RecentValues<Key, Value> {
  readonly #weightMax: number;
  readonly #weigh: (value: Value) => number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #weight = 0;

  /** `weightMax`: of one generation. A value that weighs more than a quarter of it is not kept. */
  constructor(weightMax: number, weigh: (value: Value) => number = () => 1) {
    this.#weightMax = weightMax;
    this.#weigh = weigh;
  }

  get(key: Key): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    const weight = this.#weigh(value);
    if (weight * 4 > this.#weightMax) return;
    if (this.#weight + weight > this.#weightMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#young.set(key, value);
    this.#weight += weight;
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Each key once, in no order. */
  entries(): IterableIterator<[Key, Value]> {
    return new Map([...this.#old, ...this.#young]).entries();
  }

  get isEmpty(): boolean {
    return this.#young.size + this.#old.size === 0;
  }
}
