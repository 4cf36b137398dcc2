import type { DatabaseConditionReason, DatabaseConditionType } from '../api/conditions.ts';
import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { RavenDatabaseStatus } from '../api/raven-database.ts';
import { type ClusterView, surplusTags } from './cluster-view.ts';
import { withTimes } from './condition-times.ts';
import type { WishState } from './database-plan.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { holdersOf } from './observed.ts';
import { homesOf, isForbidden, placementOf, wantedCopies } from './placement.ts';

/** A condition of a RavenDatabase, before it has a time. */
type Draft<Type extends DatabaseConditionType = DatabaseConditionType> = {
  readonly [T in Type]: {
    readonly type: T;
    readonly status: 'True' | 'False' | 'Unknown';
    readonly reason: DatabaseConditionReason<T>;
    readonly message?: string;
  };
}[Type];

type Phase = NonNullable<RavenDatabaseStatus['phase']>;

interface Description {
  readonly phase: Phase;
  readonly ready: Draft<'Ready'>;
  readonly copies?: CopyDescription;
}

interface CopyDescription {
  readonly wanted: number;
  readonly members: readonly string[];
  readonly satisfied: Draft<'ReplicationFactorSatisfied'>;
}

/** The status of a RavenDatabase resource. What can't be seen just now stays as it was reported last. */
export function describeDatabase(
  state: WishState,
  view: ClusterView,
  spec: RavenClusterSpec,
): RavenDatabaseStatus {
  const { status: before, generation } = state.wish;
  const { phase, ready, copies } = describe(state, view, spec);
  const drafts: readonly Draft[] = copies === undefined ? [ready] : [ready, copies.satisfied];
  const isUnseen = view.databases === undefined && before !== undefined;
  return {
    ...(isUnseen ? before : {}),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: withTimes(drafts, before?.conditions, { nowMs: view.nowMs, generation }),
    ...(copies === undefined
      ? {}
      : {
          replicationFactor: copies.wanted,
          copies: copies.members.length,
          members: copies.members,
        }),
  };
}

function describe(state: WishState, view: ClusterView, spec: RavenClusterSpec): Description {
  const { wish, owner, database } = state;
  if (owner !== undefined && owner !== wish) {
    const message = `RavenDatabase ${owner.resource} describes database ${wish.spec.name} and is older`;
    return { phase: 'Pending', ready: notReady('NameTaken', message) };
  }
  if (wish.isDeleted) return { phase: 'Deleting', ready: notReady('Deleting', deletionMessage(state)) };
  if (view.databases === undefined) {
    const message = 'The cluster has no leader that could say which databases there are';
    const ready = draft('Ready', 'Unknown', 'ClusterUnavailable', message);
    return { phase: wish.status?.phase ?? 'Pending', ready };
  }
  if (database === undefined) return { phase: 'Pending', ready: notCreated(state) };
  const copies = describeCopies(database, view, spec);
  const online = database.members.filter((tag) => view.isLive(tag)).length;
  if (state.refusal !== undefined && state.change !== undefined) {
    const phase = online === 0 ? 'Offline' : 'Degraded';
    return { phase, ready: notReady('Refused', state.refusal.message), copies };
  }
  if (state.change !== undefined) {
    return { phase: 'Degraded', ready: notReady('Changing', CHANGES[state.change.type]), copies };
  }
  if (database.disabled) return { phase: 'Offline', ready: notReady('Disabled'), copies };
  if (online === 0) {
    const message = `No answer from ${holdersOf(database).join(', ')}, which hold the copies`;
    return { phase: 'Offline', ready: notReady('Offline', message), copies };
  }
  const isWhole = online === database.members.length && copies.satisfied.status === 'True';
  return { phase: isWhole ? 'Ready' : 'Degraded', ready: draft('Ready', 'True', 'Online'), copies };
}

const CHANGES = {
  CreateDatabase: 'The database is being created',
  PutDatabaseSettings: 'The settings are being changed',
  SetDatabaseState: 'The database is being enabled or disabled',
  DeleteDatabase: 'The database is being deleted',
} as const;

function notCreated({ change, refusal, wish }: WishState): Draft<'Ready'> {
  if (refusal !== undefined) return notReady('Refused', refusal.message);
  if (change !== undefined) return notReady('NotCreated', CHANGES.CreateDatabase);
  const { tags = [], zones = [] } = wish.spec.placement;
  const where = [...tags.map((tag) => `node ${tag}`), ...zones.map((zone) => `zone ${zone}`)].join(', ');
  return notReady('NoNodeAllowed', `No node that is up may hold it${where === '' ? '' : `: ${where}`}`);
}

function deletionMessage({ database, wish }: WishState): string {
  if (wish.spec.reclaimPolicy === 'Retain' || database === undefined) return 'Nothing is left to do';
  const left = [...holdersOf(database), ...database.deleting];
  return `Copies are still on ${left.join(', ')}`;
}

function describeCopies(
  database: WishedDatabase,
  view: ClusterView,
  spec: RavenClusterSpec,
): CopyDescription {
  const placement = placementOf(view, spec, surplusTags(view, spec.nodes));
  const homes = homesOf(database, placement).length;
  const wanted = wantedCopies(database, homes, spec);
  const target = targetFactor(database, spec.replicationFactor);
  const { members } = database;
  const where = database.wish?.spec.placement ?? {};
  const strays = holdersOf(database).filter((tag) => isForbidden(where, tag, view));
  const satisfied = (): Draft<'ReplicationFactorSatisfied'> => {
    if (strays.length > 0) return unsatisfied('Moving', `The copy on ${strays.join(', ')} moves`);
    if (members.length < wanted) {
      return unsatisfied('Copying', `${members.length} of ${wanted} copies are complete`);
    }
    if (target === undefined) return draft('ReplicationFactorSatisfied', 'True', 'Unmanaged');
    if (target <= homes) return draft('ReplicationFactorSatisfied', 'True', 'AtTarget');
    const message = `${homes} of ${target} copies have a node`;
    return unsatisfied(placement.staying.length < target ? 'LimitedByNodes' : 'LimitedByPlacement', message);
  };
  return { wanted, members, satisfied: satisfied() };
}

function draft<Type extends DatabaseConditionType>(
  type: Type,
  status: 'True' | 'False' | 'Unknown',
  reason: DatabaseConditionReason<Type>,
  message?: string,
): Draft<Type> {
  return { type, status, reason, ...(message === undefined ? {} : { message }) };
}

function notReady(reason: DatabaseConditionReason<'Ready'>, message?: string): Draft<'Ready'> {
  return draft('Ready', 'False', reason, message);
}

function unsatisfied(
  reason: DatabaseConditionReason<'ReplicationFactorSatisfied'>,
  message: string,
): Draft<'ReplicationFactorSatisfied'> {
  return draft('ReplicationFactorSatisfied', 'False', reason, message);
}
