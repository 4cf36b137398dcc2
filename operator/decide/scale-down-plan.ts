import type { ClusterConditionReason } from '../api/conditions.ts';
import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import { type ClusterView, surplusTags } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { holdersOf } from './observed.ts';
import { homesOf, isPinned, placementOf, requiredMembers, wantedCopies } from './placement.ts';
import { type ConditionDraft, condition } from './step.ts';

/**
 * The nodes that have to go, in order, and why that can't be done now if so. Those that are down go first: without
 * them the others need fewer votes; then the highest ordinal.
 */
export interface ScaleDownPlan {
  readonly leaving: readonly string[];
  readonly blocked?: ConditionDraft;
}

/** Thinks the whole scale-down through before its first step: half of it would be worse than none. */
export function planScaleDown(view: ClusterView, spec: RavenClusterSpec): ScaleDownPlan {
  const leaving = [...surplusTags(view, spec.nodes)].sort(
    (a, b) => Number(view.isLive(a)) - Number(view.isLive(b)),
  );
  if (leaving.length === 0) return { leaving };
  const blocked = forbidden(leaving, spec) ?? quorumLoss(view, leaving) ?? copyLoss(view, spec, leaving);
  return blocked === undefined ? { leaving } : { leaving, blocked };
}

function blockedBy(reason: ClusterConditionReason<'ScaleSafe'>, message: string): ConditionDraft {
  return condition('ScaleSafe', 'False', reason, message);
}

function forbidden(leaving: readonly string[], spec: RavenClusterSpec): ConditionDraft | undefined {
  if (spec.scaleDown.mode !== 'Forbid') return undefined;
  return blockedBy('ScaleForbidden', `scaleDown.mode is Forbid; nodes ${leaving.join(', ')} stay`);
}

function quorumLoss(view: ClusterView, leaving: readonly string[]): ConditionDraft | undefined {
  let voters = view.leader?.topology.members ?? [];
  for (const tag of leaving) {
    voters = voters.filter((voter) => voter !== tag);
    if (voters.length > 0 && view.canCommit(voters)) continue;
    const away = voters.filter((voter) => !view.isLive(voter));
    const others = away.length === 0 ? 'nobody would vote' : `${away.join(', ')} of the others do not answer`;
    return blockedBy('WouldLoseQuorum', `Removing node ${tag} would lose the quorum: ${others}`);
  }
  return undefined;
}

function copyLoss(
  view: ClusterView,
  spec: RavenClusterSpec,
  leaving: readonly string[],
): ConditionDraft | undefined {
  if (view.databases === undefined) {
    return blockedBy('OperationInProgress', 'Which nodes have which databases is not known yet');
  }
  const touched = view.databases.filter((database) =>
    holdersOf(database).some((tag) => leaving.includes(tag)),
  );
  const now = placementOf(view, spec, []);
  const then = placementOf(view, spec, leaving);
  const isPermitted = spec.scaleDown.allowReducedReplication;
  const pinned = touched.filter((database) => {
    const homes = homesOf(database, then).length;
    const wanted = isPermitted ? 1 : wantedCopies(database, homesOf(database, now).length, spec);
    return isPinned(database) && homes < requiredMembers(database, wanted, spec);
  });
  if (pinned.length > 0) {
    return blockedBy(
      'DatabasePinned',
      `The placement of ${namesOf(pinned)} leaves too few nodes without ${leaving.join(', ')}: change it first`,
    );
  }
  const stuck = touched.filter((database) => !canMove(database, homesOf(database, then), view, spec));
  if (stuck.length > 0) {
    return blockedBy(
      'LastCopyOnNode',
      `No live member could hand over ${namesOf(stuck)}: start the nodes that have copies, or enable or delete them`,
    );
  }
  const { staying } = then;
  const thinned = touched.filter((database) => {
    const target = targetFactor(database, spec.replicationFactor) ?? holdersOf(database).length;
    return staying.length < Math.min(target, holdersOf(database).length);
  });
  if (thinned.length > 0 && !isPermitted) {
    return blockedBy(
      'BelowMinimumFactor',
      `${staying.length === 1 ? 'One node is' : `${staying.length} nodes are`} too few for the copies of ${namesOf(thinned)}: lower replicationFactor.target or set scaleDown.allowReducedReplication`,
    );
  }
  return undefined;
}

/**
 * Somebody who stays has it already, or a live member can give it to somebody who stays. A database that is disabled
 * is not copied: as many as are wanted must have it already.
 */
function canMove(
  database: WishedDatabase,
  homes: readonly string[],
  view: ClusterView,
  spec: RavenClusterSpec,
): boolean {
  const liveMembers = database.members.filter((tag) => view.isLive(tag));
  if (!liveMembers.some((tag) => homes.includes(tag))) {
    return liveMembers.length > 0 && !database.disabled && homes.some((tag) => view.isLive(tag));
  }
  const kept = database.members.filter((tag) => homes.includes(tag)).length;
  const wanted = wantedCopies(database, homes.length, spec);
  return !database.disabled || kept >= requiredMembers(database, wanted, spec);
}
