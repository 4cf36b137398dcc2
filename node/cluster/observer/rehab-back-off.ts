import type { DatabaseTopology } from '../database-record.ts';
import { REHAB_FORGIVEN_AFTER, REHAB_WAIT_MAX } from '../limits.ts';
import type { ObserverInput } from './observer-input.ts';

type Clock = Pick<ObserverInput, 'wallClock' | 'settings'>;

/** What is remembered of demotions when this member is demoted now: those of it in a row, and of the others as before. */
export function demotionsWith(
  topology: DatabaseTopology,
  tag: string,
  { wallClock, settings }: Clock,
): NonNullable<DatabaseTopology['NodesDemotedLately']> {
  const holders = [...topology.Members, ...topology.Rehabs, ...topology.Promotables];
  const known = Object.entries(topology.NodesDemotedLately ?? {}).filter(([of]) => holders.includes(of));
  const before = topology.NodesDemotedLately?.[tag];
  const forgivenMs = REHAB_FORGIVEN_AFTER * settings.moveToRehabMs;
  const isInRow = before !== undefined && wallClock.getTime() - Date.parse(before.LastAt) < forgivenMs;
  const demotions = { Times: isInRow ? before.Times + 1 : 1, LastAt: wallClock.toISOString() };
  return { ...Object.fromEntries(known), [tag]: demotions };
}

/** Time in rehab after so many demotions in a row, in milliseconds: none after the first, then more each time. */
export function rehabWaitMs(times: number, moveToRehabMs: number): number {
  return times < 2 ? 0 : moveToRehabMs * Math.min(2 ** (times - 2), REHAB_WAIT_MAX);
}

/** Whether a rehab has to wait although it is up to date: it comes and goes. Nobody waits because a clock went back. */
export function isHeldBack(topology: DatabaseTopology, tag: string, { wallClock, settings }: Clock): boolean {
  const demotions = topology.NodesDemotedLately?.[tag];
  if (demotions === undefined || !topology.Rehabs.includes(tag)) return false;
  const sinceMs = wallClock.getTime() - Date.parse(demotions.LastAt);
  return sinceMs >= 0 && sinceMs < rehabWaitMs(demotions.Times, settings.moveToRehabMs);
}
