import { compareChangeVectors } from '../change-vector.ts';
import { defineCommand } from '../command.ts';
import type { DocumentTransaction } from '../document-transaction.ts';
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
 * Removes a slice of the tombstones that everybody has seen. One of a change that this database does not claim to have
 * seen stays: a cluster transaction that wrote the document may still have to be executed here.
 */
export const cleanTombstones = defineCommand(
  'CleanTombstones',
  (transaction, { upToEtag }: CleanTombstonesArguments): CleanTombstonesResult => {
    const ids: string[] = [];
    for (const { name, tombstones } of transaction.collections()) {
      if (tombstones === 0) continue;
      for (const id of transaction.tombstonesOf(name, upToEtag)) {
        if (!isClaimed(transaction, id)) continue;
        if (ids.push(id) >= TOMBSTONES_CLEANED_AT_ONCE) break;
      }
      if (ids.length >= TOMBSTONES_CLEANED_AT_ONCE) break;
    }
    for (const id of ids) transaction.removeTombstone(id);
    return { removed: ids.length, isDone: ids.length < TOMBSTONES_CLEANED_AT_ONCE };
  },
);

function isClaimed(transaction: DocumentTransaction, id: string): boolean {
  const changeVector = transaction.getTombstone(id)?.changeVector ?? '';
  return compareChangeVectors(changeVector, transaction.databaseChangeVector) === 'AlreadyMerged';
}
