import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import { type Approval, missingApproval } from './approval.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Memory } from './memory.ts';
import { tagOfOrdinal } from './node-tag.ts';
import type { ObservedNode } from './observed.ts';
import { acting, condition, NOTHING_TO_DO, type Operation, type Step, waiting } from './step.ts';
import { obstacleToRestart, unsettledTags } from './update-gates.ts';

/** A node that is to restart as the spec says now. */
interface Candidate {
  readonly node: ObservedNode;
  readonly tag: string;
  /** Watchers and promotables first, then followers, the leader last: who votes less goes first. */
  readonly turn: 'NonVoter' | 'Follower' | 'Leader';
  readonly zone: string | undefined;
}

const TURNS: readonly Candidate['turn'][] = ['NonVoter', 'Follower', 'Leader'];

/**
 * Restarts nodes that run as the spec was before: watchers, then followers zone by zone, the leader last, never more at
 * once than the spec and the majority permit. Nobody goes before those that went are back for good.
 */
export function updateNodes(
  view: ClusterView,
  spec: RavenClusterSpec,
  memory: Memory,
  approval: Approval,
): Step {
  const candidates = candidatesIn(view, spec);
  const [first] = candidates;
  // A leader that reaches no majority is about to be none; what it says of the others is worth nothing.
  if (first === undefined || !view.hasQuorum) return NOTHING_TO_DO;
  const silent = candidates.filter(({ tag }) => view.isLost(tag));
  if (silent.length > 0) return restart(silent);

  // One that is away itself costs nobody anything.
  const unsettled = unsettledTags(view, memory).filter((tag) => tag !== first.tag);
  const budget = spec.update.maxUnavailable - unsettled.length;
  if (budget <= 0) {
    return waiting(updating(first, `Waiting for ${unsettled.join(', ')} before node ${first.tag} restarts`));
  }
  const going: Candidate[] = [];
  let obstacle: string | undefined;
  for (const candidate of candidates) {
    if (going.length >= budget || candidate.turn !== first.turn || candidate.zone !== first.zone) break;
    const down = [...unsettled, ...going.map(({ tag }) => tag)];
    obstacle ??= obstacleToRestart(view, spec, candidate.tag, down);
    if (obstacle !== undefined) break;
    going.push(candidate);
  }
  if (going.length === 0) return waiting(updating(first, obstacle ?? 'Waiting'));
  if (going.length > 1 && going.length === candidates.length) going.pop();
  const isLast = candidates.length === 1;
  const asked = going.map(({ tag, node }) =>
    missingApproval(approval, { tag, wantedRevision: node.wantedRevision, isLast }),
  );
  const approved = going.filter((_, index) => asked[index] === undefined);
  const [question] = asked.filter((missing) => missing !== undefined);
  if (approved.length === 0 && question !== undefined) return awaitApproval(first, question);
  if (first.turn === 'Leader' && (view.leader?.topology.members.length ?? 0) > 1) {
    return acting(updating(first, `Moving the lead off node ${first.tag}`), [
      { type: 'StepDown', tag: first.tag },
    ]);
  }
  return restart(approved);
}

/**
 * Nodes that do not even run, by a revision that is not wanted any more: they add nothing as they are, so they restart
 * at once and without a leader, too. A change that mends a broken cluster must get through.
 */
export function restartSuperseded(view: ClusterView): readonly Action[] {
  return view.nodes
    .filter((node) => node.isOutdated && node.process === 'Starting' && node.answer === undefined)
    .map(({ ordinal }) => ({ type: 'RestartNode', ordinal }));
}

function candidatesIn(view: ClusterView, spec: RavenClusterSpec): readonly Candidate[] {
  const topology = view.leader?.topology;
  const leadersZone = view.leader && view.zoneOf(view.leader.tag);
  const zoneRank = ({ zone }: Candidate): string =>
    `${zone !== undefined && zone === leadersZone ? 1 : 0}${zone ?? ''}`;
  return view.nodes
    .filter((node) => node.isOutdated && node.process === 'Running' && node.ordinal < spec.nodes)
    .map((node): Candidate => {
      const tag = tagOfOrdinal(node.ordinal);
      const isVoter = topology?.members.includes(tag) === true;
      const turn = view.leader?.tag === tag ? 'Leader' : isVoter ? 'Follower' : 'NonVoter';
      return { node, tag, turn, zone: view.zoneOf(tag) };
    })
    .sort(
      (a, b) =>
        TURNS.indexOf(a.turn) - TURNS.indexOf(b.turn) ||
        compareTexts(zoneRank(a), zoneRank(b)) ||
        (view.lagOf(a.tag) ?? 0) - (view.lagOf(b.tag) ?? 0) ||
        a.node.ordinal - b.node.ordinal,
    );
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function updating({ tag }: Candidate, step: string): Operation {
  return { type: 'Update', target: tag, step };
}

function restart(going: readonly Candidate[]): Step {
  const [first] = going;
  if (first === undefined) return NOTHING_TO_DO;
  const names = going.map(({ tag }) => tag).join(', ');
  return acting(
    updating(first, `Restarting node ${names}`),
    going.map(({ node }): Action => ({ type: 'RestartNode', ordinal: node.ordinal })),
  );
}

function awaitApproval(first: Candidate, annotation: string): Step {
  const message = `Node ${first.tag} restarts once somebody agrees: annotate this resource with ${annotation}`;
  return waiting(
    updating(first, `Waiting for somebody to agree that node ${first.tag} restarts`),
    condition('Progressing', 'False', 'AwaitingApproval', message),
  );
}
