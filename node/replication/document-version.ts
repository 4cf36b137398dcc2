/** One version of a document as replication compares it. */
export interface DocumentVersion {
  readonly changeVector: string;
  readonly collection: string;
  readonly flags: number;
  /** Hybrid logical time of the write, in ticks. A resolution keeps its winner's. */
  readonly lastModified: bigint;
  /** null: a deletion. */
  readonly content: DocumentContent | null;
}

export interface DocumentContent {
  readonly body: Buffer;
  readonly metadata: Buffer;
}

/**
 * Flag, never shown to anybody, of a version that is several of the same content: unlike all others it has no one
 * writer, and no one entry of its vector stands for it.
 */
export const MERGED_TWIN = 1 << 30;

/** Same document, or both deletions: nothing is lost by keeping either. */
export function isSameContent(a: DocumentVersion, b: DocumentVersion): boolean {
  if (a.content === null || b.content === null) return a.content === b.content;
  return (
    a.collection === b.collection &&
    a.content.body.equals(b.content.body) &&
    a.content.metadata.equals(b.content.metadata)
  );
}
