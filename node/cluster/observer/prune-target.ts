import { etagOf } from '../../documents/change-vector.ts';
import type { DatabaseTopology } from '../database-record.ts';
import { isExpired } from '../expired-copy.ts';
import { WAITING_DOCUMENTS_MAX, WAITING_LENGTH_MAX } from '../limits.ts';
import type { DatabaseReport } from '../node-report.ts';
import { holdersOf } from '../state/change-topology.ts';
import type { WaitingAmount } from '../transaction-queue.ts';

/**
 * Count up to which documents of cluster transactions may be forgotten; null: none. Every copy must have them, by the
 * `RAFT` entry of its change vector. A copy that does not come holds them up to a limit only: then it is enough that a
 * majority of the members has them, and the copy gets them by replication.
 */
export function pruneTarget(
  waiting: WaitingAmount,
  topology: DatabaseTopology,
  reportOf: (tag: string) => Pick<DatabaseReport, 'changeVector'> | undefined,
): number | null {
  const executedBy = (tag: string) =>
    etagOf(reportOf(tag)?.changeVector ?? '', topology.DatabaseTopologyIdBase64);
  const isTooMuch = waiting.documents > WAITING_DOCUMENTS_MAX || waiting.length > WAITING_LENGTH_MAX;
  const waited = holdersOf(topology).filter((tag) => !isExpired(topology, tag));
  const byAll = Math.min(...waited.map(executedBy));
  const target = isTooMuch ? Math.max(byAll, byMajority(topology.Members.map(executedBy))) : byAll;
  return target >= waiting.firstCount && Number.isFinite(target) ? target : null;
}

/** What a majority has reached; 0 for nobody. */
function byMajority(counts: readonly number[]): number {
  const descending = counts.toSorted((a, b) => b - a);
  return descending[Math.floor(counts.length / 2)] ?? 0;
}
