import { etagOf } from '../../documents/change-vector.ts';
import type { AbandonTransactions } from '../cluster-command.ts';
import type { DatabaseRecord } from '../database-record.ts';
import { ABANDON_AFTER_MS } from '../limits.ts';
import type { DatabaseReport } from '../node-report.ts';
import { holdersOf } from '../state/change-topology.ts';
import { forgottenUpTo } from '../state/prune-transactions.ts';
import { findSpace } from '../state/spaces.ts';
import type { StateReader } from '../state/state-transaction.ts';

/**
 * Documents of cluster transactions that the cluster has forgotten and none of the copies has; null: there are none, or
 * nobody can tell, because a copy is silent or on its way out. Such a gap is left when all copies that had executed them
 * are lost.
 */
export function lostTransactions(
  state: StateReader,
  record: DatabaseRecord,
  reportOf: (tag: string) => Pick<DatabaseReport, 'status' | 'changeVector'> | undefined,
): AbandonTransactions | null {
  const { DatabaseName: database, Topology: topology, DeletionInProgress: deletion } = record;
  const space = findSpace(state, database);
  if (space === undefined || Object.keys(deletion).length > 0) return null;
  const upTo = forgottenUpTo(state, space);
  if (upTo <= (space.lost?.upTo ?? 0)) return null;
  const reports = holdersOf(topology).map(reportOf);
  if (reports.length === 0 || reports.some((report) => report?.status !== 'Loaded')) return null;
  const group = topology.DatabaseTopologyIdBase64;
  const from = Math.max(...reports.map((report) => etagOf(report?.changeVector ?? '', group)));
  return from < upTo ? { type: 'AbandonTransactions', database, space: space.id, from, upTo } : null;
}

/** Documents are given up only when all copies have been without them for a while: nothing of them is on its way. */
export class LostTransactionWatch {
  readonly #seen = new Map<string, { readonly key: string; readonly sinceMs: number }>();

  /** Whether what was found of a database is due; null: nothing was. */
  isDue(database: string, found: AbandonTransactions | null, nowMs: number): boolean {
    if (found === null) {
      this.#seen.delete(database);
      return false;
    }
    const key = `${found.space} ${found.from} ${found.upTo}`;
    const seen = this.#seen.get(database);
    if (seen?.key !== key) {
      this.#seen.set(database, { key, sinceMs: nowMs });
      return false;
    }
    return nowMs - seen.sinceMs >= ABANDON_AFTER_MS;
  }

  /** Who does not lead any more has seen nothing when it leads again. */
  clear(): void {
    this.#seen.clear();
  }
}
