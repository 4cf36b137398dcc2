import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { tagOfOrdinal } from './node-tag.ts';
import type { ObservedNode } from './observed.ts';
import { acting, type ConditionDraft, condition, type Operation, type Step, waiting } from './step.ts';

/**
 * Takes data of an earlier life away from a node that is to join: with it the node would speak with an identity that
 * the cluster forgot. Nothing when there is none.
 */
export function clearOldData(
  view: ClusterView,
  node: ObservedNode,
  { storage }: RavenClusterSpec,
  operation: (step: string) => Operation,
): Step | undefined {
  if (!hasOldData(view, node)) return undefined;
  const { ordinal } = node;
  const tag = tagOfOrdinal(ordinal);
  const policy = storage.retention.staleVolume;
  if (policy === 'Block') {
    return waiting(
      operation(`Node ${tag} still has its data from before it left`),
      staleVolume(`Node ${tag} has old data, and storage.retention.staleVolume is Block: move or delete it`),
    );
  }
  if (!view.keepsProcesses && node.process !== 'Stopped') {
    return waiting(operation(`Waiting for node ${tag} to stop: its data is from before it left`));
  }
  const step =
    policy === 'Wipe' ? `Wiping the old data of node ${tag}` : `Setting the old data of node ${tag} aside`;
  if (view.keepsProcesses) return acting(operation(step), renewProcess(node));
  return acting(operation(step), [
    policy === 'Wipe' ? { type: 'DeleteData', ordinal } : { type: 'QuarantineData', ordinal },
  ]);
}

/**
 * What the mark says counts, except that a node in no cluster may have been marked right before it was to join. Where
 * the platform keeps processes, what the node itself says counts, too: it may have started before it could know.
 */
function hasOldData(view: ClusterView, node: ObservedNode): boolean {
  const { process, data } = node;
  const isMarked = data === 'Used' || data === 'Detached';
  if (!view.keepsProcesses) return data === 'Detached' || (isMarked && process === 'Stopped');
  if (process === 'Stopped' || process === 'Starting') return isMarked;
  return data === 'Detached' || view.speaksOfOurs(node);
}

/** The data is declared old before the process ends: the next one finds that out before it starts. */
function renewProcess({ ordinal, process }: ObservedNode): readonly Action[] {
  const isUp = process === 'Running' || process === 'Starting';
  return [
    { type: 'QuarantineData', ordinal },
    ...(isUp ? [{ type: 'StopNode', ordinal, reason: 'StaleData' } as const] : []),
  ];
}

/** It does not answer as a node that could join. */
export function waitForAnswer(view: ClusterView, tag: string, operation: (step: string) => Operation): Step {
  const node = view.nodeOfTag(tag);
  const other = node?.answer?.topology;
  if (node === undefined || other === undefined || view.speaksOfOurs(node)) {
    return waiting(operation(`Waiting for node ${tag} to answer`));
  }
  return waiting(
    operation(`Node ${tag} belongs to another cluster`),
    staleVolume(
      `Node ${tag} belongs to cluster ${other.id}, not to this one: move its data away, then restart it`,
    ),
  );
}

function staleVolume(message: string): ConditionDraft {
  return condition('StorageReady', 'False', 'StaleVolume', message);
}
