import type { ClusterConditionReason } from '../api/conditions.ts';
import type { RavenClusterStatus } from '../api/raven-cluster.ts';
import { surplusTags } from './cluster-view.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { homesOf, placementOf, wantedCopies } from './placement.ts';
import type { StatusInput } from './status.ts';

type FactorStatus = NonNullable<RavenClusterStatus['replicationFactor']> & {
  readonly reason: ClusterConditionReason<'ReplicationFactorSatisfied'>;
};

/** Copies of the managed databases: what the policy comes to now, and how far the databases are. */
export function factorStatus(input: Pick<StatusInput, 'cluster' | 'view'>): FactorStatus | undefined {
  const { cluster, view } = input;
  const policy = cluster.spec.replicationFactor;
  if (view.leader === undefined || view.databases === undefined || policy.mode === 'Unmanaged')
    return undefined;
  const available = Math.min(view.dataTags.length, cluster.spec.nodes);
  const managed = managedDatabases(input);
  const below = databasesBelow(input);
  const isSomePinned = managed.some(
    ({ database, wanted }) => wanted < Math.min(targetFactor(database, policy) ?? 0, available),
  );
  const desired = Math.min(policy.target, available);
  const limit = isSomePinned ? 'DatabasePinned' : available < policy.target ? 'LimitedByNodes' : 'AtTarget';
  return {
    desired,
    effective:
      managed.length === 0 ? desired : Math.min(...managed.map(({ database }) => database.members.length)),
    reason: below.length > 0 ? 'Rebalancing' : limit,
    databasesBelow: below.length,
  };
}

/** Databases with fewer copies than they should have on the nodes that there are. */
export function databasesBelow(input: Pick<StatusInput, 'cluster' | 'view'>): readonly WishedDatabase[] {
  return managedDatabases(input)
    .filter(({ database, wanted }) => database.members.length < wanted)
    .map(({ database }) => database);
}

function managedDatabases({ cluster: { spec }, view }: Pick<StatusInput, 'cluster' | 'view'>) {
  const placement = placementOf(view, spec, surplusTags(view, spec.nodes));
  return (view.databases ?? [])
    .filter((database) => targetFactor(database, spec.replicationFactor) !== undefined)
    .map((database) => ({
      database,
      wanted: wantedCopies(database, homesOf(database, placement).length, spec),
    }));
}
