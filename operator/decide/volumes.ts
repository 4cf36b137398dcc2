import type { ClusterConditionReason } from '../api/conditions.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { tagOfOrdinal } from './node-tag.ts';
import type { ObservedNode, ObservedVolume } from './observed.ts';
import { type ConditionDraft, condition } from './step.ts';

/** What becomes of the volumes now: it never holds up anything else. */
export interface VolumePlan {
  readonly actions: readonly Action[];
  /** The node whose volume grows. */
  readonly growing?: string;
  /** Absent where there are no volumes. */
  readonly condition?: ConditionDraft;
}

interface NodeVolume extends ObservedVolume {
  readonly ordinal: number;
  readonly tag: string;
  /** Nobody can grow it: the machine that has it is gone. */
  readonly isOutOfReach: boolean;
}

/**
 * Volumes grow one at a time, the leader's last, since growing costs it disk time. One that can't grow is skipped, one
 * whose growth failed is left to the platform, which tries again by itself. The condition says so.
 */
export function growVolumes(view: ClusterView): VolumePlan {
  const volumes = view.nodes.flatMap(volumeOf);
  if (volumes.length === 0) return { actions: [] };
  const condition = storageCondition(volumes);
  const inFlight = volumes.find(
    (volume) => isGrowing(volume) && volume.growthError === undefined && !volume.isOutOfReach,
  );
  if (inFlight !== undefined) return { actions: [], growing: inFlight.tag, condition };
  const isLeader = ({ tag }: NodeVolume): number => Number(view.leader?.tag === tag);
  const [next] = volumes
    .filter((volume) => isTooSmall(volume) && volume.canGrow && !volume.isOutOfReach)
    .sort((a, b) => isLeader(a) - isLeader(b) || a.ordinal - b.ordinal);
  if (next === undefined) return { actions: [], condition };
  return { actions: [{ type: 'GrowVolume', ordinal: next.ordinal }], growing: next.tag, condition };
}

/** A volume that was left behind stays as it is. */
function volumeOf({ ordinal, volume, host, data, process }: ObservedNode): readonly NodeVolume[] {
  const isLeftBehind = data === 'Detached' && process === 'Stopped';
  if (volume === undefined || isLeftBehind) return [];
  return [{ ...volume, ordinal, tag: tagOfOrdinal(ordinal), isOutOfReach: host?.lostSinceMs !== undefined }];
}

/** Not even asked for. */
function isTooSmall({ requestedBytes, wantedBytes }: ObservedVolume): boolean {
  return requestedBytes < wantedBytes;
}

/** Asked for, but not there yet. */
function isGrowing({ requestedBytes, capacityBytes }: ObservedVolume): boolean {
  return capacityBytes < requestedBytes;
}

/** The worst that can be said of any volume. */
function storageCondition(volumes: readonly NodeVolume[]): ConditionDraft {
  const failed = volumes.filter((volume) => volume.growthError !== undefined && isGrowing(volume));
  if (failed.length > 0) {
    const why = failed.map(({ tag, growthError }) => `${tag}: ${growthError}`);
    return storage('ExpansionFailed', `Growing the volume failed for node ${why.join('; ')}`);
  }
  const fixed = volumes.filter((volume) => isTooSmall(volume) && !volume.canGrow);
  if (fixed.length > 0) {
    return storage(
      'ExpansionUnsupported',
      `The storage class of the volume of ${tagsOf(fixed)} does not let it grow: replace these nodes one by one, or change the class`,
    );
  }
  const pending = volumes.filter((volume) => isTooSmall(volume) || isGrowing(volume));
  if (pending.length > 0) return storage('Pending', `Waiting for the volume of ${tagsOf(pending)} to grow`);
  const larger = volumes.filter(({ requestedBytes, wantedBytes }) => requestedBytes > wantedBytes);
  if (larger.length > 0) {
    return storage(
      'ShrinkIgnored',
      `The volume of ${tagsOf(larger)} is larger than storage.data.size, and stays so: volumes only grow`,
    );
  }
  return condition('StorageReady', 'True', 'Bound');
}

function storage(reason: ClusterConditionReason<'StorageReady'>, message: string): ConditionDraft {
  return condition('StorageReady', 'False', reason, message);
}

function tagsOf(volumes: readonly NodeVolume[]): string {
  return volumes.map(({ tag }) => tag).join(', ');
}
