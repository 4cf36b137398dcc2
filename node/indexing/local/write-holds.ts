/** Who reads an index in turns and wants it to stay as it is meanwhile. */
export class WriteHolds {
  #count = 0;
  #waiting: (() => void)[] = [];

  get areThere(): boolean {
    return this.#count > 0;
  }

  /** Gives a function that lets go, once. */
  add(): () => void {
    this.#count++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#count--;
      if (this.areThere) return;
      for (const go of this.#waiting.splice(0)) go();
    };
  }

  /** Resolves when there is none. Whoever goes on then looks again. */
  released(): Promise<void> {
    if (!this.areThere) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
