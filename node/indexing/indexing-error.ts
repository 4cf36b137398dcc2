/** Why a document, or a value of it, could not be indexed. It is noted with the index; the others go on. */
export class IndexingError extends Error {
  override readonly name: string = 'IndexingError';
}

/** A definition that makes no index: a script that can't be read, no map, an analyzer that nobody knows. */
export class IndexDefinitionError extends Error {
  override readonly name: string = 'IndexDefinitionError';
}
