import type { ObservedHost } from '../../../decide/observed.ts';
import { type ClaimObject, conditionOf, type HostObject, type PodObject, timeMs } from './cluster-objects.ts';

/** Annotation of the scheduler on a claim: the machine for which its volume was made. */
const SELECTED_HOST_ANNOTATION = 'volume.kubernetes.io/selected-node';

/**
 * The machine under a node. A pod that can't be scheduled has none; then it is the one that holds the volume: a local
 * volume of a machine that is gone keeps its pod waiting for ever.
 *
 * @param hosts absent where the operator may not read machines: nothing is known of them then
 */
export function viewHost(
  pod: PodObject | undefined,
  claim: ClaimObject | undefined,
  hosts: ReadonlyMap<string, HostObject> | undefined,
): ObservedHost | undefined {
  const name = hostName(pod, claim);
  if (hosts === undefined || name === undefined) return undefined;
  const host = hosts.get(name);
  const lostSinceMs = host === undefined ? goneSinceMs(pod) : unreadySinceMs(host);
  return {
    name,
    isDraining: host?.spec?.unschedulable === true,
    ...(lostSinceMs === undefined ? {} : { lostSinceMs }),
  };
}

/** Zone by the label of the machine; where machines can't be read, by the pod's, to which newer clusters copy it. */
export function zoneOf(
  pod: PodObject | undefined,
  host: HostObject | undefined,
  zoneLabel: string,
): string | undefined {
  return host?.metadata.labels?.[zoneLabel] ?? pod?.metadata.labels?.[zoneLabel];
}

export function hostName(pod: PodObject | undefined, claim: ClaimObject | undefined): string | undefined {
  return pod?.spec?.nodeName ?? claim?.metadata.annotations?.[SELECTED_HOST_ANNOTATION];
}

/** `Unknown` is what the control plane writes when the machine does not report. */
function unreadySinceMs({ status }: HostObject): number | undefined {
  const ready = conditionOf(status?.conditions, 'Ready');
  return ready === undefined || ready.status === 'True' ? undefined : timeMs(ready.lastTransitionTime);
}

/** The machine's own object is gone, so only its pod can say since when. */
function goneSinceMs(pod: PodObject | undefined): number | undefined {
  const conditions = pod?.status?.conditions;
  const unready = [conditionOf(conditions, 'Ready'), conditionOf(conditions, 'PodScheduled')].find(
    (condition) => condition?.status === 'False',
  );
  return timeMs(unready?.lastTransitionTime) ?? timeMs(pod?.metadata.deletionTimestamp);
}
