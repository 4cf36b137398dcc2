import { defineCommand } from '../command.ts';
import { TOMBSTONES_CLEANED_AT_ONCE } from '../limits.ts';

export interface CleanTombstonesArguments {
  /** Tombstones with a later etag stay. */
  readonly upToEtag: number;
}

export interface CleanTombstonesResult {
  readonly removed: number;
  /** There are no more up to that etag. */
  readonly isDone: boolean;
}

/** Removes a slice of the tombstones that everybody has seen. */
export const cleanTombstones = defineCommand(
  'CleanTombstones',
  (transaction, { upToEtag }: CleanTombstonesArguments): CleanTombstonesResult => {
    const ids: string[] = [];
    for (const { name, tombstones } of transaction.collections()) {
      if (tombstones === 0) continue;
      for (const id of transaction.tombstonesOf(name, upToEtag)) {
        if (ids.push(id) >= TOMBSTONES_CLEANED_AT_ONCE) break;
      }
      if (ids.length >= TOMBSTONES_CLEANED_AT_ONCE) break;
    }
    for (const id of ids) transaction.removeTombstone(id);
    return { removed: ids.length, isDone: ids.length < TOMBSTONES_CLEANED_AT_ONCE };
  },
);
