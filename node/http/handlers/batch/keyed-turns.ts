/** Work under the same key is done one after the other, in the order in which it came. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<void>>();

  /** Settles as the work does. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key);
    const done = (before ?? Promise.resolve()).then(work);
    const settled = done.then(ignore, ignore);
    this.#last.set(key, settled);
    try {
      return await done;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}

function ignore(): void {}
