import { parseDurationMs } from '../api/duration.ts';
import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import { type ClusterView, tagsOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { REPLACEMENT_INTERVAL_MS } from './limits.ts';
import type { Memory } from './memory.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import { holdersOf, type ObservedNode } from './observed.ts';
import { acting, type ConditionDraft, condition, NOTHING_TO_DO, type Step } from './step.ts';

/**
 * Where the spec says so, a node whose machine has been gone for long enough is removed from the cluster; its pod and
 * volume are then given up, and scaling up adds the empty one that comes in its place. Never while that could cost
 * anything: see `obstacleTo`.
 */
export function replaceLostNode(view: ClusterView, spec: RavenClusterSpec, memory: Memory): Step {
  const topology = view.leader?.topology;
  if (topology === undefined) return NOTHING_TO_DO;
  const [lost] = view.nodes.filter((node) => {
    const tag = tagOfOrdinal(node.ordinal);
    const isOurs = tagsOf(topology).includes(tag) && !topology.foreign.includes(tag);
    return isOurs && view.isLost(tag) && isGivenUp(node, view, spec);
  });
  if (lost?.host === undefined) return NOTHING_TO_DO;
  const tag = tagOfOrdinal(lost.ordinal);
  const obstacle = obstacleTo(view, tag, lost.host.name, memory);
  if (obstacle !== undefined) {
    return {
      ...NOTHING_TO_DO,
      conditions: [nodeLost(`Node ${tag} is to be replaced, but not yet: ${obstacle}`)],
    };
  }
  return acting({ type: 'Replace', target: tag, step: `Removing node ${tag}, whose machine is lost` }, [
    { type: 'RemoveNodeFromCluster', tag, reason: 'HostLost' },
  ]);
}

/** Pods and volumes of lost machines whose nodes the membership is without by now. */
export function abandonLostNodes(view: ClusterView, spec: RavenClusterSpec): readonly Action[] {
  return view.nodes
    .filter((node) => {
      const tag = tagOfOrdinal(node.ordinal);
      const isThere = node.process !== 'Stopped' || node.data !== 'None';
      return (
        node.ordinal < spec.nodes &&
        isThere &&
        node.answer === undefined &&
        isGivenUp(node, view, spec) &&
        view.isConfirmedAbsent(tag)
      );
    })
    .map(({ ordinal }): Action => ({ type: 'AbandonNode', ordinal }));
}

/** What a person should know of machines that are gone, and what can be done about it. */
export function lostHostAdvice(view: ClusterView, spec: RavenClusterSpec): ConditionDraft | undefined {
  const lost = view.nodes.filter(
    ({ ordinal, host, answer }) =>
      host?.lostSinceMs !== undefined && answer === undefined && view.belongs(tagOfOrdinal(ordinal)),
  );
  if (lost.length === 0) return undefined;
  const which = lost.map(({ ordinal, host }) => {
    const since = new Date(host?.lostSinceMs ?? 0).toISOString();
    return `Node ${tagOfOrdinal(ordinal)} is on machine ${host?.name}, which does not report since ${since}`;
  });
  const advice =
    spec.selfHealing.lostNode === 'Replace'
      ? `It is replaced after ${spec.selfHealing.lostNodeAfter}`
      : 'Bring it back; or, if it is switched off for good, taint it node.kubernetes.io/out-of-service=nodeshutdown:NoExecute; or set selfHealing.lostNode to Replace';
  return nodeLost(`${which.join('. ')}. ${advice}`);
}

function nodeLost(message: string): ConditionDraft {
  return condition('Degraded', 'True', 'NodeLost', message);
}

/** Its machine has been gone for so long that the spec gives it up. */
function isGivenUp({ ordinal, host }: ObservedNode, view: ClusterView, spec: RavenClusterSpec): boolean {
  const { lostNode, lostNodeAfter } = spec.selfHealing;
  const since = host?.lostSinceMs;
  const afterMs = parseDurationMs(lostNodeAfter);
  if (lostNode !== 'Replace' || since === undefined || afterMs === undefined) return false;
  return ordinal < spec.nodes && view.nowMs - since >= afterMs;
}

/** Why the node must not be removed now, if so. */
function obstacleTo(view: ClusterView, tag: string, host: string, memory: Memory): string | undefined {
  const topology = view.leader?.topology;
  if (topology === undefined) return 'there is no leader';
  if (topology.promotables.some((other) => other !== tag)) return 'another node is joining';
  const others = topology.members.filter((member) => member !== tag);
  if (!view.hasQuorum || others.length === 0 || !view.canCommit(others)) {
    return 'without it too few voters answer';
  }
  const last = memory.replaced;
  const isSame = last?.tag === tag && last.host === host;
  const freeAtMs = last === undefined || isSame ? view.nowMs : last.atMs + REPLACEMENT_INTERVAL_MS;
  if (view.nowMs < freeAtMs) {
    return `another one may have been replaced a while ago; the next one may be at ${new Date(freeAtMs).toISOString()}`;
  }
  if (view.databases === undefined) return 'which databases it has is not known';
  const bare = view.databases.filter(
    (database) =>
      holdersOf(database).includes(tag) &&
      !database.members.some((member) => member !== tag && view.isLive(member)),
  );
  return bare.length === 0 ? undefined : `no other live member has ${namesOf(bare)}`;
}

/** The replacement that a removal begins, for the memory. */
export function replacementOf(view: ClusterView, actions: readonly Action[]): Memory['replaced'] {
  const removal = actions.find(
    (action) => action.type === 'RemoveNodeFromCluster' && action.reason === 'HostLost',
  );
  if (removal?.type !== 'RemoveNodeFromCluster') return undefined;
  const host = view.node(ordinalOfTag(removal.tag) ?? -1)?.host?.name ?? '';
  return { tag: removal.tag, host, atMs: view.nowMs };
}
