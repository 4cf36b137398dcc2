import type { RavenClusterStatus } from '../api/raven-cluster.ts';
import { targetFactor } from './managed-databases.ts';
import type { ObservedDatabase } from './observed.ts';
import type { StatusInput } from './status.ts';

/** Copies of the managed databases: what the policy comes to now, and how far the databases are. */
export function factorStatus({ cluster, view }: StatusInput): RavenClusterStatus['replicationFactor'] {
  const policy = cluster.spec.replicationFactor;
  if (view.leader === undefined || view.databases === undefined || policy.mode === 'Unmanaged')
    return undefined;
  const available = Math.min(view.dataTags.length, cluster.spec.nodes);
  const managed = view.databases.filter((database) => targetFactor(database, policy) !== undefined);
  const desiredOf = (database: ObservedDatabase): number =>
    Math.min(targetFactor(database, policy) ?? 0, available);
  const below = managed.filter((database) => database.members.length < desiredOf(database));
  const desired = Math.min(policy.target, available);
  return {
    desired,
    effective: managed.length === 0 ? desired : Math.min(...managed.map((one) => one.members.length)),
    reason: below.length > 0 ? 'Rebalancing' : available < policy.target ? 'LimitedByNodes' : 'AtTarget',
    databasesBelow: below.length,
  };
}
