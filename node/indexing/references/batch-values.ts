import { ValueLookup } from '../../scripting/value-lookup.ts';
import { BATCH_VALUE_CHARACTERS_MAX, KEPT_VALUE_CHARACTERS_MAX } from '../limits.ts';
import type { ValueSource } from './value-source.ts';

/** Compare-exchange values that the documents of one batch look up while they are mapped. */
export class BatchValues {
  readonly #source: ValueSource;
  readonly #texts = new Map<string, string | null>();
  readonly #indexes = new Map<string, number>();
  #characters = 0;

  constructor(source: ValueSource) {
    this.#source = source;
  }

  /** For one call of a map: what is missing in it is to be fetched, and the call made again. */
  lookup(): ValueLookup {
    return new ValueLookup(this.#texts);
  }

  /** Raft indexes of the values as they were fetched; those that were not are left out. */
  indexesOf(keys: readonly string[]): ReadonlyMap<string, number> {
    return new Map(
      keys.flatMap((key) => {
        const index = this.#indexes.get(key);
        return index === undefined ? [] : [[key, index] as const];
      }),
    );
  }

  /** False: they are more than fit; then those that are here are to be forgotten first. */
  async fetch(keys: readonly string[]): Promise<boolean> {
    for (let left = keys; left.length > 0; left = left.filter((key) => !this.#texts.has(key))) {
      for (const [key, { index, json }] of await this.#source(left, 'texts')) {
        this.#texts.set(key, json);
        this.#indexes.set(key, index);
        this.#characters += json?.length ?? 0;
      }
      if (this.#characters > KEPT_VALUE_CHARACTERS_MAX) return false;
    }
    return true;
  }

  forget(): void {
    this.#texts.clear();
    this.#characters = 0;
  }

  get isEmpty(): boolean {
    return this.#texts.size === 0;
  }

  /** The batch should end here. */
  get isFull(): boolean {
    return this.#characters > BATCH_VALUE_CHARACTERS_MAX;
  }
}
