import type { RavenCluster, RavenClusterStatus } from '../api/raven-cluster.ts';
import { describeAction, isMembershipAction } from '../decide/action.ts';
import { decide } from '../decide/decide.ts';
import { certain, FIRST_MEMORY, forgottenMemory, type Memory } from '../decide/memory.ts';
import { tagOfOrdinal } from '../decide/node-tag.ts';
import type { Observed } from '../decide/observed.ts';
import { act } from './act.ts';
import { AdminRequestError } from './admin-error.ts';
import type { ClusterAdminClient } from './cluster-admin-client.ts';
import { narrate } from './narrate.ts';
import { observeCluster } from './observe-cluster.ts';
import type { Platform } from './platform.ts';

/** What people hear of a reconcile: one line an event. */
export interface Narrator {
  info(message: string): void;
  warn(message: string): void;
}

/** Phases in which nothing is about to happen by itself. */
const RESTFUL_PHASES: ReadonlySet<RavenClusterStatus['phase']> = new Set(['Ready', 'Paused', 'Hibernated']);

/** One pass after another: prepare, observe, decide, report, remember, act. Holds nothing that a restart would need. */
export class Reconciler {
  readonly #platform: Platform;
  readonly #admin: ClusterAdminClient;
  readonly #narrator: Narrator;
  #memory: Memory | undefined;
  #status: RavenClusterStatus | undefined;
  #lastTrouble: string | undefined;

  constructor(options: { platform: Platform; admin: ClusterAdminClient; narrator: Narrator }) {
    this.#platform = options.platform;
    this.#admin = options.admin;
    this.#narrator = options.narrator;
  }

  get status(): RavenClusterStatus | undefined {
    return this.#status;
  }

  /** @returns whether there is more to do soon */
  async pass(cluster: RavenCluster, signal: AbortSignal): Promise<boolean> {
    const conditions = await this.#platform.prepare?.(cluster);
    const seen = await observeCluster(this.#platform, this.#admin, Date.now());
    const observed: Observed = conditions === undefined ? seen : { ...seen, conditions };
    const memory = this.#memory ?? (await this.#recall(observed));
    const known = this.#status === undefined ? cluster : { ...cluster, status: this.#status };
    const decision = decide(known, observed, memory);
    await this.#report(decision.status);
    await this.#remember(decision.memory);
    for (const action of decision.actions) {
      if (signal.aborted) return false;
      this.#narrator.info(describeAction(action, tagOfOrdinal));
      try {
        await act(action, observed, this.#platform, this.#admin);
      } catch (error) {
        // The one change of the membership was refused, or not even asked for: it will not happen later.
        const isPending = isMembershipAction(action) && !isRefusal(error);
        if (!isPending && decision.actions.some(isMembershipAction)) {
          await this.#remember(certain(decision.memory));
        }
        this.#complain(error);
        // The rest was decided for a world in which this had worked: look again.
        return false;
      }
      if (isMembershipAction(action)) await this.#remember(certain(decision.memory));
    }
    this.#lastTrouble = undefined;
    return decision.actions.length > 0 || !RESTFUL_PHASES.has(decision.status.phase);
  }

  async #recall({ nowMs, nodes }: Observed): Promise<Memory> {
    const stored = await this.#platform.loadMemory();
    if (stored !== undefined) return stored;
    const isFirstStart = nodes.every((node) => node.data === 'None' && node.answer === undefined);
    return isFirstStart ? FIRST_MEMORY : forgottenMemory(nowMs);
  }

  async #remember(memory: Memory): Promise<void> {
    if (JSON.stringify(memory) !== JSON.stringify(this.#memory)) await this.#platform.saveMemory(memory);
    this.#memory = memory;
  }

  async #report(status: RavenClusterStatus): Promise<void> {
    const before = this.#status;
    for (const line of narrate(before, status)) this.#narrator[line.level](line.text);
    this.#status = status;
    if (JSON.stringify(status) !== JSON.stringify(before)) await this.#platform.report(status);
  }

  /** The same trouble in the same words is said once. */
  #complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const gist = text.replace(/raft-request-id=[^&\s]+/g, '');
    if (gist !== this.#lastTrouble) this.#narrator.warn(text);
    this.#lastTrouble = gist;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AdminRequestError && !error.mayTakeEffect;
}
