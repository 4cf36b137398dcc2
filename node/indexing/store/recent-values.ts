/** What several keepers of values may keep together, in each of two generations. */
export class WeightBudget {
  readonly max: number;
  readonly #age = new Set<() => void>();
  #weight = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** `age`: lets the old generation go, and makes it of the young one. Gives a function that leaves. */
  join(age: () => void): () => void {
    this.#age.add(age);
    return () => void this.#age.delete(age);
  }

  /** Something more is in the young generation, from now on. */
  add(weight: number): void {
    if (this.#weight + weight > this.max) {
      for (const age of this.#age) age();
      this.#weight = 0;
    }
    this.#weight += weight;
  }
}

/**
 * Values that were used lately, within a weight. Two generations: what is used moves to the young one, and when that
 * is full the old one goes.
 */
export class RecentValues<Key, Value> {
  readonly #budget: WeightBudget;
  readonly #weigh: (value: Value) => number;
  readonly #leave: () => void;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /**
   * `budget`: of this one alone, as the weight of one generation, or shared with others. A value that weighs more than a
   * quarter of it is not kept.
   */
  constructor(budget: number | WeightBudget, weigh: (value: Value) => number = () => 1) {
    this.#budget = typeof budget === 'number' ? new WeightBudget(budget) : budget;
    this.#weigh = weigh;
    this.#leave = this.#budget.join(() => {
      this.#old = this.#young;
      this.#young = new Map();
    });
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
    if (weight * 4 > this.#budget.max) return;
    this.#budget.add(weight);
    this.#young.set(key, value);
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  /** Keeps nothing any more. Of a shared budget, whoever is done with it must say so. */
  close(): void {
    this.#leave();
    this.clear();
  }

  /** Each key once, in no order. */
  entries(): IterableIterator<[Key, Value]> {
    return new Map([...this.#old, ...this.#young]).entries();
  }

  get isEmpty(): boolean {
    return this.#young.size + this.#old.size === 0;
  }
}
