import { DatabaseDoesNotExistError, RachisConcurrencyError } from '../cluster-error.ts';
import type { DatabaseRecord } from '../database-record.ts';
import { recordKey } from './state-keys.ts';
import type { StateReader, StateTransaction } from './state-transaction.ts';

/** A database record with the Raft index of its last change. */
export interface StoredRecord {
  readonly record: DatabaseRecord;
  readonly etag: number;
}

export function findRecord(state: StateReader, name: string): StoredRecord | undefined {
  return state.get(recordKey(name)) as StoredRecord | undefined;
}

/** Throws DatabaseDoesNotExistError. */
export function requireRecord(state: StateReader, name: string): StoredRecord {
  const stored = findRecord(state, name);
  if (stored === undefined) throw new DatabaseDoesNotExistError(`Database '${name}' does not exist.`);
  return stored;
}

/** Compare-and-set: throws RachisConcurrencyError unless the record stands where the command expects it. */
export function checkEtag({ record, etag }: StoredRecord, expected: number | null): void {
  if (expected === null || expected === etag) return;
  throw new RachisConcurrencyError(
    `Concurrency violation, the database ${record.DatabaseName} has etag ${etag} but was expecting ${expected}`,
  );
}

export function writeRecord(state: StateTransaction, record: DatabaseRecord, index: number): void {
  const stored: StoredRecord = { record, etag: index };
  state.put(recordKey(record.DatabaseName), stored);
}
