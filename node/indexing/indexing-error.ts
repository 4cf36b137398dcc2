/** Why a document, or a value of it, could not be indexed. It is noted with the index; the others go on. */
export class IndexingError extends Error {
  override readonly name: string = 'IndexingError';
}
