import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { DatabaseWish, ObservedDatabase } from './observed.ts';

type FactorPolicy = RavenClusterSpec['replicationFactor'];

/** Does the policy of the cluster set how many copies this database has? Names compare without case. */
export function isManaged(name: string, policy: FactorPolicy): boolean {
  if (policy.mode === 'Unmanaged') return false;
  let isListed = false;
  for (const entry of policy.databases) {
    const isExclusion = entry.startsWith('!');
    if (matches(name, isExclusion ? entry.slice(1) : entry)) isListed = !isExclusion;
  }
  return isListed;
}

function matches(name: string, pattern: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${expression}$`, 'i').test(name);
}

/** A database that there is, with the resource that says what it should be, if any. */
export interface WishedDatabase extends ObservedDatabase {
  readonly wish?: DatabaseWish;
}

/** Copies that a database should have if there were nodes enough, or `undefined` when clients decide. */
export function targetFactor(database: WishedDatabase, policy: FactorPolicy): number | undefined {
  return (
    database.wish?.spec.replicationFactor ?? (isManaged(database.name, policy) ? policy.target : undefined)
  );
}
