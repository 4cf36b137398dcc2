import { DIGESTS_COMPARED } from './limits.ts';
import type { DigestAt } from './state/state-digest.ts';

/**
 * Compares what other nodes say of their state with this one's, wherever both speak of the same place of the log. A
 * difference is a fault of this program or of a disk: the nodes will never agree again by themselves.
 */
export class DigestComparison {
  /** Of this node, by index; the oldest go. */
  readonly #own = new Map<number, string>();
  readonly #differing = new Map<string, number>();
  readonly #compared = new Map<string, number>();

  /** Tag → the place of the log at which the node was last found to differ. */
  get differing(): ReadonlyMap<string, number> {
    return this.#differing;
  }

  /** Tag → the newest place of the log at which the node's state was compared, whatever came of it. */
  get compared(): ReadonlyMap<string, number> {
    return this.#compared;
  }

  own(digests: readonly DigestAt[]): void {
    for (const { index, digest } of digests) {
      this.#own.delete(index);
      this.#own.set(index, digest);
    }
    for (const index of this.#own.keys()) {
      if (this.#own.size <= DIGESTS_COMPARED) return;
      this.#own.delete(index);
    }
  }

  /** The newest place that both know decides. Gives it when the node is newly found to differ there; otherwise null. */
  hear(tag: string, digests: readonly DigestAt[]): number | null {
    const common = digests.filter(({ index }) => this.#own.has(index));
    const newest = common.toSorted((a, b) => a.index - b.index).at(-1);
    if (newest === undefined) return null;
    this.#compared.set(tag, newest.index);
    if (this.#own.get(newest.index) === newest.digest) {
      this.#differing.delete(tag);
      return null;
    }
    const isNews = !this.#differing.has(tag);
    this.#differing.set(tag, newest.index);
    return isNews ? newest.index : null;
  }

  /** This node does not lead any more, or another state took the place of the one that was compared. */
  forget(): void {
    this.#own.clear();
    this.#differing.clear();
    this.#compared.clear();
  }
}
