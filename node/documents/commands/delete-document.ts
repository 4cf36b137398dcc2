import { defineCommand } from '../command.ts';

export interface DeleteDocumentArguments {
  readonly id: string;
  /** null: whatever is there. */
  readonly expectedChangeVector: string | null;
}

export interface DeleteDocumentResult {
  /** Change vector of the tombstone; null when there was no document. */
  readonly changeVector: string | null;
}

/** Deletes one document; deleting none is no error. Throws what DocumentTransaction.deleteDocument throws. */
export const deleteDocument = defineCommand(
  'DeleteDocument',
  (transaction, { id, expectedChangeVector }: DeleteDocumentArguments): DeleteDocumentResult => ({
    changeVector: transaction.deleteDocument(id, expectedChangeVector)?.changeVector ?? null,
  }),
  { ids: ({ id }) => [id] },
);
