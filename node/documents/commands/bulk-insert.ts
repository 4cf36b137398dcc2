import { type DocumentJson, splitDocument } from '../../json/document-json.ts';
import { defineCommand } from '../command.ts';
import { DocumentIdError } from '../document-errors.ts';
import { randomDocumentId } from '../document-id.ts';
import type { StoredDocument } from '../stored-document.ts';

export interface BulkInsertArguments {
  readonly items: readonly BulkInsertItem[];
  /** Leave documents alone whose content is the same already. */
  readonly skipOverwriteIfUnchanged: boolean;
}

export interface BulkInsertItem {
  /** null or '': the server makes one up. Ending in `/`: the server completes it. */
  readonly id: string | null;
  readonly document: Buffer;
}

export interface BulkInsertResult {
  readonly stored: number;
  readonly unchanged: number;
  readonly lastId: string | null;
}

/** A part of a bulk insert: whatever is there is overwritten. Throws what `putDocument` throws. */
export const bulkInsert = defineCommand(
  'BulkInsert',
  (transaction, { items, skipOverwriteIfUnchanged }: BulkInsertArguments): BulkInsertResult => {
    let unchanged = 0;
    let lastId: string | null = null;
    for (const item of items) {
      const id = item.id === null || item.id === '' ? randomDocumentId() : item.id;
      if (id.endsWith('|')) {
        throw new DocumentIdError(
          `Document ids cannot end with '|', but '${id}' does. Identities are not for bulk insert.`,
        );
      }
      const json = splitDocument(item.document);
      const existing = skipOverwriteIfUnchanged && !id.endsWith('/') ? transaction.get(id) : undefined;
      if (existing !== undefined && isUnchanged(existing, json)) {
        unchanged++;
        lastId = existing.id;
      } else {
        lastId = transaction.putDocument(id, json, null).id;
      }
    }
    return { stored: items.length - unchanged, unchanged, lastId };
  },
  {
    ids: ({ items }) => items.flatMap(({ id }) => (id === null || id === '' || id.endsWith('/') ? [] : [id])),
    bytes: ({ items }) => items.reduce((sum, { document }) => sum + document.length, 0),
  },
);

function isUnchanged(existing: StoredDocument, json: DocumentJson): boolean {
  return (
    existing.collection === json.collection &&
    existing.body.equals(json.body) &&
    existing.metadata.equals(json.metadata)
  );
}
