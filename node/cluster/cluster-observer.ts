import type { Logger } from '../observability/logger.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { DECISIONS_KEPT } from './limits.ts';
import type { DatabaseReport, NodeReport } from './node-report.ts';
import type { TopologyDecision } from './observer/decide-topology.ts';
import { observe } from './observer/observe.ts';
import type { ObservedDatabase, ObservedNode, ObserverSettings } from './observer/observer-input.ts';
import { EMPTY_OBSERVER_STATE, type ObserverState } from './observer/observer-state.ts';

/** A decision, as it is shown to people. */
export interface DecisionLine {
  /** ISO time. */
  readonly at: string;
  /** Number of the round. */
  readonly round: number;
  readonly database: string;
  readonly reason: string;
  /** What came of it: the Raft index, or the error's text. */
  readonly outcome: string;
}

export interface ClusterObserverOptions {
  readonly settings: ObserverSettings;
  /** Period of the rounds, in milliseconds. */
  readonly periodMs: number;
  readonly logger: Logger;
  /** Since when this node has been leading, by `performance.now`; null when it doesn't. */
  leaderSinceMs(): number | null;
  appliedIndex(): number;
  /** All nodes of the cluster, with their zones as far as known. */
  nodes(): readonly Omit<ObservedNode, 'report'>[];
  databases(): readonly ObservedDatabase[];
  submit(command: ClusterCommand): Promise<{ readonly index: number }>;
}

/** The shell of the cluster observer: gathers reports, runs the pure rounds while this node leads, proposes. */
export class ClusterObserver {
  readonly #options: ClusterObserverOptions;
  readonly #reports = new Map<string, NodeReport>();
  readonly #decisions: DecisionLine[] = [];
  readonly #timer: NodeJS.Timeout;
  #state: ObserverState = EMPTY_OBSERVER_STATE;
  #leadingSinceMs: number | null = null;
  #isProposing = false;
  #rounds = 0;
  isSuspended = false;

  constructor(options: ClusterObserverOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#round(), options.periodMs);
    this.#timer.unref();
  }

  /** Rounds run so far. */
  get rounds(): number {
    return this.#rounds;
  }

  /** The newest decision last. */
  decisions(): readonly DecisionLine[] {
    return this.#decisions;
  }

  /** Newest first, in the words of the protocol. */
  shownDecisions() {
    return {
      suspended: this.isSuspended,
      iteration: this.#rounds,
      decisions: this.#decisions
        .map(({ at, database, reason, outcome, round }) => ({
          Date: at,
          Database: database,
          Message: `${reason} (${outcome})`,
          Iteration: round,
        }))
        .reverse(),
    };
  }

  /** The latest report of each node. */
  reports(): readonly NodeReport[] {
    return [...this.#reports.values()];
  }

  report(tag: string, appliedIndex: number, databases: readonly DatabaseReport[]): void {
    this.#reports.set(tag, {
      tag,
      receivedAtMs: performance.now(),
      appliedIndex,
      databases: new Map(databases.map((database) => [database.name.toLowerCase(), database])),
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #round(): void {
    const leaderSinceMs = this.#options.leaderSinceMs();
    if (leaderSinceMs !== this.#leadingSinceMs) {
      this.#leadingSinceMs = leaderSinceMs;
      this.#state = EMPTY_OBSERVER_STATE;
    }
    // One round's proposals are settled before the next looks at the records: it must see what they did.
    if (leaderSinceMs === null || this.#isProposing || this.isSuspended) return;
    this.#rounds++;
    const { state, decisions } = observe(this.#state, {
      settings: this.#options.settings,
      nowMs: performance.now(),
      wallClock: new Date(),
      leaderSinceMs,
      appliedIndex: this.#options.appliedIndex(),
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

  async #propose({ database, recordIndex, topology, reason }: TopologyDecision): Promise<void> {
    let outcome: string;
    try {
      const { index } = await this.#options.submit({
        type: 'UpdateTopology',
        name: database,
        topology,
        expectedEtag: recordIndex,
      });
      outcome = `applied at ${index}`;
      this.#options.logger.info(`Observer, database ${database}: ${reason}`);
    } catch (error) {
      // The record has changed meanwhile, or leadership is lost: the next round looks again.
      outcome = error instanceof Error ? error.message : String(error);
      this.#options.logger.debug(`Observer, database ${database}: not applied`, { reason, outcome });
    }
    this.#decisions.push({ at: new Date().toISOString(), round: this.#rounds, database, reason, outcome });
    if (this.#decisions.length > DECISIONS_KEPT) this.#decisions.shift();
  }
}
