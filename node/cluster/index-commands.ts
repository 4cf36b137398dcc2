/** What changes the indexes of a database's record. */
export type IndexCommand =
  | PutAutoIndex
  | PutIndexes
  | PutRollingIndexes
  | PutRecordedIndexes
  | PutRollingAutoIndex
  | FinishRollingIndex
  | EditIndexes
  | DeleteIndexes;

/** Adds an auto index, or changes the one of that name. Result: null. */
export interface PutAutoIndex {
  readonly type: 'PutAutoIndex';
  readonly name: string;
  /** With its `Name`; kept as it is. */
  readonly definition: Readonly<Record<string, unknown>> & { readonly Name: string };
}

/** Adds static indexes, or replaces those of the same names, all or none. Result: null. */
export interface PutIndexes {
  readonly type: 'PutIndexes';
  readonly name: string;
  readonly definitions: readonly (Readonly<Record<string, unknown>> & { readonly Name: string })[];
}

/**
 * As PutIndexes; those that are named in `rolling`, and change, are made on one node of the group after the other.
 * Result: null.
 */
export interface PutRollingIndexes extends Omit<PutIndexes, 'type'> {
  readonly type: 'PutRollingIndexes';
  readonly rolling: readonly string[];
}

/** As PutRollingIndexes; what changes is kept in `IndexesHistory` of the record. Result: null. */
export interface PutRecordedIndexes extends Omit<PutRollingIndexes, 'type'> {
  readonly type: 'PutRecordedIndexes';
  /** Tag of the node that they were put through. */
  readonly source: string;
}

/** As PutAutoIndex; a new one is made on one node of the group after the other. Result: null. */
export interface PutRollingAutoIndex extends Omit<PutAutoIndex, 'type'> {
  readonly type: 'PutRollingAutoIndex';
}

/** A rolling index has caught up on a node, or is taken to have: the next one may begin. Result: null. */
export interface FinishRollingIndex {
  readonly type: 'FinishRollingIndex';
  readonly name: string;
  readonly index: string;
  /** Null: all of the group. */
  readonly node: string | null;
  /** Raft index at which the deployment began that is meant; null: whichever there is. */
  readonly deployment: number | null;
}

/** Sets members of indexes that exist, static or auto: lock, priority or state. Result: null. */
export interface EditIndexes {
  readonly type: 'EditIndexes';
  readonly name: string;
  readonly indexes: readonly string[];
  readonly members: Readonly<Record<string, string>>;
}

/** Takes indexes out of the record, static or auto; names that it does not have are skipped. Result: null. */
export interface DeleteIndexes {
  readonly type: 'DeleteIndexes';
  readonly name: string;
  readonly indexes: readonly string[];
}
