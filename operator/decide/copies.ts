import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { DATABASE_MOVES_MAX } from './limits.ts';
import { targetFactor } from './managed-databases.ts';
import { holdersOf, type ObservedDatabase } from './observed.ts';

/** What is to be done about copies of databases now. */
export interface CopyPlan {
  readonly actions: readonly Action[];
  /** Databases that change, by these actions or by earlier ones that are not through yet. */
  readonly moving: readonly ObservedDatabase[];
}

interface Placement {
  readonly view: ClusterView;
  readonly spec: RavenClusterSpec;
  /** Nodes that may hold copies and are to stay. */
  readonly staying: readonly string[];
  /** Databases a node has a copy of; counts what this plan adds, too. */
  readonly loads: Map<string, number>;
}

/**
 * Brings every database to its replication factor on the nodes that stay: a copy is added before another one goes,
 * and none goes before the others are members. The factor follows the membership and the spec, never readiness: a
 * node that is merely down still counts, so a crash never lowers it.
 */
export function planCopies(view: ClusterView, spec: RavenClusterSpec, leaving: readonly string[]): CopyPlan {
  const databases = [...(view.databases ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const staying = view.dataTags.filter((tag) => !leaving.includes(tag));
  const loads = new Map(staying.map((tag) => [tag, 0]));
  for (const tag of databases.flatMap(holdersOf)) loads.set(tag, (loads.get(tag) ?? 0) + 1);
  const placement: Placement = { view, spec, staying, loads };
  const moving = databases.filter((database) => isMoving(database, placement));
  const actions: Action[] = [];
  for (const database of databases) {
    if (moving.length >= DATABASE_MOVES_MAX) break;
    if (moving.includes(database)) continue;
    const action = nextAction(database, placement);
    if (action === undefined) continue;
    moving.push(database);
    actions.push(action);
    if (action.type === 'AddDatabaseReplica') loads.set(action.tag, (loads.get(action.tag) ?? 0) + 1);
  }
  return { actions, moving };
}

/** A copy that is being filled, or deleted by a node that is there to do it: wait for that first. */
function isMoving(database: ObservedDatabase, { view, staying }: Placement): boolean {
  return (
    database.promotables.some((tag) => staying.includes(tag)) ||
    database.deleting.some((tag) => view.belongs(tag) && view.isLive(tag))
  );
}

function nextAction(database: ObservedDatabase, placement: Placement): Action | undefined {
  const { view, spec, staying } = placement;
  const { name } = database;
  const holders = holdersOf(database);
  const kept = holders.filter((tag) => staying.includes(tag));
  const surplus = holders.filter((tag) => !staying.includes(tag));
  const target = targetFactor(database, spec.replicationFactor);
  const wanted = Math.min(target ?? (surplus.length > 0 ? holders.length : 0), staying.length);

  const unfinished = surplus.find((tag) => database.promotables.includes(tag));
  if (unfinished !== undefined) return { type: 'RemoveDatabaseReplica', database: name, tag: unfinished };
  if (kept.length < wanted) {
    const tag = bestPlace(database, placement);
    return tag === undefined ? undefined : { type: 'AddDatabaseReplica', database: name, tag };
  }
  const members = database.members.filter((tag) => staying.includes(tag));
  const hasLiveMember = members.some((tag) => view.isLive(tag));
  const [goes] = surplus;
  if (goes !== undefined) {
    const isCovered = hasLiveMember && members.length >= Math.max(1, wanted);
    return isCovered ? { type: 'RemoveDatabaseReplica', database: name, tag: goes } : undefined;
  }
  // Lowered by the spec alone, never by nodes that are away, and only while every copy that stays is there to see.
  const nodeCount = Math.max(spec.nodes, staying.length);
  const ceiling = target === undefined ? Number.POSITIVE_INFINITY : Math.min(target, nodeCount);
  if (members.length <= ceiling || !members.every((tag) => view.isLive(tag))) return undefined;
  return { type: 'RemoveDatabaseReplica', database: name, tag: mostLoaded(members, placement) };
}

/** A live node that stays and has no copy: in a zone with the fewest copies, then with the fewest databases. */
function bestPlace(database: ObservedDatabase, { view, staying, loads }: Placement): string | undefined {
  const holders = holdersOf(database);
  if (database.disabled || !database.members.some((tag) => view.isLive(tag))) return undefined;
  const zoneOf = (tag: string): string | undefined => view.nodeOfTag(tag)?.zone;
  const copiesInZone = (tag: string): number =>
    zoneOf(tag) === undefined ? 0 : holders.filter((holder) => zoneOf(holder) === zoneOf(tag)).length;
  const free = staying.filter(
    (tag) => view.isLive(tag) && !holders.includes(tag) && !database.deleting.includes(tag),
  );
  return [...free].sort(
    (a, b) => copiesInZone(a) - copiesInZone(b) || (loads.get(a) ?? 0) - (loads.get(b) ?? 0) || byTag(a, b),
  )[0];
}

function mostLoaded(tags: readonly string[], { loads }: Placement): string {
  return [...tags].sort((a, b) => (loads.get(b) ?? 0) - (loads.get(a) ?? 0) || byTag(b, a))[0] ?? '';
}

function byTag(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/**
 * One copy that should move to even out the load: a database gets a copy more on the least loaded node, and the
 * plan above then takes away the one on the most loaded. Ends, since every move lowers the sum of squared loads.
 */
export function planRebalance(view: ClusterView, spec: RavenClusterSpec): Action | undefined {
  const tags = view.dataTags;
  if (view.databases === undefined || !tags.every((tag) => view.isLive(tag))) return undefined;
  const loads = new Map(tags.map((tag) => [tag, 0]));
  for (const tag of view.databases.flatMap(holdersOf)) loads.set(tag, (loads.get(tag) ?? 0) + 1);
  const [lightest] = [...tags].sort((a, b) => (loads.get(a) ?? 0) - (loads.get(b) ?? 0) || byTag(a, b));
  if (lightest === undefined) return undefined;
  const candidate = view.databases.find((database) => {
    const target = targetFactor(database, spec.replicationFactor);
    const heaviest = Math.max(...database.members.map((tag) => loads.get(tag) ?? 0));
    return (
      target !== undefined &&
      !database.disabled &&
      database.members.length === Math.min(target, spec.nodes) &&
      !holdersOf(database).includes(lightest) &&
      heaviest >= (loads.get(lightest) ?? 0) + 2
    );
  });
  return candidate && { type: 'AddDatabaseReplica', database: candidate.name, tag: lightest };
}
