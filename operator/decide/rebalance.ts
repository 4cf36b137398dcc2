import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { holdersOf } from './observed.ts';
import {
  byTag,
  copiesInZoneOf,
  homesOf,
  loadOf,
  type Placement,
  placementOf,
  wantedCopies,
} from './placement.ts';

/** How much better the cluster is spread after a move: first over zones, then over nodes. */
interface Move {
  readonly database: string;
  readonly to: string;
  readonly zoneGain: number;
  readonly loadGain: number;
}

/**
 * One copy that should move to spread a database over zones, then the load over nodes: the database gets a copy more
 * in the better place, and `planCopies` then takes away the one in the most crowded zone on the most loaded node. Ends,
 * since every move lowers the sum of squares of the copies in each zone, or leaves it and lowers that of the loads.
 */
export function planRebalance(view: ClusterView, spec: RavenClusterSpec): Action | undefined {
  if (view.databases === undefined || !view.dataTags.every((tag) => view.isLive(tag))) return undefined;
  const placement = placementOf(view, spec, []);
  const inOrder = [...placement.staying].sort(
    (a, b) => loadOf(a, placement) - loadOf(b, placement) || byTag(a, b),
  );
  let best: Move | undefined;
  for (const database of view.databases) {
    if (!isAtRest(database, placement)) continue;
    const move = bestMove(database, inOrder, placement);
    if (move !== undefined && (best === undefined || isBetter(move, best))) best = move;
  }
  return best && { type: 'AddDatabaseReplica', database: best.database, tag: best.to };
}

/** It has all its copies where they may be, so another one is only there for the moment of a move. */
function isAtRest(database: WishedDatabase, placement: Placement): boolean {
  const { spec } = placement;
  if (database.disabled || targetFactor(database, spec.replicationFactor) === undefined) return false;
  const homes = homesOf(database, placement);
  return (
    database.rehabs.length === 0 &&
    database.promotables.length === 0 &&
    database.deleting.length === 0 &&
    database.members.every((tag) => homes.includes(tag)) &&
    database.members.length === wantedCopies(database, homes.length, spec)
  );
}

/** @param inOrder nodes by their load, the least first */
function bestMove(
  database: WishedDatabase,
  inOrder: readonly string[],
  placement: Placement,
): Move | undefined {
  const { view } = placement;
  const { members } = database;
  const homes = homesOf(database, placement);
  const triedZones = new Set<string | undefined>();
  let best: Move | undefined;
  for (const to of inOrder) {
    // Of each zone the least loaded node is the best one; the others need not be looked at.
    if (!homes.includes(to) || members.includes(to) || view.isDraining(to)) continue;
    const zone = view.zoneOf(to);
    if (triedZones.has(zone)) continue;
    triedZones.add(zone);
    for (const from of members) {
      const move = { database: database.name, to, ...gainOf(from, to, database, placement) };
      if (isWorthwhile(move) && (best === undefined || isBetter(move, best))) best = move;
    }
  }
  return best;
}

/** Half of what the two sums of squares become smaller by. */
function gainOf(from: string, to: string, database: WishedDatabase, placement: Placement) {
  const { view } = placement;
  const holders = holdersOf(database);
  const isSameZone = view.zoneOf(from) === view.zoneOf(to);
  const inZone = (tag: string): number => copiesInZoneOf(tag, holders, view);
  return {
    zoneGain: isSameZone ? 0 : inZone(from) - inZone(to) - 1,
    loadGain: loadOf(from, placement) - loadOf(to, placement) - 1,
  };
}

function isWorthwhile({ zoneGain, loadGain }: Move): boolean {
  return zoneGain > 0 || (zoneGain === 0 && loadGain > 0);
}

function isBetter(a: Move, b: Move): boolean {
  return a.zoneGain > b.zoneGain || (a.zoneGain === b.zoneGain && a.loadGain > b.loadGain);
}
