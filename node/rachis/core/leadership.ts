import type { NodeId } from './entry.ts';
import type { Progress } from './progress.ts';
import type { ReadRounds } from './read-rounds.ts';

/** A transfer under way: proposals pause until it ends. */
export interface Transfer {
  readonly target: NodeId;
  readonly startedTick: number;
}

/** What a node knows only while it leads; it is thrown away with the leadership. */
export class Leadership {
  readonly peers = new Map<NodeId, Progress>();
  readonly reads: ReadRounds;
  /** Its own first entry: all before that was left by its predecessors. */
  readonly firstIndex: number;
  transfer: Transfer | null = null;
  uncommittedBytes = 0;
  heartbeatElapsed = 0;

  constructor(firstIndex: number, reads: ReadRounds) {
    this.firstIndex = firstIndex;
    this.reads = reads;
  }
}
