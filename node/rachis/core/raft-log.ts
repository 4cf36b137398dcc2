import type { Configuration } from './configuration.ts';
import { type Entry, entryBytes } from './entry.ts';
import { invariant } from './invariant.ts';

/** A place in the log. */
export interface LogPosition {
  readonly index: number;
  readonly term: number;
}

/**
 * The log as the core sees it, in memory: everything after the compaction point, durable or not.
 *
 * Invariant: `#entries[i].index === base.index + 1 + i`, and terms never fall.
 */
export class RaftLog {
  #base: LogPosition;
  #entries: Entry[];

  constructor(base: LogPosition, entries: readonly Entry[]) {
    this.#base = base;
    this.#entries = [...entries];
  }

  /** The compaction point: the last position whose entry is gone. */
  get base(): LogPosition {
    return this.#base;
  }

  get firstIndex(): number {
    return this.#base.index + 1;
  }

  get lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#base.term;
  }

  /** `undefined` outside of [compaction point, last index]. */
  termAt(index: number): number | undefined {
    if (index === this.#base.index) return this.#base.term;
    return this.#entries[index - this.#base.index - 1]?.term;
  }

  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.#base.index - 1];
  }

  /** Entries in [from, to], at most `countMax`, and at most `bytesMax` unless the first alone is larger. */
  slice(from: number, to: number, countMax: number, bytesMax: number): readonly Entry[] {
    const start = from - this.#base.index - 1;
    invariant(start >= 0, () => `entry ${from} was asked for, but the log starts at ${this.firstIndex}`);
    const stop = Math.min(to - this.#base.index, start + countMax, this.#entries.length);
    let bytes = 0;
    let end = start;
    for (; end < stop; end++) {
      const entry = this.#entries[end];
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (bytes > bytesMax && end > start) break;
    }
    return this.#entries.slice(start, end);
  }

  append(entry: Entry): void {
    invariant(
      entry.index === this.lastIndex + 1 && entry.term >= this.lastTerm,
      () => `entry (${entry.index}, ${entry.term}) can't follow (${this.lastIndex}, ${this.lastTerm})`,
    );
    this.#entries.push(entry);
  }

  /** Drops `from` and everything after it. */
  truncateFrom(from: number): void {
    invariant(from > this.#base.index, () => `truncating from ${from} would pass the compaction point`);
    this.#entries.length = Math.min(this.#entries.length, from - this.#base.index - 1);
  }

  /** Drops everything up to and with `index`. */
  compactTo(index: number): void {
    const term = this.termAt(index);
    invariant(term !== undefined, () => `can't compact to ${index}: the log holds up to ${this.lastIndex}`);
    this.#entries = this.#entries.slice(index - this.#base.index);
    this.#base = { index, term };
  }

  /** A snapshot takes the place of the whole log. */
  restore(base: LogPosition): void {
    this.#base = base;
    this.#entries = [];
  }

  /** An unsafe recovery: every configuration in the log becomes this one. */
  replaceConfigurations(configuration: Configuration): void {
    this.#entries = this.#entries.map((entry) =>
      entry.kind === 'configuration' ? { ...entry, configuration } : entry,
    );
  }

  /** Raft §5.4.1: the last terms decide, then the lengths; as one pair, never the length alone. */
  isUpToDate(last: LogPosition): boolean {
    return last.term > this.lastTerm || (last.term === this.lastTerm && last.index >= this.lastIndex);
  }

  /**
   * The highest position at or before `index` whose term is at most `term`: everything above it can't match a log
   * that has `term` at `index`. Below the compaction point the term is unknown and 0 is given.
   */
  lastPositionAtOrBelowTerm(index: number, term: number): LogPosition {
    let at = Math.min(index, this.lastIndex);
    for (; at >= this.#base.index; at--) {
      const here = this.termAt(at) ?? 0;
      if (here <= term) return { index: at, term: here };
    }
    return { index: Math.max(0, at), term: 0 };
  }
}
