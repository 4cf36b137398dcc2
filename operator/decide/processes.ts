import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action, StopReason } from './action.ts';
import { type ClusterView, tagsOf } from './cluster-view.ts';
import { RESTART_DELAY_MAX_MS, RESTART_DELAY_MS } from './limits.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import type { ObservedNode } from './observed.ts';
import { NOTHING_TO_DO, type Step } from './step.ts';

/** Pause before a process that ended by itself so many times in a row is started again, in milliseconds. */
export function restartDelayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(RESTART_DELAY_MS * 2 ** (failures - 1), RESTART_DELAY_MAX_MS);
}

export function mayStart(node: ObservedNode, nowMs: number): boolean {
  return node.failedAtMs === undefined || nowMs >= node.failedAtMs + restartDelayMs(node.failures);
}

/**
 * Starts every process that the cluster counts on. Without a leader that is every node whose data says that it joined,
 * all at once: a quorum can't form if they wait for each other.
 */
export function startProcesses(view: ClusterView, spec: RavenClusterSpec): readonly Action[] {
  const stopped = view.nodes.filter((node) => node.process === 'Stopped' && mayStart(node, view.nowMs));
  const started = stopped.flatMap((node): Action[] => {
    const tag = tagOfOrdinal(node.ordinal);
    const isCountedOn = view.leader === undefined ? node.data === 'Used' : view.belongs(tag);
    const isUncertain = view.leader !== undefined && node.data === 'Used' && !view.isConfirmedAbsent(tag);
    if (!isCountedOn && !isUncertain) return [];
    return [{ type: node.data === 'None' ? 'CreateNode' : 'StartNode', ordinal: node.ordinal }];
  });
  return [...started, ...createVanished(view, spec)];
}

/** Members of which the platform has nothing left, not even data: they come up empty, and are found to be wiped. */
function createVanished(view: ClusterView, spec: RavenClusterSpec): readonly Action[] {
  const topology = view.leader?.topology;
  if (topology === undefined) return [];
  return tagsOf(topology)
    .filter((tag) => !topology.foreign.includes(tag) && view.nodeOfTag(tag) === undefined)
    .map(ordinalOfTag)
    .filter((ordinal) => ordinal !== undefined)
    .filter((ordinal) => ordinal < spec.nodes)
    .map((ordinal) => ({ type: 'CreateNode', ordinal }));
}

/** Starts the process of a node that is to join, if it is not up. */
export function startJoiner(view: ClusterView, ordinal: number): readonly Action[] {
  const node = view.node(ordinal);
  if (node === undefined || (node.process === 'Stopped' && node.data === 'None')) {
    return [{ type: 'CreateNode', ordinal }];
  }
  return node.process === 'Stopped' && mayStart(node, view.nowMs) ? [{ type: 'StartNode', ordinal }] : [];
}

/** Stops processes of nodes that do not belong to the cluster (any more), and takes care of the data they leave. */
export function retireLeftovers(view: ClusterView, spec: RavenClusterSpec): Step {
  const absent = view.nodes.filter(({ ordinal }) => view.isConfirmedAbsent(tagOfOrdinal(ordinal)));
  const unwanted = stoppableFirst(
    view,
    absent.filter(({ ordinal }) => ordinal >= spec.nodes),
  );
  const wanted = absent.filter(({ ordinal }) => ordinal < spec.nodes);
  const actions = [
    ...unwanted.flatMap((node) => retire(node, spec)),
    ...wanted.flatMap((node) => dropStaleProcess(view, node)),
  ];
  return { ...NOTHING_TO_DO, actions };
}

/**
 * Highest first. Where processes are kept by their number, one below another that has to stay can't be stopped: it
 * waits for that one.
 */
export function stoppableFirst(view: ClusterView, going: readonly ObservedNode[]): readonly ObservedNode[] {
  const highestFirst = [...going].sort((a, b) => b.ordinal - a.ordinal);
  if (!view.keepsProcesses) return highestFirst;
  const staying = view.nodes.filter((node) => !going.includes(node) && node.process !== 'Stopped');
  const floor = Math.max(-1, ...staying.map(({ ordinal }) => ordinal));
  return highestFirst.filter((node) => node.ordinal > floor || node.process === 'Stopped');
}

/** A node that is not wanted: its data is marked first, so that a restart in between does not count on it. */
function retire(node: ObservedNode, spec: RavenClusterSpec): readonly Action[] {
  const { ordinal, process, data, answer } = node;
  const hasJoined = data === 'Used' || data === 'Detached' || answer?.topology !== undefined;
  const reason: StopReason = hasJoined ? 'LeftCluster' : 'NeverJoined';
  const detach: Action[] =
    hasJoined && data !== 'Detached' && data !== 'None' ? [{ type: 'DetachData', ordinal }] : [];
  if (process === 'Running' || process === 'Starting')
    return [...detach, { type: 'StopNode', ordinal, reason }];
  if (process === 'Stopping') return detach;
  const isWorthless = data === 'Unused' || (hasJoined && spec.storage.retention.whenScaled === 'Delete');
  return isWorthless ? [{ type: 'DeleteData', ordinal }] : detach;
}

/**
 * A node that is wanted again, but runs with the identity of its time before it left. Where the platform would start
 * the same process again it runs on until it is its turn to join: only then its data is set aside.
 */
function dropStaleProcess(view: ClusterView, node: ObservedNode): readonly Action[] {
  const { ordinal, process, data } = node;
  if (process !== 'Running') return [];
  const isOfOldTimes = data === 'Detached' || view.speaksOfOurs(node);
  if (!isOfOldTimes) return [];
  if (view.keepsProcesses) return data === 'Used' ? [{ type: 'DetachData', ordinal }] : [];
  return [
    { type: 'DetachData', ordinal },
    { type: 'StopNode', ordinal, reason: 'StaleData' },
  ];
}

/** Marks the data of nodes that are found to belong, should the mark of their joining have been lost. */
export function markJoined(view: ClusterView): readonly Action[] {
  return view.nodes
    .filter(({ ordinal, data }) => {
      const tag = tagOfOrdinal(ordinal);
      return data !== 'Used' && view.belongs(tag) && view.answerOf(tag) !== undefined;
    })
    .map(({ ordinal }) => ({ type: 'AttachData', ordinal }));
}
