import type { ObservedNode, ProcessState } from '../../../decide/observed.ts';
import { NODE_CONTAINER } from '../../../resources/names.ts';
import { STABLE_RUN_MS } from '../limits.ts';
import { type ContainerStatus, type PodObject, timeMs } from './cluster-objects.ts';

/** Label that the StatefulSet controller puts on a pod: the revision of the template it was made from. */
export const REVISION_LABEL = 'controller-revision-hash';

/** The part of a node that its pod shows. */
export type PodView = Pick<ObservedNode, 'process' | 'failures' | 'failedAtMs' | 'pod'>;

/**
 * @param replicas of the StatefulSet: pods of ordinals below are there or come by themselves, others go
 */
export function viewPod(
  pod: PodObject | undefined,
  ordinal: number,
  replicas: number,
  nowMs: number,
): PodView {
  if (pod === undefined) return { process: ordinal < replicas ? 'Starting' : 'Stopped', failures: 0 };
  const container = nodeContainer(pod);
  const failedAtMs = timeMs(
    container?.state?.terminated?.finishedAt ?? container?.lastState?.terminated?.finishedAt,
  );
  const { name, uid = '', labels } = pod.metadata;
  const revision = labels?.[REVISION_LABEL];
  return {
    process: processOf(pod, container, ordinal < replicas),
    failures: failuresOf(container, nowMs),
    ...(failedAtMs === undefined ? {} : { failedAtMs }),
    pod: { name, uid, ...(revision === undefined ? {} : { revision }) },
  };
}

/** Sidecars may outlive the database, and say nothing of it. */
function nodeContainer(pod: PodObject): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find((container) => container.name === NODE_CONTAINER);
}

function processOf(pod: PodObject, container: ContainerStatus | undefined, isWanted: boolean): ProcessState {
  // A pod beyond the replicas is about to get its deletion timestamp: until it is gone it may still write.
  if (pod.metadata.deletionTimestamp !== undefined || !isWanted) return 'Stopping';
  return container?.state?.running === undefined ? 'Starting' : 'Running';
}

/** The kubelet counts restarts for as long as the pod lives; those before a long run are history. */
function failuresOf(container: ContainerStatus | undefined, nowMs: number): number {
  const startedAtMs = timeMs(container?.state?.running?.startedAt);
  const isStable = startedAtMs !== undefined && nowMs - startedAtMs >= STABLE_RUN_MS;
  return isStable ? 0 : (container?.restartCount ?? 0);
}
