import type { RavenCluster, RavenClusterStatus } from '../api/raven-cluster.ts';
import {
  type Action,
  describeAction,
  isDatabaseAction,
  isIndependent,
  isMembershipAction,
} from '../decide/action.ts';
import { type Decision, decide } from '../decide/decide.ts';
import type { ClusterEvent } from '../decide/event-reasons.ts';
import { certain, FIRST_MEMORY, forgottenMemory, type Memory } from '../decide/memory.ts';
import { tagOfOrdinal } from '../decide/node-tag.ts';
import type { Observed, Refusal } from '../decide/observed.ts';
import { act } from './act.ts';
import { AdminRequestError } from './admin-error.ts';
import type { ClusterAdminClient } from './cluster-admin-client.ts';
import { UNTOLD_EVENTS_MAX } from './limits.ts';
import { narrate } from './narrate.ts';
import { observeCluster } from './observe-cluster.ts';
import type { Platform } from './platform.ts';

/** What people hear of a reconcile: one line an event. */
export interface Narrator {
  info(message: string): void;
  warn(message: string): void;
}

/** Phases in which nothing is about to happen by itself. */
const RESTFUL_PHASES: ReadonlySet<RavenClusterStatus['phase']> = new Set([
  'Ready',
  'Paused',
  'Hibernated',
  'Deleting',
]);

export interface ReconcilerOptions {
  readonly platform: Platform;
  readonly admin: ClusterAdminClient;
  readonly narrator: Narrator;
  /** Called after each action. */
  readonly onAction?: (action: Action, result: 'Done' | 'Failed') => void;
}

/** One pass after another: prepare, observe, decide, report, remember, act. Holds nothing that a restart would need. */
export class Reconciler {
  readonly #platform: Platform;
  readonly #admin: ClusterAdminClient;
  readonly #narrator: Narrator;
  readonly #onAction: ReconcilerOptions['onAction'];
  #memory: Memory | undefined;
  #status: RavenClusterStatus | undefined;
  #reported: string | undefined;
  #reportedDatabases = '{}';
  #untold: readonly ClusterEvent[] = [];
  #lastTrouble: string | undefined;
  /** By database. Forgotten by a restart, which only means that it is asked for again. */
  readonly #refusals = new Map<string, Refusal>();

  constructor(options: ReconcilerOptions) {
    this.#platform = options.platform;
    this.#admin = options.admin;
    this.#narrator = options.narrator;
    this.#onAction = options.onAction;
  }

  get status(): RavenClusterStatus | undefined {
    return this.#status;
  }

  /** @returns whether there is more to do soon */
  async pass(cluster: RavenCluster, signal: AbortSignal): Promise<boolean> {
    const conditions = await this.#platform.prepare?.(cluster);
    const seen = await observeCluster(this.#platform, this.#admin, Date.now());
    this.#forgetRefusals(seen);
    const observed: Observed = {
      ...seen,
      ...(conditions === undefined ? {} : { conditions }),
      refusals: Object.fromEntries(this.#refusals),
    };
    const memory = this.#memory ?? (await this.#recall(observed));
    const known = this.#status === undefined ? cluster : { ...cluster, status: this.#status };
    const decision = decide(known, observed, memory);
    await this.#report(decision);
    await this.#remember(decision.memory);
    const isThrough = await this.#actOn(decision, observed, signal);
    if (!isThrough) return false;
    return decision.actions.length > 0 || !RESTFUL_PHASES.has(decision.status.phase);
  }

  /** @returns whether everything went through */
  async #actOn({ actions, memory }: Decision, observed: Observed, signal: AbortSignal): Promise<boolean> {
    let isThrough = true;
    for (const action of actions) {
      if (signal.aborted) return false;
      this.#narrator.info(describeAction(action, tagOfOrdinal));
      try {
        await act(action, observed, this.#platform, this.#admin);
        this.#onAction?.(action, 'Done');
        if (isDatabaseAction(action)) this.#refusals.delete(action.database.toLowerCase());
      } catch (error) {
        this.#onAction?.(action, 'Failed');
        isThrough = false;
        this.#complain(error);
        if (isIndependent(action)) {
          this.#noteRefusal(action, error, observed.nowMs);
          continue;
        }
        // The one change of the membership was refused, or not even asked for: it will not happen later.
        const isPending = isMembershipAction(action) && !isRefusal(error);
        if (!isPending && actions.some(isMembershipAction)) await this.#remember(certain(memory));
        // The rest was decided for a world in which this had worked: look again.
        return false;
      }
      if (isMembershipAction(action)) await this.#remember(certain(memory));
    }
    if (isThrough) this.#lastTrouble = undefined;
    return isThrough;
  }

  /** People hear of it in the status of the resource. What was merely not answered is tried again at once. */
  #noteRefusal(action: Action, error: unknown, atMs: number): void {
    if (!isDatabaseAction(action) || !isRefusal(error)) return;
    this.#refusals.set(action.database.toLowerCase(), { message: messageOf(error), atMs });
  }

  #forgetRefusals({ wishes = [] }: Observed): void {
    const wished = new Set(wishes.map((wish) => wish.spec.name.toLowerCase()));
    for (const name of this.#refusals.keys()) if (!wished.has(name)) this.#refusals.delete(name);
  }

  async #recall({ nowMs, nodes }: Observed): Promise<Memory> {
    const stored = await this.#platform.loadMemory();
    this.#memory = stored;
    if (stored !== undefined) return stored;
    const isFirstStart = nodes.every((node) => node.data === 'None' && node.answer === undefined);
    return isFirstStart ? FIRST_MEMORY : forgottenMemory(nowMs);
  }

  async #remember(memory: Memory): Promise<void> {
    if (JSON.stringify(memory) !== JSON.stringify(this.#memory)) await this.#platform.saveMemory(memory);
    this.#memory = memory;
  }

  async #report({ status, events, databases, settled }: Decision): Promise<void> {
    for (const line of narrate(this.#status, status)) this.#narrator[line.level](line.text);
    this.#status = status;
    this.#untold = [...this.#untold, ...events].slice(-UNTOLD_EVENTS_MAX);
    // Noted once it went through: what could not be reported is reported by the next pass.
    const text = JSON.stringify(status);
    if (text !== this.#reported) await this.#platform.report(status);
    this.#reported = text;
    if (this.#untold.length > 0) await this.#platform.announce?.(this.#untold);
    this.#untold = [];
    const databasesText = JSON.stringify(databases);
    if (databasesText === this.#reportedDatabases && settled.length === 0) return;
    await this.#platform.reportDatabases?.(databases, settled);
    this.#reportedDatabases = databasesText;
  }

  /** The same trouble in the same words is said once. */
  #complain(error: unknown): void {
    const text = messageOf(error);
    const gist = text.replace(/raft-request-id=[^&\s]+/g, '');
    if (gist !== this.#lastTrouble) this.#narrator.warn(text);
    this.#lastTrouble = gist;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isRefusal(error: unknown): boolean {
  return error instanceof AdminRequestError && !error.mayTakeEffect;
}
