import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import type { WorldNode } from './world-node.ts';

/** The time of one process: what it put off does not happen after it died, and waits while it is stopped. */
export function processClock(node: WorldNode, now: () => number, random: () => number): ReplicationClock {
  const after = (delayMs: number, callback: () => void) => {
    let due: (() => void) | null = callback;
    node.later(Math.max(0, delayMs), () => due?.());
    return () => {
      due = null;
    };
  };
  return { now, random, after, soon: (callback) => void after(0.01, callback) };
}
