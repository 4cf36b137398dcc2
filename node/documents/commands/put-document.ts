import { splitDocument } from '../../json/document-json.ts';
import { defineCommand } from '../command.ts';
import type { StoredDocument } from '../stored-document.ts';

export interface PutDocumentArguments {
  /** Ending in `/`: the server completes it. */
  readonly id: string;
  /** null: whatever is there; '': there must be nothing. */
  readonly expectedChangeVector: string | null;
  /** Raw JSON with the client's `@metadata`. */
  readonly document: Buffer;
}

/** What a write tells about the document that it made. */
export interface PutDocumentResult {
  readonly id: string;
  readonly changeVector: string;
  readonly collection: string;
  readonly lastModified: bigint;
  readonly flags: number;
  readonly etag: number;
}

/**
 * Stores one document. Throws JsonSyntaxError, InvalidMetadataError and what DocumentTransaction.putDocument throws.
 */
export const putDocument = defineCommand(
  'PutDocument',
  (transaction, { id, expectedChangeVector, document }: PutDocumentArguments): PutDocumentResult =>
    putResult(transaction.putDocument(id, splitDocument(document), expectedChangeVector)),
  {
    ids: ({ id }) => (id.endsWith('/') ? [] : [id]),
    bytes: ({ document }) => document.length,
  },
);

export function putResult(stored: StoredDocument): PutDocumentResult {
  const { id, changeVector, collection, lastModified, flags, etag } = stored;
  return { id, changeVector, collection, lastModified, flags, etag };
}
