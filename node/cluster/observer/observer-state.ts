/** What a copy must show before it becomes a member. Captured from the members when the copy was first seen well. */
export interface PromotionTarget {
  readonly changeVector: string;
  readonly raftIndex: number;
  /** Those whose state it is. Of one that serves no more the copy may never get everything. */
  readonly members: readonly string[];
}

/** What the observer remembers of one copy between rounds. */
export interface CopyMemory {
  /**
   * Last time the copy was well by its own report, or when it was first heard of if it never was, in the leader's
   * monotonic milliseconds.
   */
  readonly lastGoodMs: number;
  readonly target: PromotionTarget | null;
}

export interface DatabaseMemory {
  /** Record index of the last look and when it was first seen: changes wait for the stabilization time after it. */
  readonly topologyIndex: number;
  readonly topologySinceMs: number;
  /** By node tag. */
  readonly copies: ReadonlyMap<string, CopyMemory>;
}

/** The observer's memory; replaced whole each round. By lower-case database name. */
export type ObserverState = ReadonlyMap<string, DatabaseMemory>;

/** That of an observer which has not looked yet; compared by identity. */
export const EMPTY_OBSERVER_STATE: ObserverState = new Map();
