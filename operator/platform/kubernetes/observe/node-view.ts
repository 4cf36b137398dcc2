import type { RavenClusterSpec } from '../../../api/raven-cluster.ts';
import type { PlatformNode } from '../../platform.ts';
import { dataStateOf, needsRestartToGrow, viewVolume } from './claim-view.ts';
import type { ClusterObjects, StatefulSetObject } from './cluster-objects.ts';
import { hostName, viewHost, zoneOf } from './host-view.ts';
import { type PodView, viewPod } from './pod-view.ts';

/** How nodes are reached; absent when there is no such address. */
export interface NodeAddresses {
  urlOf(ordinal: number): string;
  publicUrlOf(ordinal: number): string | undefined;
}

/** Every ordinal that has a pod, a claim, or a place in the StatefulSet: pure, from what the API server shows. */
export function viewNodes(
  objects: ClusterObjects,
  spec: RavenClusterSpec,
  addresses: NodeAddresses,
  nowMs: number,
): readonly PlatformNode[] {
  // While the set is made anew, its pods stay as they are.
  const replicas =
    objects.statefulSet?.spec?.replicas ?? Math.max(0, ...[...objects.pods.keys()].map((n) => n + 1));
  const coming = Array.from({ length: replicas }, (_, ordinal) => ordinal);
  const ordinals = new Set([...coming, ...objects.pods.keys(), ...objects.claims.keys()]);
  return [...ordinals]
    .sort((a, b) => a - b)
    .map((ordinal) => viewNode(ordinal, replicas, objects, spec, addresses, nowMs));
}

function viewNode(
  ordinal: number,
  replicas: number,
  objects: ClusterObjects,
  spec: RavenClusterSpec,
  addresses: NodeAddresses,
  nowMs: number,
): PlatformNode {
  const pod = objects.pods.get(ordinal);
  const claim = objects.claims.get(ordinal);
  const host = viewHost(pod, claim, objects.hosts);
  const zone = zoneOf(pod, objects.hosts?.get(hostName(pod, claim) ?? ''), spec.placement.zoneLabel);
  const volume =
    claim === undefined ? undefined : viewVolume(claim, spec.storage.data.size, objects.storageClasses);
  const wantedRevision = objects.statefulSet?.status?.updateRevision;
  const publicUrl = addresses.publicUrlOf(ordinal);
  const seen = viewPod(pod, ordinal, replicas, nowMs);
  return {
    ...seen,
    ordinal,
    url: addresses.urlOf(ordinal),
    data: dataStateOf(claim),
    isOutdated: isSuperseded(seen, objects.statefulSet) || needsRestartToGrow(claim, nowMs),
    ...(wantedRevision === undefined ? {} : { wantedRevision }),
    ...(zone === undefined ? {} : { zone }),
    ...(host === undefined ? {} : { host }),
    ...(volume === undefined ? {} : { volume }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  };
}

/** Made from a template that is not the latest. */
function isSuperseded({ pod }: PodView, statefulSet: StatefulSetObject | undefined): boolean {
  const latest = statefulSet?.status?.updateRevision;
  return pod?.revision !== undefined && latest !== undefined && pod.revision !== latest;
}
