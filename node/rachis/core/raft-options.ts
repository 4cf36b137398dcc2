import type { NodeId } from './entry.ts';
import type { RaftLimits } from './limits.ts';

export interface RaftOptions {
  readonly id: NodeId;
  /** T: a follower waits a random time in [T, 2T) for its leader; a leader waits T for its quorum. In ticks. */
  readonly electionTimeoutTicks: number;
  readonly heartbeatTicks: number;
  /** A seeded generator of numbers in [0, 1). */
  readonly random: () => number;
  readonly limits?: Partial<RaftLimits>;
}
