import { parseQuantity } from '../../../api/quantity.ts';
import type { DataState, ObservedVolume } from '../../../decide/observed.ts';
import { DATA_STATE_ANNOTATION } from '../../../resources/labels.ts';
import { FILE_SYSTEM_RESIZE_GRACE_MS } from '../limits.ts';
import { type ClaimObject, conditionOf, type StorageClassObject, timeMs } from './cluster-objects.ts';

/** What a claim says of the data behind it. Anybody may edit an annotation, so an unknown word counts as `Used`. */
export function dataStateOf(claim: ClaimObject | undefined): DataState {
  if (claim === undefined) return 'None';
  const mark = claim.metadata.annotations?.[DATA_STATE_ANNOTATION];
  if (mark === undefined || mark === 'Unused') return 'Unused';
  return mark === 'Detached' ? 'Detached' : 'Used';
}

/**
 * The size of a bound claim's volume.
 *
 * @param storageClasses absent where they can't be read: then growing is tried, and the API server says no if so
 */
export function viewVolume(
  claim: ClaimObject,
  wanted: string,
  storageClasses: ReadonlyMap<string, StorageClassObject> | undefined,
): ObservedVolume | undefined {
  const requestedBytes = parseQuantity(claim.spec?.resources?.requests?.storage ?? '');
  const capacityBytes = parseQuantity(claim.status?.capacity?.storage ?? '');
  const wantedBytes = parseQuantity(wanted);
  if (requestedBytes === undefined || capacityBytes === undefined || wantedBytes === undefined)
    return undefined;
  const storageClass = storageClasses?.get(claim.spec?.storageClassName ?? '');
  const growthError = growthErrorOf(claim);
  return {
    requestedBytes,
    capacityBytes,
    wantedBytes,
    canGrow: storageClasses === undefined || storageClass?.allowVolumeExpansion === true,
    ...(growthError === undefined ? {} : { growthError }),
  };
}

/** The volume is larger already, and its file system waits for the pod to be made anew. */
export function needsRestartToGrow(claim: ClaimObject | undefined, nowMs: number): boolean {
  const pending = conditionOf(claim?.status?.conditions, 'FileSystemResizePending');
  const sinceMs = timeMs(pending?.lastTransitionTime);
  return (
    pending?.status === 'True' && sinceMs !== undefined && nowMs - sinceMs >= FILE_SYSTEM_RESIZE_GRACE_MS
  );
}

function growthErrorOf({ status }: ClaimObject): string | undefined {
  for (const type of ['ControllerResizeError', 'NodeResizeError']) {
    const condition = conditionOf(status?.conditions, type);
    if (condition?.status === 'True') return condition.message ?? condition.reason ?? type;
  }
  const stage = status?.allocatedResourceStatuses?.storage;
  return stage?.endsWith('Infeasible') === true ? stage : undefined;
}
