import { RECOVER_ANNOTATION } from '../api/annotations.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import { type ClusterView, NO_TOPOLOGY, tagsOf } from './cluster-view.ts';
import { FORMER_CLUSTERS_MAX, RECOVERY_PATIENCE_MS } from './limits.ts';
import type { Memory } from './memory.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import type { Observed, ObservedNode } from './observed.ts';
import { compareLogs, requestFor, type Survivor, survivors } from './quorum-loss.ts';
import { acting, type ConditionDraft, condition, type Step, waiting } from './step.ts';

/** What a request to recover comes to. */
export interface Recovery {
  /** Present while a recovery is being done: nothing else is. */
  readonly step?: Step;
  readonly memory: Memory;
  readonly condition?: ConditionDraft;
}

/**
 * Recovery after the quorum is lost for good: one node goes on alone. A person asks for it by an annotation that says
 * which node and where its log ends, so that it can't be meant for another day. Everybody else is fenced first: their
 * data is set aside and their processes end, or come up empty. Only then the node is told. Once begun it is finished,
 * whatever becomes of the annotation, since the others have lost their place by then.
 */
export function recover(view: ClusterView, cluster: RavenCluster, memory: Memory): Recovery {
  if (memory.recovery !== undefined) {
    return { step: goOn(view, memory.recovery.tag, memory), memory, condition: ACCEPTED };
  }
  const request = cluster.metadata.annotations?.[RECOVER_ANNOTATION];
  if (request === undefined || request === memory.recoveredBy) return { memory };
  const { clusterId } = view;
  const refusal = refusalOf(view, request, memory) ?? blockedByPolicy(cluster);
  const survivor = parseRequest(request);
  if (refusal !== undefined || survivor === undefined || clusterId === undefined) {
    return { memory, condition: refused(refusal ?? 'there is no cluster to recover') };
  }
  const recovery = { request, tag: survivor.tag, clusterId };
  const noted = { ...memory, recovery };
  return { step: goOn(view, survivor.tag, noted), memory: noted, condition: ACCEPTED };
}

/** The node that was to go on alone speaks as another cluster: from now on that is the one. */
export function finishRecovery(memory: Memory, observed: Observed): Memory {
  const { recovery, quorumLostSinceMs: _, ...rest } = memory;
  if (recovery === undefined) return memory;
  const node = observed.nodes.find(({ ordinal }) => ordinal === ordinalOfTag(recovery.tag));
  const topology = node?.answer?.topology;
  if (topology === undefined || topology.id === recovery.clusterId) return memory;
  const former = [...(memory.formerClusterIds ?? []), recovery.clusterId].slice(-FORMER_CLUSTERS_MAX);
  return { ...rest, clusterId: topology.id, formerClusterIds: former, recoveredBy: recovery.request };
}

function parseRequest(request: string): Survivor | undefined {
  const match = /^([A-Z]{1,4})@(\d{1,15}):(\d{1,15})$/.exec(request.trim());
  if (match === null) return undefined;
  return { tag: match[1] ?? '', term: Number(match[2]), index: Number(match[3]) };
}

/** Why a request is not followed, if so. */
function refusalOf(view: ClusterView, request: string, memory: Memory): string | undefined {
  const since = memory.quorumLostSinceMs;
  const wanted = parseRequest(request);
  if (wanted === undefined) return `${request} is not of the form <tag>@<term>:<index>`;
  if (since === undefined) return 'a majority of the voters answers, so there is nothing to recover';
  const fromMs = since + RECOVERY_PATIENCE_MS;
  if (view.nowMs < fromMs) {
    return `the majority is away since ${new Date(since).toISOString()} only; it counts as lost from ${new Date(fromMs).toISOString()} on`;
  }
  const left = survivors(view);
  const survivor = left.find(({ tag }) => tag === wanted.tag);
  if (survivor === undefined) return `node ${wanted.tag} does not say where its log ends`;
  if (compareLogs(survivor, wanted) !== 0) {
    return `the log of node ${wanted.tag} ends elsewhere; the request would be ${requestFor(survivor)}`;
  }
  const longer = left.find((other) => compareLogs(other, survivor) > 0);
  if (longer !== undefined) {
    return `node ${longer.tag} has a longer log; the request would be ${requestFor(longer)}`;
  }
  const silent = tagsOf(view.newestTopology ?? NO_TOPOLOGY).find(
    (tag) => view.answerOf(tag) !== undefined && !left.some((known) => known.tag === tag),
  );
  return silent && `node ${silent} does not say where its log ends, and it may be longer`;
}

