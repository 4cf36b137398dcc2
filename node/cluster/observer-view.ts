import type { ClusterObserver } from './cluster-observer.ts';
import type { DigestComparison } from './digest-comparison.ts';
import { DECISIONS_KEPT } from './limits.ts';
import type { DatabaseReport } from './node-report.ts';
import { isObserverSuspended, observerDecisionsIn } from './state/observer-record.ts';
import type { StateReader } from './state/state-transaction.ts';

/** What the observer last decided and why, for people. */
export interface ObserverDecisions {
  /** Replicated: it holds whoever leads. */
  readonly suspended: boolean;
  /** Rounds that this node has run while it led. */
  readonly iteration: number;
  /** Newest first: what every node knows, and what the leader could not carry out, on the leader. */
  readonly decisions: readonly {
    readonly Date: string;
    readonly Iteration: number;
    readonly Database: string;
    readonly Message: string;
  }[];
}

export function observerDecisionsOf(state: StateReader, observer: ClusterObserver): ObserverDecisions {
  const applied = observerDecisionsIn(state).map(({ at, round, database, reason, index }) => ({
    Date: at,
    Iteration: round,
    Database: database,
    Message: `${reason} (applied at ${index})`,
  }));
  const refused = observer.refused.map(({ at, round, database, reason, error }) => ({
    Date: at,
    Iteration: round,
    Database: database,
    Message: `${reason} (not applied: ${error})`,
  }));
  const decisions = [...applied, ...refused].toSorted((a, b) => (a.Date < b.Date ? 1 : -1));
  return {
    suspended: isObserverSuspended(state),
    iteration: observer.rounds,
    decisions: decisions.slice(0, DECISIONS_KEPT),
  };
}

export type NodeReportStatus = 'Ok' | 'Timeout' | 'WaitingForResponse';

/** The last report of one node, as the leader has it. Times in milliseconds since 1970. */
export interface NodeMaintenance {
  readonly status: NodeReportStatus;
  readonly reportedAtMs: number | null;
  readonly appliedIndex: number | null;
  /** The place of the log at which its state was found to differ from the leader's; null: not found to. */
  readonly differsAt: number | null;
  /** The newest place of the log at which the two were compared; null: not compared since this leader began to lead. */
  readonly comparedAt: number | null;
  readonly databases: readonly DatabaseReport[];
  /** Lower-case name → when the copy was last seen well by this leader. */
  readonly lastGoodMs: Readonly<Record<string, number>>;
}

/** By tag. A plain value, since it is sent to the node that was asked. */
export type MaintenanceStats = Readonly<Record<string, NodeMaintenance>>;

/** `reportTimeoutMs`: a report older than this counts as none. */
export function maintenanceStats(
  tags: readonly string[],
  observer: ClusterObserver,
  comparison: Pick<DigestComparison, 'compared' | 'differing'>,
  reportTimeoutMs: number,
): MaintenanceStats {
  const nowMs = performance.now();
  const wallMs = (monotonicMs: number) => Math.round(Date.now() - (nowMs - monotonicMs));
  return Object.fromEntries(
    tags.map((tag) => {
      const report = observer.reports.get(tag);
      const seen = [...observer.memory].flatMap(([name, { copies }]) => {
        const lastGoodMs = copies.get(tag)?.lastGoodMs;
        return lastGoodMs === undefined ? [] : [[name, wallMs(lastGoodMs)] as const];
      });
      const node: NodeMaintenance = {
        status:
          report === undefined
            ? 'WaitingForResponse'
            : nowMs - report.receivedAtMs > reportTimeoutMs
              ? 'Timeout'
              : 'Ok',
        reportedAtMs: report === undefined ? null : wallMs(report.receivedAtMs),
        appliedIndex: report?.appliedIndex ?? null,
        differsAt: comparison.differing.get(tag) ?? null,
        comparedAt: comparison.compared.get(tag) ?? null,
        databases: [...(report?.databases.values() ?? [])],
        lastGoodMs: Object.fromEntries(seen),
      };
      return [tag, node];
    }),
  );
}
