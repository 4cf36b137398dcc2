/** Why a document, or a value of it, could not be indexed. It is noted with the index; the others go on. */
export class IndexingError extends Error {
  override readonly name: string = 'IndexingError';
}

/** A definition that makes no index: a script that can't be read, no map, an analyzer that nobody knows. */
export class IndexDefinitionError extends Error {
  override readonly name: string = 'IndexDefinitionError';
}

/** An index that is deployed on one node after the other, and not yet on this one: another can be asked. */
export class PendingRollingIndexError extends Error {
  override readonly name: string = 'PendingRollingIndexError';

  constructor(index: string, nodeTag: string) {
    super(
      `Cannot use index '${index}' on node ${nodeTag} because a rolling index deployment is still pending on this node.`,
    );
  }
}
