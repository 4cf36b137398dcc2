/** A compare-exchange value as the node has applied it. */
export interface ValueAt {
  /** Raft index of its last change; 0: there is none. */
  readonly index: number;
  /** JSON text of its `Object`; null: there is none, or it was not asked for. */
  readonly json: string | null;
}

/**
 * Reads values, by keys in lower case, as they are when it is asked: of those that are asked for the first ones, as many
 * as fit, and at least one. `what`: texts too, or Raft indexes only.
 */
export type ValueSource = (
  keys: readonly string[],
  what: 'texts' | 'indexes',
) => Promise<ReadonlyMap<string, ValueAt>>;
