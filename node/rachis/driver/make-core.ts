import type { NodeId } from '../core/entry.ts';
import type { RaftLimits } from '../core/limits.ts';
import { RaftCore } from '../core/raft-core.ts';
import type { StoredLog } from '../log/log-image.ts';

export interface CoreSettings {
  readonly id: NodeId;
  readonly electionTimeoutMs: number;
  /** Length of a tick, in milliseconds. */
  readonly tickMs: number;
  readonly limits: Partial<RaftLimits> | undefined;
  readonly stored: StoredLog;
  /** What the state machine holds. */
  readonly appliedIndex: number;
}

/** The core over real time: a heartbeat every two ticks. */
export function makeCore({
  id,
  electionTimeoutMs,
  tickMs,
  limits,
  stored,
  appliedIndex,
}: CoreSettings): RaftCore {
  return new RaftCore(
    {
      id,
      electionTimeoutTicks: Math.round(electionTimeoutMs / tickMs),
      heartbeatTicks: 2,
      random: Math.random,
      ...(limits === undefined ? {} : { limits }),
    },
    { ...stored, appliedIndex },
  );
}
