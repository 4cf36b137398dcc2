import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { DATABASE_MOVES_MAX } from './limits.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { holdersOf } from './observed.ts';
import {
  bestPlace,
  homesOf,
  loadOf,
  mostCrowded,
  type Placement,
  placementOf,
  requiredMembers,
  wantedCopies,
} from './placement.ts';

/** What is to be done about copies of databases now. */
export interface CopyPlan {
  readonly actions: readonly Action[];
  /** Databases that change, by these actions or by earlier ones that are not through yet. */
  readonly moving: readonly WishedDatabase[];
}

/**
 * Brings every database to its replication factor on the nodes that stay and that it may be on: a copy is added before
 * another one goes, and none goes before the others are members. The factor follows the membership and the spec, never
 * readiness: a node that is merely down still counts, so a crash never lowers it.
 */
export function planCopies(view: ClusterView, spec: RavenClusterSpec, leaving: readonly string[]): CopyPlan {
  const databases = [...(view.databases ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const placement = placementOf(view, spec, leaving);
  const moving = databases.filter((database) => isMoving(database, placement));
  const actions: Action[] = [];
  for (const database of databases) {
    if (moving.length >= DATABASE_MOVES_MAX) break;
    if (moving.includes(database)) continue;
    const action = nextAction(database, placement);
    if (action === undefined) continue;
    moving.push(database);
    actions.push(action);
    if (action.type === 'AddDatabaseReplica') {
      placement.loads.set(action.tag, loadOf(action.tag, placement) + 1);
    }
  }
  return { actions, moving };
}

type CopyAction = Extract<Action, { type: 'AddDatabaseReplica' | 'RemoveDatabaseReplica' }>;

/**
 * A copy that is being filled, or deleted by a node that is there to do it: wait for that first. A database that is
 * disabled stands still until it is enabled.
 */
function isMoving(database: WishedDatabase, placement: Placement): boolean {
  const { view } = placement;
  const homes = homesOf(database, placement);
  return (
    (!database.disabled && database.promotables.some((tag) => homes.includes(tag))) ||
    database.deleting.some((tag) => view.belongs(tag) && view.isLive(tag))
  );
}

function nextAction(database: WishedDatabase, placement: Placement): CopyAction | undefined {
  const { view, spec, staying } = placement;
  const { name } = database;
  const homes = homesOf(database, placement);
  const holders = holdersOf(database);
  const kept = holders.filter((tag) => homes.includes(tag));
  const surplus = holders.filter((tag) => !homes.includes(tag));
  const target = targetFactor(database, spec.replicationFactor);
  const isLeftAlone = target === undefined && surplus.length === 0;
  const wanted = isLeftAlone ? 0 : wantedCopies(database, homes.length, spec);

  const unfinished = surplus.find((tag) => database.promotables.includes(tag));
  if (unfinished !== undefined) return { type: 'RemoveDatabaseReplica', database: name, tag: unfinished };
  const members = database.members.filter((tag) => homes.includes(tag));
  const hasLiveMember = members.some((tag) => view.isLive(tag));
  // Of a node that does not belong any more only the place in the record is left.
  const gone = surplus.find((tag) => !view.belongs(tag));
  if (gone !== undefined && database.members.some((tag) => view.belongs(tag) && view.isLive(tag))) {
    return { type: 'RemoveDatabaseReplica', database: name, tag: gone };
  }
  if (kept.length < wanted) {
    const tag = placeFor(database, homes, placement);
    return tag === undefined ? undefined : { type: 'AddDatabaseReplica', database: name, tag };
  }
  const [goes] = surplus;
  if (goes !== undefined) {
    const isCovered = hasLiveMember && members.length >= requiredMembers(database, wanted, spec);
    return isCovered ? { type: 'RemoveDatabaseReplica', database: name, tag: goes } : undefined;
  }
  // Lowered by the spec alone, never by nodes that are away, and only while every copy that stays is there to see.
  const nodeCount = Math.max(spec.nodes, staying.length);
  const ceiling = target === undefined ? Number.POSITIVE_INFINITY : Math.min(target, nodeCount);
  if (members.length <= ceiling || !members.every((tag) => view.isLive(tag))) return undefined;
  const tag = mostCrowded(members, placement);
  return tag === undefined ? undefined : { type: 'RemoveDatabaseReplica', database: name, tag };
}

/** Where a copy can be filled from somebody. */
function placeFor(
  database: WishedDatabase,
  homes: readonly string[],
  placement: Placement,
): string | undefined {
  if (database.disabled || !database.members.some((tag) => placement.view.isLive(tag))) return undefined;
  const free = homes.filter((tag) => !database.deleting.includes(tag));
  return bestPlace(free, holdersOf(database), placement);
}
