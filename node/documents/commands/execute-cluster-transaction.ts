import { EMPTY_COLLECTION, splitDocument } from '../../json/document-json.ts';
import { compareChangeVectors, etagOf, parseChangeVector } from '../change-vector.ts';
import { defineCommand } from '../command.ts';
import { DocumentError } from '../document-errors.ts';
import { DocumentFlag } from '../document-flags.ts';
import { type DocumentTransaction, LASTING_FLAGS, type NewVersion } from '../document-transaction.ts';
import type { StoredVersion } from '../stored-document.ts';

/** A document that a cluster transaction writes or deletes. */
export interface ClusterWrite {
  readonly id: string;
  /** Raw JSON with the client's `@metadata`; null: a deletion. */
  readonly document: string | null;
  /** That it gets: a RAFT entry with its place in the order of all cluster transactions, and perhaps a TRXN entry. */
  readonly changeVector: string;
  /** That the client had seen. */
  readonly seenChangeVector: string;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

export interface ExecuteClusterTransactionArguments {
  /** Database id of the RAFT entries. */
  readonly group: string;
  /** Counts of its first and last document. */
  readonly firstCount: number;
  readonly lastCount: number;
  readonly writes: readonly ClusterWrite[];
}

/** Transactions that precede this one are not executed yet. */
export class ClusterTransactionGapError extends DocumentError {
  override readonly name = 'ClusterTransactionGapError';
}

/** Whether there are revisions differs from copy to copy while conflicts are resolved; what is written here must not. */
const KEPT_FLAGS = LASTING_FLAGS & ~DocumentFlag.HasRevisions;

const TICKS_PER_MS = 10_000n;

/**
 * Executes the documents of one cluster transaction. How far a database is stands in the RAFT entry of its change vector,
 * written with the documents: so each is executed once, in order, and what replication has brought is not executed.
 */
export const executeClusterTransaction = defineCommand(
  'executeClusterTransaction',
  (transaction, { group, firstCount, lastCount, writes }: ExecuteClusterTransactionArguments): null => {
    const executed = etagOf(transaction.databaseChangeVector, group);
    if (executed >= lastCount) return null;
    if (executed < firstCount - 1) {
      throw new ClusterTransactionGapError(
        `Cluster transactions are executed up to document ${executed}, so the one from ${firstCount} on has to wait.`,
      );
    }
    for (const write of writes) executeWrite(transaction, write, group);
    transaction.mergeDatabaseChangeVector(`RAFT:${lastCount}-${group}`);
    return null;
  },
  {
    ids: ({ writes }) => writes.map(({ id }) => id),
    bytes: ({ writes }) => writes.reduce((sum, { document }) => sum + (document?.length ?? 0), 0),
  },
);

/** Passes one that can't be executed, so that those behind it can. Gives nothing of it to anybody. */
export const passClusterTransaction = defineCommand(
  'passClusterTransaction',
  (transaction, { group, lastCount }: { readonly group: string; readonly lastCount: number }): null => {
    transaction.mergeDatabaseChangeVector(`RAFT:${lastCount}-${group}`);
    return null;
  },
);

function executeWrite(transaction: DocumentTransaction, write: ClusterWrite, group: string): void {
  const versions = versionsOf(transaction, write.id);
  const count = etagOf(write.changeVector, group);
  if (versions.some(({ changeVector }) => etagOf(changeVector, group) >= count)) return;
  for (const version of versions) keepConcurrent(transaction, version, write, group);
  const lasting = versions.reduce((flags, version) => flags | (version.flags & KEPT_FLAGS), 0);
  transaction.storeVersion(newVersion(write, versions.at(-1), lasting));
}

function versionsOf(transaction: DocumentTransaction, id: string): readonly StoredVersion[] {
  if (transaction.isConflicted(id)) return transaction.getConflicts(id);
  const stored = transaction.get(id) ?? transaction.getTombstone(id);
  return stored === undefined ? [] : [stored];
}

/** What somebody wrote on one node alone, and this transaction did not know of, stays as a revision. */
function keepConcurrent(
  transaction: DocumentTransaction,
  version: StoredVersion,
  { id, seenChangeVector }: ClusterWrite,
  group: string,
): void {
  if (version.kind !== 'document') return;
  const alone = parseChangeVector(version.changeVector).filter(({ databaseId }) => databaseId !== group);
  const isSeen = compareChangeVectors(version.changeVector, seenChangeVector) === 'AlreadyMerged';
  const isOfTransactions = alone.every(({ tag }) => tag === 'TRXN');
  if (isSeen || isOfTransactions) return;
  transaction.storeRevision({
    ...version,
    id,
    flags: version.flags | DocumentFlag.Conflicted,
    content: version,
  });
}

/**
 * A deletion leaves its tombstone whether the document is here or not: a version that another node wrote, and that is
 * still on its way, must find it.
 */
function newVersion(write: ClusterWrite, before: StoredVersion | undefined, lasting: number): NewVersion {
  const { id, document, changeVector } = write;
  const flags = lasting | DocumentFlag.FromClusterTransaction;
  const lastModified = BigInt(Math.trunc(write.timeMs)) * TICKS_PER_MS;
  if (document === null) {
    const collection = before?.collection ?? EMPTY_COLLECTION;
    return { id: before?.id ?? id, changeVector, collection, flags, lastModified, content: null };
  }
  const { collection, metadata, body } = splitDocument(Buffer.from(document));
  return { id, changeVector, collection, flags, lastModified, content: { metadata, body } };
}
