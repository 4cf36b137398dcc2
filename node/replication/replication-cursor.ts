import { Packr } from 'msgpackr';

/** How far this database is with one source; stored with the data, in the same transaction. */
export interface ReplicationCursor {
  /** Last etag of the source that was taken in. */
  readonly acceptedEtag: number;
  /** Where a new connection has to start. */
  readonly resumeEtag: number;
  /**
   * First etag here of an item from the source that no whole claim of the source has covered since; 0 when there is
   * none. Tombstones from there on are not cleaned: the change vector doesn't yet say that they were here.
   */
  readonly unclaimedEtag: number;
}

export const START: ReplicationCursor = { acceptedEtag: 0, resumeEtag: 0, unclaimedEtag: 0 };

const PREFIX = 'replication/from/';
const packr = new Packr({ useRecords: false });

/** The key of the source's cursor among the meta values of a database. */
export function cursorKey(sourceDatabaseId: string): string {
  return PREFIX + sourceDatabaseId;
}

export function encodeCursor(cursor: ReplicationCursor): Buffer {
  return packr.pack([cursor.acceptedEtag, cursor.resumeEtag, cursor.unclaimedEtag]);
}

export function decodeCursor(bytes: Uint8Array | undefined): ReplicationCursor {
  if (bytes === undefined) return START;
  const [acceptedEtag = 0, resumeEtag = 0, unclaimedEtag = 0] = packr.unpack(bytes) as number[];
  return { acceptedEtag, resumeEtag, unclaimedEtag };
}
