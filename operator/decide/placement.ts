import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { RavenDatabaseSpec } from '../api/raven-database.ts';
import type { ClusterView } from './cluster-view.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { holdersOf } from './observed.ts';

/** Who may hold copies, and what everybody holds. */
export interface Placement {
  readonly view: ClusterView;
  readonly spec: RavenClusterSpec;
  /** Nodes that may hold copies and are to stay. */
  readonly staying: readonly string[];
  /** Nodes that are to stay and are becoming members: they get no copies yet, but keep those that they have. */
  readonly rising: readonly string[];
  /** Databases a node has a copy of; a plan counts what it adds, too. */
  readonly loads: Map<string, number>;
}

export function placementOf(
  view: ClusterView,
  spec: RavenClusterSpec,
  leaving: readonly string[],
): Placement {
  const staying = view.dataTags.filter((tag) => !leaving.includes(tag));
  const rising = (view.leader?.topology.promotables ?? []).filter((tag) => !leaving.includes(tag));
  const loads = new Map(staying.map((tag) => [tag, 0]));
  for (const tag of (view.databases ?? []).flatMap(holdersOf)) loads.set(tag, (loads.get(tag) ?? 0) + 1);
  return { view, spec, staying, rising, loads };
}

export function loadOf(tag: string, { loads }: Placement): number {
  return loads.get(tag) ?? 0;
}

/** Where a resource says that copies may be: anywhere when it says nothing. */
type Where = RavenDatabaseSpec['placement'];

const ANYWHERE: Where = {};

/** Its resource says where copies may be. */
export function isPinned({ wish }: WishedDatabase): boolean {
  const { tags = [], zones = [] } = wish?.spec.placement ?? ANYWHERE;
  return tags.length > 0 || zones.length > 0;
}

/** A node may get a copy. Of one whose zone is not known nobody can say. */
export function isAllowed({ tags = [], zones = [] }: Where, tag: string, view: ClusterView): boolean {
  const zone = view.zoneOf(tag);
  return (
    (tags.length === 0 || tags.includes(tag)) &&
    (zones.length === 0 || (zone !== undefined && zones.includes(zone)))
  );
}

/** A node must not have a copy. One whose zone is not known just now keeps what it has. */
export function isForbidden({ tags = [], zones = [] }: Where, tag: string, view: ClusterView): boolean {
  const zone = view.zoneOf(tag);
  return (
    (tags.length > 0 && !tags.includes(tag)) ||
    (zones.length > 0 && zone !== undefined && !zones.includes(zone))
  );
}

/** Nodes that may have a copy in the end. */
export function homesOf(database: WishedDatabase, { view, staying, rising }: Placement): readonly string[] {
  const holders = holdersOf(database);
  const risingHolders = rising.filter((tag) => holders.includes(tag));
  const where = database.wish?.spec.placement ?? ANYWHERE;
  return [...staying, ...risingHolders].filter((tag) =>
    holders.includes(tag) ? !isForbidden(where, tag, view) : isAllowed(where, tag, view),
  );
}

/** Copies wanted where there are so many homes: every one that there is when nobody says how many. */
export function wantedCopies(database: WishedDatabase, homes: number, spec: RavenClusterSpec): number {
  return Math.min(targetFactor(database, spec.replicationFactor) ?? holdersOf(database).length, homes);
}

/**
 * Members that must be left when a copy goes from where it may not be: whatever is wanted, and never fewer than the
 * minimum of the cluster, should the database have as many and nobody have asked for fewer.
 */
export function requiredMembers(
  database: WishedDatabase,
  wanted: number,
  { replicationFactor }: RavenClusterSpec,
): number {
  const asked = targetFactor(database, replicationFactor) ?? Number.POSITIVE_INFINITY;
  return Math.max(1, wanted, Math.min(replicationFactor.minimum, asked, database.members.length));
}

/** Copies in the zone of a node; none where zones are not known. */
export function copiesInZoneOf(tag: string, copies: readonly string[], view: ClusterView): number {
  const zone = view.zoneOf(tag);
  return zone === undefined ? 0 : copies.filter((copy) => view.zoneOf(copy) === zone).length;
}

/**
 * The place for one more copy: a live node without one, rather one that nobody is about to take away, in the zone with
 * the fewest copies, with the fewest databases.
 */
export function bestPlace(
  free: readonly string[],
  copies: readonly string[],
  placement: Placement,
): string | undefined {
  const { view } = placement;
  const inZone = (tag: string): number => copiesInZoneOf(tag, copies, view);
  return free
    .filter((tag) => view.isLive(tag) && !copies.includes(tag))
    .sort(
      (a, b) =>
        Number(view.isDraining(a)) - Number(view.isDraining(b)) ||
        inZone(a) - inZone(b) ||
        loadOf(a, placement) - loadOf(b, placement) ||
        byTag(a, b),
    )[0];
}

/** The copy that is missed least: of the zone with the most copies, on the node with the most databases. */
export function mostCrowded(copies: readonly string[], placement: Placement): string | undefined {
  const inZone = (tag: string): number => copiesInZoneOf(tag, copies, placement.view);
  return [...copies].sort(
    (a, b) => inZone(b) - inZone(a) || loadOf(b, placement) - loadOf(a, placement) || byTag(b, a),
  )[0];
}

export function byTag(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
