import type { CoreState } from './core-state.ts';
import { entryBytes } from './entry.ts';
import { invariant } from './invariant.ts';
import type { SnapshotMetadata } from './message.ts';
import { snapshotAt } from './replication.ts';

/**
 * Drops entries up to `index` from the log in memory, but keeps the tail that the limits name: always a little, and
 * more while a peer that is alive still needs it, most for one that gets a snapshot. A dead peer holds nothing back.
 *
 * Gives the new compaction point, up to which the driver may drop the stored log, or `null` if there is nothing to drop.
 */
export function compact(state: CoreState, index: number): SnapshotMetadata | null {
  invariant(
    index <= state.applied,
    () => `can't compact to ${index}: the state machine stands at ${state.applied}`,
  );
  const { limits, log } = state;
  const least = index - limits.logTailEntriesMin;
  let keptFrom = least;
  let heldFrom: number | null = null;
  for (const progress of state.leadership?.peers.values() ?? []) {
    if (progress.snapshotTail !== null && progress.match >= least) progress.snapshotTail = null;
    const isAlive = state.tick - progress.lastReplyTick < state.electionTimeoutTicks;
    // The transfer of a snapshot has its own limit: the peer may be silent until then.
    if (!isAlive && progress.state !== 'snapshot') continue;
    if (progress.snapshotTail === null) keptFrom = Math.min(keptFrom, progress.match);
    else heldFrom = Math.min(heldFrom ?? least, Math.max(progress.match, progress.snapshotTail));
  }
  const target = Math.min(
    bounded(state, index, keptFrom, limits.logTailEntriesMax, limits.logTailBytesMax),
    heldFrom === null
      ? index
      : bounded(state, index, heldFrom, limits.heldTailEntriesMax, limits.heldTailBytesMax),
  );
  if (target <= log.base.index) return null;
  const point = snapshotAt(state, target);
  if (point === null) return null;
  state.configurations.compactTo(target);
  log.compactTo(target);
  return point;
}

/** Where the log may start at the earliest to keep what comes after `from`, within these limits. */
function bounded(
  state: CoreState,
  index: number,
  from: number,
  entriesMax: number,
  bytesMax: number,
): number {
  return Math.max(from, index - entriesMax, indexOfBytesBefore(state, index, bytesMax));
}

/** The highest index after which the entries up to `index` are within the bytes that may be kept. */
function indexOfBytesBefore({ log }: CoreState, index: number, bytesMax: number): number {
  let bytes = 0;
  for (let at = index; at >= log.firstIndex; at--) {
    const entry = log.entryAt(at);
    if (entry === undefined) break;
    bytes += entryBytes(entry);
    if (bytes > bytesMax) return at;
  }
  return log.base.index;
}
