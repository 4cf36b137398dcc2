import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand } from './cluster-command.ts';
import type { DatabaseTopology } from './database-record.ts';
import { DECISIONS_KEPT } from './limits.ts';
import type { DatabaseReport, NodeReport } from './node-report.ts';
import { agreedWallMs } from './observer/agreed-time.ts';
import { commandFor, type TopologyDecision } from './observer/decide-topology.ts';
import { observe } from './observer/observe.ts';
import { freshReport } from './observer/observed-copy.ts';
import type { ObservedDatabase, ObservedNode, ObserverSettings } from './observer/observer-input.ts';
import { EMPTY_OBSERVER_STATE, type ObserverState } from './observer/observer-state.ts';
import { timestampOf } from './state/apply-context.ts';

/** What a node tells of itself. */
export interface ToldReport extends Pick<NodeReport, 'appliedIndex' | 'wallMs'> {
  readonly databases: readonly DatabaseReport[];
}

/** A decision that could not be carried out; those that were stand in the cluster's state. */
export interface RefusedDecision {
  /** .NET's round-trip form. */
  readonly at: string;
  /** Number of the round. */
  readonly round: number;
  readonly database: string;
  readonly reason: string;
  /** The error's text. */
  readonly error: string;
}

export interface ClusterObserverOptions {
  readonly settings: ObserverSettings;
  /** Period of the rounds, in milliseconds. */
  readonly periodMs: number;
  readonly logger: Logger;
  /** Since when this node has been leading, by `performance.now`; null when it doesn't. */
  leaderSinceMs(): number | null;
  /** The cluster's state says that nothing is to be decided. */
  isSuspended(): boolean;
  appliedIndex(): number;
  /** Every node knows how to give a copy up that was silent for too long. */
  mayExpire(): boolean;
  /** All nodes of the cluster, with their zones as far as known. */
  nodes(): readonly Omit<ObservedNode, 'report'>[];
  databases(): readonly ObservedDatabase[];
  submit(command: ClusterCommand): Promise<{ readonly index: number }>;
}

/** The shell of the cluster observer: gathers reports, runs the pure rounds while this node leads, proposes. */
export class ClusterObserver {
  readonly #options: ClusterObserverOptions;
  readonly #reports = new Map<string, NodeReport>();
  readonly #refused: RefusedDecision[] = [];
  readonly #timer: NodeJS.Timeout;
  #state: ObserverState = EMPTY_OBSERVER_STATE;
  /** Since when this observer has watched without a break; null: it doesn't. */
  #watchingSinceMs: number | null = null;
  /** When it was last seen suspended, by `performance.now`. */
  #suspendedAtMs = Number.NEGATIVE_INFINITY;
  #isProposing = false;
  #rounds = 0;

  constructor(options: ClusterObserverOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#round(), options.periodMs);
    this.#timer.unref();
  }

  /** Rounds run so far. */
  get rounds(): number {
    return this.#rounds;
  }

  /** The newest last. */
  get refused(): readonly RefusedDecision[] {
    return this.#refused;
  }

  /** The latest report of each node, by tag. */
  get reports(): ReadonlyMap<string, NodeReport> {
    return this.#reports;
  }

  /** What it remembers between its rounds. */
  get memory(): ObserverState {
    return this.#state;
  }

  reportOf(tag: string): NodeReport | undefined {
    return this.#reports.get(tag);
  }

  /** What a node has told lately of the copy that the topology speaks of. */
  freshReportOf(tag: string, name: string, topology: DatabaseTopology): DatabaseReport | undefined {
    const { settings } = this.#options;
    return freshReport({ settings, nowMs: performance.now() }, this.#reports.get(tag), name, topology);
  }

  report(tag: string, { databases, ...told }: ToldReport): void {
    this.#reports.set(tag, {
      ...told,
      tag,
      receivedAtMs: performance.now(),
      databases: new Map(databases.map((database) => [database.name.toLowerCase(), database])),
    });
  }

  /** While this node leads: what time it is by most of the nodes, in milliseconds since 1970 or null; see agreedWallMs. */
  agreedMs(): number | null {
    const nodes = this.#options.nodes();
    const reports = nodes.flatMap(({ tag }) => this.#reports.get(tag) ?? []);
    return agreedWallMs(reports, nodes.length, performance.now());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #round(): void {
    const watchingSinceMs = this.#followOffice();
    // One round's proposals are settled before the next looks at the records: it must see what they did.
    if (watchingSinceMs === null || this.#isProposing) return;
    this.#rounds++;
    const { state, decisions } = observe(this.#state, {
      settings: this.#options.settings,
      nowMs: performance.now(),
      wallClock: new Date(this.agreedMs() ?? Date.now()),
      leaderSinceMs: watchingSinceMs,
      appliedIndex: this.#options.appliedIndex(),
      mayExpire: this.#options.mayExpire(),
      nodes: this.#options.nodes().map((node) => ({ ...node, report: this.#reports.get(node.tag) ?? null })),
      databases: this.#options.databases(),
    });
    this.#state = state;
    if (decisions.length === 0) return;
    this.#isProposing = true;
    void Promise.all(decisions.map((decision) => this.#propose(decision))).finally(() => {
      this.#isProposing = false;
    });
  }

  /** Who begins to lead, or was suspended, has seen nothing of what was before: every wait starts again. */
  #followOffice(): number | null {
    const leaderSinceMs = this.#options.leaderSinceMs();
    const isSuspended = this.#options.isSuspended();
    if (isSuspended) this.#suspendedAtMs = performance.now();
    const sinceMs =
      leaderSinceMs === null || isSuspended ? null : Math.max(leaderSinceMs, this.#suspendedAtMs);
    if (sinceMs !== this.#watchingSinceMs) {
      this.#watchingSinceMs = sinceMs;
      this.#state = EMPTY_OBSERVER_STATE;
    }
    return sinceMs;
  }

  async #propose(decision: TopologyDecision): Promise<void> {
    const round = this.#rounds;
    const { database, reason } = decision;
    try {
      await this.#options.submit(commandFor(decision, round));
      this.#options.logger.info(`Observer, database ${database}: ${reason}`);
    } catch (thrown) {
      // The record has changed meanwhile, or leadership is lost: the next round looks again.
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      this.#options.logger.debug(`Observer, database ${database}: not applied`, { reason, error });
      this.#refused.push({ at: timestampOf(Date.now()), round, database, reason, error });
      if (this.#refused.length > DECISIONS_KEPT) this.#refused.shift();
    }
  }
}
