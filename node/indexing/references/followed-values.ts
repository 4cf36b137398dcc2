import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { READ_VALUES_MAX, TOLD_VALUES_MAX } from '../limits.ts';
import { documentKey, indexRange, VALUE_INDEXES } from '../store/index-columns.ts';
import { TO_VALUES } from './reference-columns.ts';
import { type ChangedTargets, NO_TARGETS, sourcesOf } from './referencing-documents.ts';
import type { ValueSource } from './value-source.ts';
import { readValueIndex, writeValueIndex } from './value-writer.ts';

export interface FollowedValuesOptions {
  readonly view: KeyValueView;
  /** Number of the index within its environment. */
  readonly index: number;
  readonly source: ValueSource;
  /** The index has looked up values before. */
  readonly hasValues: boolean;
}

/** Where the comparison of all values is: behind this key; null: at the beginning. */
interface Sweep {
  readonly after: Buffer | null;
}

/**
 * Which compare-exchange values of an index are to be compared with those that its documents were mapped with: those
 * of whose change the node has told, and after a start all of them. Only a comparison says that a value has changed, so
 * what is told too often, or again, costs a look.
 */
export class FollowedValues {
  readonly #options: FollowedValuesOptions;
  /** Raft index at which the change was told of, by key; the oldest first. */
  readonly #told = new Map<string, number>();
  #sweep: Sweep | null;
  #lastIndex = 0;
  #isComparing = false;
  /** Of what is being compared or mapped again, the oldest that was told of. */
  #oldest = 0;
  /** A batch is being made: what it looks up is not written yet. */
  isMapping = false;

  constructor(options: FollowedValuesOptions) {
    this.#options = options;
    this.#sweep = options.hasValues ? { after: null } : null;
  }

  /** Values may have changed, with the Raft index up to which these are all; null: any of them. */
  changed(keys: readonly string[] | null, raftIndex: number): void {
    const { view, index } = this.#options;
    const own = keys?.filter((key) => this.isMapping || readValueIndex(view, index, key) !== undefined);
    if (own?.length === 0) return;
    this.#lastIndex = Math.max(this.#lastIndex, raftIndex);
    if (own === undefined || this.#told.size + own.length > TOLD_VALUES_MAX) this.#compareAll();
    else for (const key of own) if (!this.#told.has(key)) this.#told.set(key, this.#lastIndex);
  }

  /** Raft index of the last change that the node has told of; 0: of none since it started. */
  get lastIndex(): number {
    return this.#lastIndex;
  }

  /** Documents are mapped with what was told of up to this Raft index. `changed`: values whose documents are not. */
  settledIndex(changed: ChangedTargets): number {
    return this.isStale(changed, this.#lastIndex)
      ? Math.max(0, this.#oldestOf(changed) - 1)
      : this.#lastIndex;
  }

  /** Some documents are not mapped with what was told of up to a Raft index. */
  isStale(changed: ChangedTargets, upTo: number): boolean {
    if (this.#sweep !== null) return true;
    if ((this.#isComparing || changed.targets.length > 0) && this.#oldest <= upTo) return true;
    const [first] = this.#told.values();
    return first !== undefined && first <= upTo;
  }

  /** There is something to compare. */
  get isBehind(): boolean {
    return this.#sweep !== null || this.#told.size > 0;
  }

  /**
   * Compares some values, and writes those that have changed as what their documents are mapped with from now on. Gives
   * their keys. May be called only when those of before are done.
   */
  async compare(batch: WriteBatch): Promise<ChangedTargets> {
    this.#isComparing = true;
    try {
      const sweep = this.#sweep;
      const { keys, next } = sweep === null ? { keys: this.#takeTold(), next: null } : this.#nextKeys(sweep);
      const targets = await this.#compared(keys, batch);
      if (sweep !== null && this.#sweep === sweep) this.#sweep = next;
      return { ...NO_TARGETS, targets };
    } catch (error) {
      this.#compareAll();
      throw error;
    } finally {
      this.#isComparing = false;
    }
  }

  #oldestOf(changed: ChangedTargets): number {
    if (this.#sweep !== null) return 0;
    const [first = this.#lastIndex] = this.#told.values();
    return this.#isComparing || changed.targets.length > 0 ? Math.min(this.#oldest, first) : first;
  }

  #compareAll(): void {
    this.#told.clear();
    this.#sweep = { after: null };
  }

  #takeTold(): readonly string[] {
    const taken = [...this.#told].slice(0, READ_VALUES_MAX);
    this.#oldest = taken[0]?.[1] ?? this.#lastIndex;
    for (const [key] of taken) this.#told.delete(key);
    return taken.map(([key]) => key);
  }

  #nextKeys({ after }: Sweep): { readonly keys: readonly string[]; readonly next: Sweep | null } {
    const { view, index } = this.#options;
    const { gte, lt } = indexRange(index);
    const rows: Buffer[] = [];
    for (const [key] of view.scan(VALUE_INDEXES, after === null ? { gte, lt } : { gt: after, lt })) {
      rows.push(key);
      if (rows.length >= READ_VALUES_MAX) break;
    }
    this.#oldest = 0;
    return {
      keys: rows.map((key) => key.toString('utf8', gte.length)),
      next: rows.length < READ_VALUES_MAX ? null : { after: rows.at(-1) ?? null },
    };
  }

  /** Those of the values that have changed, and that documents were mapped with. */
  async #compared(keys: readonly string[], batch: WriteBatch): Promise<readonly string[]> {
    const { view, index, source } = this.#options;
    const now = new Map<string, number>();
    for (let left = keys; left.length > 0; left = left.filter((key) => !now.has(key))) {
      for (const [key, value] of await source(left, 'indexes')) now.set(key, value.index);
    }
    return keys.filter((key) => {
      const before = readValueIndex(view, index, key);
      if (before === undefined || before === now.get(key)) return false;
      const targets = { targets: [key], after: null };
      if (sourcesOf({ view, index, columns: TO_VALUES }, targets, 1).sources.length === 0) {
        batch.delete(VALUE_INDEXES, documentKey(index, key));
        return false;
      }
      writeValueIndex(batch, index, key, now.get(key) ?? 0);
      return true;
    });
  }
}
