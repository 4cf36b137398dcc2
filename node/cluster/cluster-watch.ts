import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { ClusterTimeoutError } from '../rachis/rachis-error.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { ClusterOperationError } from './cluster-error.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { ClusterObserver } from './cluster-observer.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { EXPIRY_VERSION } from './command-version.ts';
import type { DatabaseRecord } from './database-record.ts';
import { DigestComparison } from './digest-comparison.ts';
import { CATCH_UP_TIMEOUT_MS } from './limits.ts';
import type { DatabaseReport } from './node-report.ts';
import {
  type MaintenanceStats,
  maintenanceStats,
  type ObserverDecisions,
  observerDecisionsOf,
} from './observer-view.ts';
import { isObserverSuspended } from './state/observer-record.ts';
import type { DigestAt } from './state/state-digest.ts';
import type { StateReader } from './state/state-transaction.ts';
import type { StoredRecord } from './state/stored-record.ts';

export interface ClusterWatchOptions {
  readonly rachis: RachisNode;
  readonly nodes: ClusterNodes;
  readonly state: StateReader;
  readonly settings: ClusterSettings;
  readonly logger: Logger;
  readonly appliedIndex: () => number;
  /** What this node's state comes to, at some places of the log. */
  readonly digests: () => readonly DigestAt[];
  readonly records: () => readonly StoredRecord[];
  /** What this node tells the leader about its databases. */
  readonly reports: () => readonly DatabaseReport[];
  /** The lowest version of the commands that a node of the cluster knows. */
  readonly clusterVersion: () => number;
  readonly submit: (command: ClusterCommand) => Promise<{ readonly index: number }>;
}

const REPORT = 'report';
const MAINTENANCE_STATS = 'maintenance-stats';

interface ReportBody {
  readonly appliedIndex: number;
  readonly databases: readonly DatabaseReport[];
  /** Absent from a node that does not tell, as the next. */
  readonly wallMs?: number;
  readonly digests?: readonly DigestAt[];
}

