import type { OperationHeader } from '../wire/operation-header.ts';

/** Who connects to replicate to us. */
export interface SourceIdentity {
  readonly databaseId: string;
  readonly databaseName: string;
  readonly tag: string;
}

/** Who is connected to. */
export interface OwnIdentity {
  readonly databaseId: string;
  readonly groupId: string | null;
  /** Raft index since which this node has been holding this copy; null: it does not matter. */
  readonly copySince: number | null;
}

/** Member of a header's Info: the Raft index since which the destination's node holds the copy that the source means. */
const DESTINATION_COPY_SINCE = 'DestinationCopySince';

const DATABASE_ID_LENGTH = 22;

/** The part of a header's Info that says which copy the source means; undefined: whichever is there. */
export function meantCopy(copySince: number | undefined): Readonly<Record<string, unknown>> {
  return copySince === undefined ? {} : { [DESTINATION_COPY_SINCE]: copySince };
}

/** Reads the identity from the header of a 'Replication' connection; a text says why it can't be accepted. */
export function sourceIdentity(header: OperationHeader, own: OwnIdentity): SourceIdentity | string {
  const databaseId = header.Info.SourceDatabaseId;
  const databaseName = header.Info.SourceDatabaseName;
  if (typeof databaseId !== 'string' || databaseId.length !== DATABASE_ID_LENGTH) {
    return 'A replication connection must name the id of its source database in Info.SourceDatabaseId.';
  }
  if (databaseId === own.databaseId) {
    return `The source is this very database (id ${databaseId}): two nodes share one address, or one copied the other's data directory.`;
  }
  const groupId = header.Info.DatabaseGroupId;
  if (typeof groupId === 'string' && own.groupId !== null && groupId !== own.groupId) {
    return `The source belongs to another database group (${groupId}) than this database (${own.groupId}): the database was deleted and created anew meanwhile.`;
  }
  const unmeant = otherCopyMeant(header.Info[DESTINATION_COPY_SINCE], own.copySince);
  if (unmeant !== null) return unmeant;
  return {
    databaseId,
    databaseName: typeof databaseName === 'string' ? databaseName : '',
    tag: header.SourceNodeTag ?? '?',
  };
}

/**
 * Why a source that means another copy of this node is not welcome, or null. Whoever follows the record keeps tombstones
 * for the copies that this names, and for no others: a copy that the node has yet to set aside would come to claim
 * deletions that it never gets, and one that the source has yet to hear of would be sent what nobody keeps tombstones of.
 * Sources of older versions don't tell which copy they mean.
 */
function otherCopyMeant(meant: unknown, own: number | null): string | null {
  if (typeof meant !== 'number' || own === null || meant === own) return null;
  const who = `The source means the copy that this node was given at Raft index ${meant}; the one that is here is from ${own}`;
  return meant > own
    ? `${who}, and is set aside when this node has applied that.`
    : `${who}, which the source's node has yet to apply.`;
}
