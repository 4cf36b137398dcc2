/** Which indexes of a database are paused on this node: by their names, or all but some. Names compare without case. */
export class PausedIndexes {
  #isAll = false;
  /** Those that are not as all the others are, in lower case. */
  readonly #others = new Set<string>();

  /** All of them were paused, and have not been resumed together since. */
  get isAll(): boolean {
    return this.#isAll;
  }

  has(name: string): boolean {
    return this.#others.has(name.toLowerCase()) !== this.#isAll;
  }

  /** Null: all of them, those to come as well. */
  set(name: string | null, isPaused: boolean): void {
    if (name === null) {
      this.#isAll = isPaused;
      this.#others.clear();
    } else if (isPaused === this.#isAll) this.#others.delete(name.toLowerCase());
    else this.#others.add(name.toLowerCase());
  }

  /** What brings another one, in which nothing is paused, to the same state. */
  steps(): readonly { readonly index: string | null; readonly isPaused: boolean }[] {
    return [
      ...(this.#isAll ? [{ index: null, isPaused: true }] : []),
      ...[...this.#others].map((index) => ({ index, isPaused: !this.#isAll })),
    ];
  }
}
