import type { CoreState } from './core-state.ts';
import { entryBytes } from './entry.ts';
import { invariant } from './invariant.ts';
import type { SnapshotMetadata } from './message.ts';
import { snapshotAt } from './replication.ts';

/**
 * Drops entries up to `index` from the log in memory, but keeps the tail that the limits name: always a little, and
 * more while a peer that is alive still needs it. A dead peer holds nothing back.
 *
 * Gives the new compaction point, up to which the driver may drop the stored log, or `null` if there is nothing to drop.
 */
export function compact(state: CoreState, index: number): SnapshotMetadata | null {
  invariant(
    index <= state.applied,
    () => `can't compact to ${index}: the state machine stands at ${state.applied}`,
  );
  const { limits, log } = state;
  let keptFrom = index - limits.logTailEntriesMin;
  for (const progress of state.leadership?.peers.values() ?? []) {
    const isAlive = state.tick - progress.lastReplyTick < state.electionTimeoutTicks;
    if (isAlive) keptFrom = Math.min(keptFrom, Math.max(progress.match, progress.pendingSnapshot));
  }
  const target = Math.max(keptFrom, index - limits.logTailEntriesMax, indexOfBytesBefore(state, index));
  if (target <= log.base.index) return null;
  const point = snapshotAt(state, target);
  if (point === null) return null;
  state.configurations.compactTo(target);
  log.compactTo(target);
  return point;
}

/** The highest index after which the entries up to `index` are within the bytes that may be kept. */
function indexOfBytesBefore({ limits, log }: CoreState, index: number): number {
  let bytes = 0;
  for (let at = index; at >= log.firstIndex; at--) {
    const entry = log.entryAt(at);
    if (entry === undefined) break;
    bytes += entryBytes(entry);
    if (bytes > limits.logTailBytesMax) return at;
  }
  return log.base.index;
}