/** Setting data aside is what the others are fenced by. */
function blockedByPolicy({ spec }: RavenCluster): string | undefined {
  return spec.storage.retention.staleVolume === 'Block'
    ? 'storage.retention.staleVolume is Block, so the data of the others could not be set aside: change it first'
    : undefined;
}

/** Fences everybody else, then lets the node go on. */
function goOn(view: ClusterView, tag: string, memory: Memory): Step {
  const operation = { type: 'Recover', target: tag } as const;
  const others = view.nodes.filter((node) => tagOfOrdinal(node.ordinal) !== tag);
  const unfenced = others.filter((node) => !isFenced(view, node));
  if (unfenced.length > 0) {
    const names = unfenced.map(({ ordinal }) => tagOfOrdinal(ordinal)).join(', ');
    return acting(
      { ...operation, step: `Keeping ${names} from coming back as they were` },
      unfenced.flatMap((node) => fence(view, node)),
    );
  }
  const survivor = survivors(view).find((one) => one.tag === tag);
  const ordinal = ordinalOfTag(tag);
  if (survivor === undefined || ordinal === undefined) {
    const node = view.nodeOfTag(tag);
    const start: Action[] = node?.process === 'Stopped' ? [{ type: 'StartNode', ordinal: node.ordinal }] : [];
    return acting({ ...operation, step: `Waiting for node ${tag} to answer` }, start);
  }
  if (memory.uncertainUntilMs !== undefined && view.nowMs < memory.uncertainUntilMs) {
    return waiting({ ...operation, step: `Waiting: node ${tag} did not say whether it goes on alone` });
  }
  return acting({ ...operation, step: `Letting node ${tag} go on alone` }, [
    { type: 'RecoverCluster', ordinal, ...survivor },
  ]);
}

/** Its old data can't speak any more, now or after any restart. */
function isFenced(view: ClusterView, node: ObservedNode): boolean {
  if (node.process === 'Stopping') return false;
  if (node.data === 'Used' || (node.data === 'Detached' && node.process !== 'Stopped')) return false;
  if (!view.keepsProcesses) return node.process === 'Stopped';
  // A container that is not running yet reads what became of its data before it starts.
  if (node.process !== 'Running') return true;
  return node.answer !== undefined && node.answer.topology === undefined;
}

function fence(view: ClusterView, node: ObservedNode): readonly Action[] {
  const { ordinal, process, host, answer } = node;
  const isUp = process === 'Running' || process === 'Starting';
  const stop: Action = { type: 'StopNode', ordinal, reason: 'Fenced' };
  // Nobody there can say that the process has ended, and a person has said to go on without it.
  if (host?.lostSinceMs !== undefined && process !== 'Stopped' && answer === undefined) {
    return [{ type: 'AbandonNode', ordinal }];
  }
  if (process === 'Stopping') return [];
  if (!view.keepsProcesses) return isUp ? [stop] : [{ type: 'QuarantineData', ordinal }];
  // Silent and unmarked, it has been restarted already and is on its way up.
  if (node.data !== 'Used' && node.data !== 'Detached' && answer === undefined) return [];
  return [{ type: 'QuarantineData', ordinal }, ...(isUp ? [stop] : [])];
}

const ACCEPTED = condition('RecoveryAccepted', 'True', 'Accepted');

function refused(why: string): ConditionDraft {
  return condition('RecoveryAccepted', 'False', 'Refused', `The request to recover is not followed: ${why}`);
}
