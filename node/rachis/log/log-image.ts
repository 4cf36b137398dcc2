import type { Entry } from '../core/entry.ts';
import type { SnapshotMetadata } from '../core/message.ts';
import type { HardState } from '../core/ready.ts';
import type { LogChange } from './log-change.ts';

/** What the durable log holds; the part of a core's restored state that comes from it. */
export interface StoredLog {
  readonly hardState: HardState;
  readonly snapshot: SnapshotMetadata | null;
  readonly entries: readonly Entry[];
}

/**
 * Replays the changes of a log. Old segments may be gone, so entries may begin in the middle; the compaction point, by
 * then known, says whether the ones that are missing are needed.
 */
export class LogImage {
  #hardState: HardState = { term: 0, votedFor: null };
  #point: SnapshotMetadata | null = null;
  #entries: Entry[] = [];

  apply(change: LogChange): void {
    switch (change.kind) {
      case 'hardState':
        this.#hardState = change.hardState;
        break;
      case 'compacted':
        if (change.point.index > (this.#point?.index ?? 0)) this.#point = change.point;
        break;
      case 'reset':
        this.#point = change.point;
        this.#entries = [];
        break;
      case 'entries':
        this.#replaceFrom(change.entries);
        break;
    }
  }

  /** The log, or what is wrong with it. */
  finish(): StoredLog | { readonly problem: string } {
    const base = this.#point?.index ?? 0;
    const entries = this.#entries.filter((entry) => entry.index > base);
    const first = entries[0]?.index;
    if (first !== undefined && first !== base + 1) {
      return { problem: `entries ${base + 1} to ${first - 1} are missing` };
    }
    return { hardState: this.#hardState, snapshot: this.#point, entries };
  }

  #replaceFrom(entries: readonly Entry[]): void {
    const from = entries[0]?.index;
    if (from === undefined) return;
    const start = this.#entries[0]?.index ?? from;
    const last = this.#entries.at(-1)?.index ?? from - 1;
    if (from > last + 1 || from <= start) this.#entries = [];
    else this.#entries.length = from - start;
    for (const entry of entries) this.#entries.push(entry);
  }
}
