import { compareChangeVectors } from '../change-vector.ts';
import { defineCommand } from '../command.ts';
import type { Departure, DocumentTransaction } from '../document-transaction.ts';
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

/**
 * Removes a slice of the tombstones that everybody has seen, and of what only indexes had to see: that documents have
 * left a collection. A tombstone of a change that this database does not claim to have seen stays: a cluster transaction
 * that wrote the document may still have to be executed here.
 */
export const cleanTombstones = defineCommand(
  'CleanTombstones',
  (transaction, { upToEtag }: CleanTombstonesArguments): CleanTombstonesResult => {
    const departures: Departure[] = [];
    for (const { name, tombstones, moves } of transaction.collections()) {
      if (tombstones + moves === 0) continue;
      for (const departure of transaction.departures(name, upToEtag)) {
        if (!isClaimed(transaction, departure)) continue;
        if (departures.push(departure) >= TOMBSTONES_CLEANED_AT_ONCE) break;
      }
      if (departures.length >= TOMBSTONES_CLEANED_AT_ONCE) break;
    }
    for (const departure of departures) transaction.removeDeparture(departure);
    return {
      removed: departures.filter(({ tombstone }) => tombstone !== undefined).length,
      isDone: departures.length < TOMBSTONES_CLEANED_AT_ONCE,
    };
  },
);

/** Other copies get to know nothing of one without a tombstone. */
function isClaimed(transaction: DocumentTransaction, { tombstone }: Departure): boolean {
  if (tombstone === undefined) return true;
  return compareChangeVectors(tombstone.changeVector, transaction.databaseChangeVector) === 'AlreadyMerged';
}
