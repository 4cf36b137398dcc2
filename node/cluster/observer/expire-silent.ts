import type { DatabaseTopology } from '../database-record.ts';
import { isExpired, withBegunCopy, withExpiredCopy } from '../expired-copy.ts';
import { type Copy, goneForMs, witnessesFor } from './observed-copy.ts';
import type { ObserverInput } from './observer-input.ts';

/**
 * A copy that has been silent for long makes all others keep their tombstones. Beyond a time, or a number of tombstones,
 * it is not trusted any more: it is filled anew when its node is back. Only while a member is well, and never a member:
 * who serves goes to rehab first. A node that another copy is connected to is not silent.
 */
export function expireSilent(
  input: ObserverInput,
  name: string,
  topology: DatabaseTopology,
  members: readonly Copy[],
  others: readonly Copy[],
): { readonly topology: DatabaseTopology; readonly reason: string; readonly expires: string } | null {
  const { silentCopyMaxMs, silentCopyTombstonesMax, addReplicaMs, moveToRehabMs } = input.settings;
  if (!input.mayExpire || silentCopyMaxMs === 0) return null;
  const held = Math.max(0, ...members.map(({ isGood, report }) => (isGood ? (report?.tombstones ?? 0) : 0)));
  if (held === 0) return null;
  // However many tombstones there are, a node that merely restarts keeps its copy.
  const leastMs = addReplicaMs === 0 ? silentCopyMaxMs : Math.max(addReplicaMs, moveToRehabMs);
  const silent = others.find((copy) => {
    if (copy.isGood || isExpired(topology, copy.tag) || copy.badForMs < moveToRehabMs) return false;
    if (witnessesFor(input, name, copy.tag).length > 0) return false;
    const goneMs = goneForMs(input, topology, copy);
    return goneMs >= silentCopyMaxMs || (held >= silentCopyTombstonesMax && goneMs >= leastMs);
  });
  if (silent === undefined) return null;
  const seconds = Math.round(goneForMs(input, topology, silent) / 1000);
  const reason = `Node ${silent.tag} has not served the database for ${seconds} s, and ${held} tombstones are kept: its copy is not trusted any more, and filled anew when the node is back`;
  const at = input.wallClock.toISOString();
  return { topology: withExpiredCopy(topology, silent.tag, { at, reason }), reason, expires: silent.tag };
}

/** The node is back, and has begun a new copy in place of the one that was not trusted: that one may be filled. */
export function beginAnew(
  topology: DatabaseTopology,
  others: readonly Copy[],
): { readonly topology: DatabaseTopology; readonly reason: string } | null {
  // Only a report that names the copy tells the new one from the old.
  const begun = others.find(
    ({ tag, isGood, report }) => isGood && report?.copySince !== undefined && isExpired(topology, tag),
  );
  if (begun === undefined) return null;
  return {
    topology: withBegunCopy(topology, begun.tag),
    reason: `Node ${begun.tag} is back and has set its old copy aside; the new one is filled`,
  };
}
