import { formatQuantity } from '../api/quantity.ts';
import type { RavenClusterStatus } from '../api/raven-cluster.ts';
import { type ClusterView, tagsOf } from './cluster-view.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import type { ObservedNode, ObservedVolume } from './observed.ts';

export type NodeStatus = NonNullable<RavenClusterStatus['nodes']>[number];

/** Every node that there is or that belongs to the cluster; not one that left and is down for good. */
export function nodeStatuses(view: ClusterView): readonly NodeStatus[] {
  const known = view.nodes.map((node) => tagOfOrdinal(node.ordinal));
  const topology = view.leader?.topology;
  const others = topology === undefined ? [] : tagsOf(topology).filter((tag) => !known.includes(tag));
  return [...known, ...others].flatMap((tag) => {
    const node = view.nodeOfTag(tag);
    const isGone = node !== undefined && node.process === 'Stopped' && node.data === 'Detached';
    return isGone && !view.belongs(tag) ? [] : [nodeStatus(view, tag, node)];
  });
}

function nodeStatus(view: ClusterView, tag: string, node: ObservedNode | undefined): NodeStatus {
  const lag = view.lagOf(tag);
  const zone = view.zoneOf(tag);
  const message = messageOf(node);
  return {
    tag,
    ordinal: node?.ordinal ?? ordinalOfTag(tag) ?? -1,
    role: roleOf(view, tag),
    // Without a leader a node still serves its databases.
    ready: view.isLive(tag) && (view.leader === undefined || view.belongs(tag)),
    ...(node === undefined ? {} : { url: node.url }),
    ...(zone === undefined ? {} : { zone }),
    ...(lag === undefined ? {} : { lag }),
    ...(node?.publicUrl === undefined ? {} : { publicUrl: node.publicUrl }),
    ...(node?.pod === undefined ? {} : { pod: node.pod.name, podUID: node.pod.uid }),
    ...(node?.pod?.revision === undefined ? {} : { revision: node.pod.revision }),
    ...(node?.host === undefined ? {} : { kubeNode: node.host.name }),
    ...(node?.volume?.claim === undefined ? {} : { volumes: [volumeStatus(node.volume.claim, node)] }),
    ...(message === undefined ? {} : { message }),
  };
}

function volumeStatus(
  claim: string,
  { data, volume }: ObservedNode,
): NonNullable<NodeStatus['volumes']>[number] {
  return {
    claim,
    ...(volume === undefined ? {} : sizesOf(volume)),
    ...(data === 'None' ? {} : { state: data }),
  };
}

function sizesOf({ requestedBytes, capacityBytes, growthError }: ObservedVolume) {
  return {
    requested: formatQuantity(requestedBytes),
    capacity: formatQuantity(capacityBytes),
    ...(growthError === undefined ? {} : { message: growthError }),
  };
}

function messageOf(node: ObservedNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const { process, host, failures } = node;
  const facts = [
    ...(process === 'Running' ? [] : [`Process: ${process}`]),
    ...(process === 'Running' || failures === 0 ? [] : [`it ended by itself ${failures} times`]),
    ...(host?.lostSinceMs === undefined ? [] : [`machine ${host.name} does not report`]),
    ...(host?.isDraining === true ? [`machine ${host.name} is being drained`] : []),
  ];
  return facts.length === 0 ? undefined : facts.join('; ');
}

function roleOf(view: ClusterView, tag: string): NodeStatus['role'] {
  const topology = view.leader?.topology;
  if (topology === undefined) return 'Unknown';
  if (view.leader?.tag === tag) return 'Leader';
  if (topology.members.includes(tag)) return 'Member';
  if (topology.promotables.includes(tag)) return 'Promotable';
  return topology.watchers.includes(tag) ? 'Watcher' : 'None';
}
