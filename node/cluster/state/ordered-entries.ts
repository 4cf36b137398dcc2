import type { StateEntry } from './state-transaction.ts';

/** Entries taken from the front before their places are given back: moving the others takes its time. */
const GIVEN_BACK_AT_ONCE = 4096;

/**
 * A map for entries that come in the order of their keys and go in the same order, as remembered requests do: both cost
 * a place at an end of a list. Anything else is possible and costs a move of the others.
 */
export class OrderedEntries implements Iterable<StateEntry> {
  #keys: string[] = [];
  #values: unknown[] = [];
  /** What is before it is gone. */
  #first = 0;

  get(key: string): unknown {
    const place = this.#placeOf(key);
    return this.#keys[place] === key ? this.#values[place] : undefined;
  }

  set(key: string, value: unknown): void {
    const last = this.#keys.length - 1;
    if (last < this.#first || key > (this.#keys[last] as string)) {
      this.#keys.push(key);
      this.#values.push(value);
      return;
    }
    const place = this.#placeOf(key);
    const replaced = this.#keys[place] === key ? 1 : 0;
    this.#keys.splice(place, replaced, key);
    this.#values.splice(place, replaced, value);
  }

  delete(key: string): void {
    const place = this.#placeOf(key);
    if (this.#keys[place] !== key) return;
    if (place !== this.#first) {
      this.#keys.splice(place, 1);
      this.#values.splice(place, 1);
      return;
    }
    this.#values[place] = undefined;
    this.#first++;
    if (this.#first < GIVEN_BACK_AT_ONCE) return;
    this.#keys = this.#keys.slice(this.#first);
    this.#values = this.#values.slice(this.#first);
    this.#first = 0;
  }

  /** In the order of the keys. */
  *[Symbol.iterator](): Generator<StateEntry> {
    for (let place = this.#first; place < this.#keys.length; place++) {
      yield [this.#keys[place] as string, this.#values[place]];
    }
  }

  /** Of the first key that is not below this one. */
  #placeOf(key: string): number {
    let low = this.#first;
    if (this.#keys[low] === key) return low;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
