import type { LocalIndexes } from '../indexing/local/local-indexes.ts';
import type { MergeTurn } from '../indexing/store/merge-postings.ts';

interface AskedTurn {
  readonly index: string;
  readonly from: Buffer | null;
  readonly resolve: (turn: MergeTurn | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Turns of merging that somebody waits for, the longest wait first. Who asks for no more stops the merging. */
export class AskedMerges {
  readonly #waiting: AskedTurn[] = [];

  /** Null: there is no such index. */
  ask(index: string, from: Buffer | null): Promise<MergeTurn | null> {
    return new Promise((resolve, reject) => this.#waiting.push({ index, from, resolve, reject }));
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Never rejects: who asked hears of it. */
  async next(indexes: LocalIndexes): Promise<void> {
    const asked = this.#waiting.shift();
    if (asked === undefined) return;
    try {
      const index = indexes.find(asked.index);
      asked.resolve(index === undefined || index.isDropped ? null : await index.mergeTurn(asked.from));
    } catch (error) {
      asked.reject(error);
    }
  }

  endAll(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
