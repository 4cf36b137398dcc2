import { RecentValues } from '../indexing/store/recent-values.ts';
import { ASKED_CHARACTERS_MAX } from './limits.ts';

/** A text that was asked as a query. Times in milliseconds since 1970. */
export interface AskedQuery {
  readonly text: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The index that answered last; null: the collection itself. */
  readonly index: string | null;
}

interface Asked {
  readonly characters: number;
  readonly firstMs: number;
  lastMs: number;
  index: string | null;
}

/** The texts of queries that were asked lately, so that somebody can look at what a database is asked. */
export class AskedQueries {
  readonly #asked = new RecentValues<string, Asked>(ASKED_CHARACTERS_MAX, ({ characters }) => characters);

  note(text: string, nowMs: number, index: string | null): void {
    const asked = this.#asked.get(text);
    if (asked === undefined) {
      this.#asked.set(text, { characters: text.length, firstMs: nowMs, lastMs: nowMs, index });
    } else {
      asked.lastMs = nowMs;
      asked.index = index;
    }
  }

  /** Those that were asked last come first. */
  get all(): readonly AskedQuery[] {
    return [...this.#asked.entries()]
      .map(([text, { firstMs, lastMs, index }]) => ({ text, firstMs, lastMs, index }))
      .toSorted((a, b) => b.lastMs - a.lastMs);
  }
}
