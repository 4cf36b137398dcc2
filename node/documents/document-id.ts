import { randomUUID } from 'node:crypto';
import { DocumentIdError } from './document-errors.ts';
import { DOCUMENT_ID_BYTES_MAX } from './limits.ts';

/** Ids are found whatever their case, and keep the case in which they were last written. */
export function lowerIdOf(id: string): string {
  return id.toLowerCase();
}

/** Throws DocumentIdError unless `id` may be written. */
export function checkDocumentId(id: string): void {
  if (id === '') throw new DocumentIdError('A document id must not be empty.');
  if (id.endsWith('|')) {
    throw new DocumentIdError(
      `'${id}' asks for an identity, which must be taken before the document is written.`,
    );
  }
  if (id.length * 3 > DOCUMENT_ID_BYTES_MAX) {
    const bytes = Buffer.byteLength(id);
    if (bytes > DOCUMENT_ID_BYTES_MAX) {
      throw new DocumentIdError(
        `Document ID cannot exceed ${DOCUMENT_ID_BYTES_MAX} bytes, but the ID was ${bytes} bytes. The invalid ID is '${id}'.`,
      );
    }
  }
}

/** An id ending in `/` asks the server for a number: the etag, zero-padded so that ids sort by age, and the node tag. */
export function completeServerId(id: string, etag: number, nodeTag: string): string {
  return `${id}${String(etag).padStart(19, '0')}-${nodeTag}`;
}

/** The id of a document that was sent without one. */
export function randomDocumentId(): string {
  return randomUUID();
}
