import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { DatabaseAction } from './action.ts';
import type { ClusterView } from './cluster-view.ts';
import { DATABASE_CHANGES_MAX, REFUSED_RETRY_MS } from './limits.ts';
import type { WishedDatabase } from './managed-databases.ts';
import { type DatabaseWish, holdersOf, type Refusal } from './observed.ts';
import { bestPlace, isAllowed, type Placement } from './placement.ts';
import { leavesAsIs, ownerOf } from './wishes.ts';

/** What a RavenDatabase resource comes to now. */
export interface WishState {
  readonly wish: DatabaseWish;
  /** Of several resources for one database only the oldest counts: this one, unless it is that of somebody else. */
  readonly owner: DatabaseWish | undefined;
  /** Absent while it does not exist, or nobody can say. */
  readonly database?: WishedDatabase;
  /** What would make the database as it is wished. */
  readonly change?: DatabaseAction;
  readonly refusal?: Refusal;
  /** There is nothing left to do for a resource that is being deleted. */
  readonly isSettled: boolean;
}

export interface WishContext {
  readonly view: ClusterView;
  readonly spec: RavenClusterSpec;
  readonly placement: Placement;
  readonly wishes: readonly DatabaseWish[];
  readonly refusals: Readonly<Record<string, Refusal>>;
  /** The cluster itself is being deleted, and its databases with it or not at all. */
  readonly isClusterGoing: boolean;
}

export function stateOf(wish: DatabaseWish, context: WishContext): WishState {
  const owner = ownerOf(wish.spec.name, context.wishes);
  const isOwner = owner === wish;
  const database = databaseNamed(wish.spec.name, context.view);
  const refusal = context.refusals[wish.spec.name.toLowerCase()];
  const isGone = context.view.databases !== undefined && database === undefined;
  const isNobodys = context.isClusterGoing || leavesAsIs(wish) || !isOwner || isGone;
  const change = isOwner ? changeFor(wish, database, context) : undefined;
  return {
    wish,
    owner,
    ...(database === undefined ? {} : { database }),
    ...(change === undefined ? {} : { change }),
    ...(refusal === undefined ? {} : { refusal }),
    isSettled: wish.isDeleted && isNobodys,
  };
}

/** What is to be done now: a few at a time, and what was refused a moment ago not at once again. */
export function dueChanges(states: readonly WishState[], view: ClusterView): readonly DatabaseAction[] {
  if (!view.hasQuorum) return [];
  return states
    .filter(({ refusal }) => refusal === undefined || view.nowMs >= refusal.atMs + REFUSED_RETRY_MS)
    .flatMap(({ change }) => (change === undefined ? [] : [change]))
    .slice(0, DATABASE_CHANGES_MAX);
}

function databaseNamed(name: string, { databases }: ClusterView): WishedDatabase | undefined {
  return databases?.find((database) => database.name.toLowerCase() === name.toLowerCase());
}

function changeFor(
  { spec: wanted, isDeleted }: DatabaseWish,
  database: WishedDatabase | undefined,
  context: WishContext,
): DatabaseAction | undefined {
  if (context.view.databases === undefined) return undefined;
  if (isDeleted) return database === undefined ? undefined : deletion(database);
  if (database === undefined) return creation(wanted, context);
  // Nobody has it any more, and its record goes when the last of them says so: it can be made again then.
  if (holdersOf(database).length === 0) return undefined;
  const { name } = database;
  if (database.disabled !== wanted.disabled) {
    return { type: 'SetDatabaseState', database: name, disabled: wanted.disabled };
  }
  // A database that is disabled takes no settings.
  return !database.disabled && areSettingsDue(wanted.settings, database.settings)
    ? { type: 'PutDatabaseSettings', database: name, settings: wanted.settings }
    : undefined;
}

/** Asked for once; the record then stays until every node that had a copy has deleted it. */
function deletion(database: WishedDatabase): DatabaseAction | undefined {
  return holdersOf(database).length === 0 ? undefined : { type: 'DeleteDatabase', database: database.name };
}

function creation(wanted: DatabaseWish['spec'], context: WishContext): DatabaseAction | undefined {
  const tags = firstPlaces(wanted, context);
  return tags.length === 0
    ? undefined
    : { type: 'CreateDatabase', database: wanted.name, tags, settings: wanted.settings };
}

/** Nodes for the first copies, as many as are wanted and can be had now; others are added when they can. */
function firstPlaces(wanted: DatabaseWish['spec'], context: WishContext): readonly string[] {
  const { placement, spec, view } = context;
  const count = wanted.replicationFactor ?? spec.replicationFactor.target;
  const chosen: string[] = [];
  while (chosen.length < count) {
    const place = bestPlace(homesFor(wanted, placement, view), chosen, placement);
    if (place === undefined) break;
    chosen.push(place);
  }
  for (const tag of chosen) placement.loads.set(tag, (placement.loads.get(tag) ?? 0) + 1);
  return chosen;
}

/** Nodes on which a database that does not exist yet may be. */
export function homesFor(
  wanted: DatabaseWish['spec'],
  { staying }: Placement,
  view: ClusterView,
): readonly string[] {
  return staying.filter((tag) => isAllowed(wanted.placement, tag, view));
}

/** The settings of a resource replace those of the record. One that has none leaves them as clients set them. */
export function areSettingsDue(
  wanted: Readonly<Record<string, string>>,
  current: Readonly<Record<string, string>> | undefined,
): boolean {
  const keys = Object.keys(wanted);
  if (keys.length === 0 || current === undefined) return false;
  return keys.length !== Object.keys(current).length || keys.some((key) => wanted[key] !== current[key]);
}
