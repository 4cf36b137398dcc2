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
}

const DATABASE_ID_LENGTH = 22;

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
  return {
    databaseId,
    databaseName: typeof databaseName === 'string' ? databaseName : '',
    tag: header.SourceNodeTag ?? '?',
  };
}