/** How the nodes of the cluster watch one another: each reports to the leader, where the observer decides. */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #observer: ClusterObserver;
  readonly #comparison = new DigestComparison();
  #timer: NodeJS.Timeout | undefined;
  #leaderSinceMs: number | null = null;

  constructor(options: ClusterWatchOptions) {
    const { rachis, nodes, settings, logger, records } = options;
    this.#options = options;
    this.#observer = new ClusterObserver({
      settings: {
        moveToRehabMs: settings.timeBeforeMovingToRehabMs,
        rotatePreferredMs: settings.timeBeforeRotatingPreferredNodeMs,
        addReplicaMs: settings.timeBeforeAddingReplicaMs,
        silentCopyMaxMs: settings.timeBeforeExpiringSilentCopyMs,
        silentCopyTombstonesMax: settings.silentCopyTombstonesMax,
        stabilizationMs: settings.statsStabilizationTimeMs,
        reportTimeoutMs: settings.receiveFromWorkerTimeoutMs,
      },
      periodMs: settings.supervisorSamplePeriodMs,
      logger,
      leaderSinceMs: () => this.#leaderSinceMs,
      isSuspended: () => this.isSuspended,
      appliedIndex: options.appliedIndex,
      mayExpire: () => options.clusterVersion() >= EXPIRY_VERSION,
      nodes: () => nodes.zones(),
      databases: () => records().map(({ record, etag }) => ({ record, index: etag })),
      submit: options.submit,
    });
    rachis.onChange(() => this.#followLeadership());
    // Its state tells it what earlier leaders left a moment after it was elected.
    rachis.onApplied(() => this.#followLeadership());
  }

  /** Begins to report; this node can be reached. */
  serve(): void {
    this.#timer = setInterval(() => this.#report(), this.#options.settings.workerSamplePeriodMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#observer.close();
  }

  /** While this node leads: what time it is by most of the nodes, in milliseconds since 1970; null: not known yet. */
  agreedMs(): number | null {
    return this.#observer.agreedMs();
  }

  /** On the leader: who has come to another state than it, and at which place of the log that was last seen. */
  get differing(): ReadonlyMap<string, number> {
    return this.#comparison.differing;
  }

  /** On an administrator's word, on every node. */
  get isSuspended(): boolean {
    return isObserverSuspended(this.#options.state);
  }

  /** What the observer last decided and why, newest first. */
  decisions(): ObserverDecisions {
    return observerDecisionsOf(this.#options.state, this.#observer);
  }

  /** What the leader was told by each node; asked of it, wherever it is. Rejects with errors of Rachis. */
  async maintenanceStats(): Promise<MaintenanceStats> {
    return (await this.#options.rachis.askLeader(MAINTENANCE_STATS, null)) as MaintenanceStats;
  }

  /**
   * Resolves when the node with this tag reports to have applied what is committed now. Rejects with ClusterTimeoutError
   * when that takes longer than `CATCH_UP_TIMEOUT_MS`.
   */
  async caughtUp(tag: string): Promise<void> {
    const target = await this.#options.rachis.readBarrier();
    const deadline = performance.now() + CATCH_UP_TIMEOUT_MS;
    for (;;) {
      const told = (await this.maintenanceStats())[tag];
      if (told?.status === 'Ok' && (told.appliedIndex ?? 0) >= target) return;
      if (performance.now() > deadline) {
        throw new ClusterTimeoutError(
          `Node ${tag} is in the cluster, without a vote, but has not caught up within ${CATCH_UP_TIMEOUT_MS} ms; ask again when it has`,
        );
      }
      await delay(this.#options.settings.workerSamplePeriodMs);
    }
  }

  /** The last report of a node about a database, while this node leads. */
  reportOf(tag: string, databaseName: string): DatabaseReport | undefined {
    return this.#observer.reportOf(tag)?.databases.get(databaseName.toLowerCase());
  }

  /** As reportOf, while it is no older than a report may be and tells of the copy that the record speaks of. */
  freshReportOf(tag: string, { DatabaseName, Topology }: DatabaseRecord): DatabaseReport | undefined {
    return this.#observer.freshReportOf(tag, DatabaseName, Topology);
  }

  /** What other nodes ask of this one while it leads. */
  async answer(topic: string): Promise<unknown> {
    if (topic !== MAINTENANCE_STATS) throw new ClusterOperationError(`There is no request '${topic}'.`);
    const tags = (this.#options.rachis.configuration?.nodes ?? []).map(({ tag }) => tag);
    const { receiveFromWorkerTimeoutMs } = this.#options.settings;
    return maintenanceStats(tags, this.#observer, this.#comparison, receiveFromWorkerTimeoutMs);
  }

  /** Something that a node told this one. */
  hear(from: string, topic: string, body: unknown): void {
    const tag = this.#options.rachis.configuration?.nodes.find((node) => node.id === from)?.tag;
    if (topic !== REPORT || tag === undefined) return;
    const { digests, ...report } = body as ReportBody;
    this.#observer.report(tag, report);
    if (digests !== undefined && this.#leaderSinceMs !== null) this.#compare(tag, digests);
  }

  #compare(tag: string, digests: readonly DigestAt[]): void {
    this.#comparison.own(this.#options.digests());
    const index = this.#comparison.hear(tag, digests);
    if (index === null) return;
    this.#options.logger.error(
      `Node ${tag} has come to another state than this leader from the same Raft log; one of the two disks or programs is at fault`,
      { index },
    );
  }

  #report(): void {
    const { rachis, appliedIndex, reports, digests } = this.#options;
    const body: ReportBody = {
      appliedIndex: appliedIndex(),
      databases: reports(),
      wallMs: Date.now(),
      digests: digests(),
    };
    rachis.tellLeader(REPORT, body);
  }

  #followLeadership(): void {
    if (this.#options.rachis.isCaughtUpLeader) {
      this.#leaderSinceMs ??= performance.now();
      return;
    }
    this.#leaderSinceMs = null;
    this.#comparison.forget();
  }
}
