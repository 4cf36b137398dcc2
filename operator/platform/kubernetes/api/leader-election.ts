import { Gauge, type Registry } from 'prom-client';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { LEASE } from './kinds.ts';
import type { KubeClient } from './kube-client.ts';
import { hasReason } from './kube-error.ts';
import type { KubeLog } from './kube-log.ts';
import { heldLease, type Lease, LeaseView, releasedLease } from './lease-record.ts';
import {
  LEASE_DURATION_MS,
  LEASE_RENEW_DEADLINE_MS,
  LEASE_REQUEST_TIMEOUT_MS,
  LEASE_RETRY_MS,
} from './limits.ts';
import { microTime } from './micro-time.ts';

export interface ElectionTiming {
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

const DEFAULT_TIMING: ElectionTiming = {
  durationMs: LEASE_DURATION_MS,
  renewDeadlineMs: LEASE_RENEW_DEADLINE_MS,
  retryMs: LEASE_RETRY_MS,
};

/** By how much a pause is lengthened at random, as a share: candidates should not all look at the same moment. */
const RETRY_JITTER_SHARE = 0.2;

/**
 * One of several processes leads: the one whose name is in a Lease. Writes go with a resourceVersion, so of two that
 * want it one fails. A leader that cannot renew stops leading by its own clock before anybody may take over.
 *
 * What a leader sent off before it lost its lease may still arrive; what must not happen twice needs a precondition of
 * its own.
 */
export class LeaderElection {
  readonly #client: KubeClient;
  readonly #place: { readonly namespace: string; readonly name: string };
  readonly #identity: string;
  readonly #onElected: (epoch: number) => void;
  readonly #onLost: (why: string) => void;
  readonly #log: KubeLog;
  readonly #clock: Clock;
  readonly #timing: ElectionTiming;
  readonly #view: LeaseView;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** When the last successful renewal was sent: from then on the others count, at the earliest. */
  #renewedMs: number | undefined;
  /** Whether the lease in `#view` may be out of date: an attempt ended without a clear answer. */
  #mustLook = true;
  #wake: (() => void) | undefined;

  constructor(options: {
    readonly client: KubeClient;
    readonly namespace: string;
    readonly name: string;
    /** Of this process alone: another one, even in the same pod after a restart, has another. */
    readonly identity: string;
    /** @param epoch how often the lease has changed hands: larger for each new leader */
    readonly onElected: (epoch: number) => void;
    /** Called once. Nothing may be done in the leader's name afterwards, and this one leads no more. */
    readonly onLost: (why: string) => void;
    readonly log: KubeLog;
    readonly registry?: Registry | undefined;
    readonly clock?: Clock;
    readonly timing?: Partial<ElectionTiming>;
  }) {
    this.#client = options.client;
    this.#place = { namespace: options.namespace, name: options.name };
    this.#identity = options.identity;
    this.#onElected = options.onElected;
    this.#onLost = options.onLost;
    this.#log = options.log;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#view = new LeaseView(options.identity);
    if (options.registry !== undefined) this.#publish(options.registry);
  }

  /** Whether this process leads at this moment. Ask before every write: a process may sleep and not know it. */
  get isLeader(): boolean {
    return (
      this.#renewedMs !== undefined && this.#clock.nowMs() - this.#renewedMs < this.#timing.renewDeadlineMs
    );
  }

  /** How often the lease had changed hands when this process got it; `undefined` while it does not lead. */
  get epoch(): number | undefined {
    return this.isLeader ? (this.#view.lease?.spec?.leaseTransitions ?? 0) : undefined;
  }

  start(): void {
    if (this.#running !== undefined) throw new Error(`The election ${this.#place.name} has begun already`);
    this.#running = this.#run();
  }

  /** Gives the lease back, so that another need not wait until it runs out. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#running;
    if (!this.isLeader) return;
    try {
      if (this.#mustLook) await this.#look(LEASE_REQUEST_TIMEOUT_MS);
      const held = this.#view.lease;
      this.#renewedMs = undefined;
      if (held?.spec?.holderIdentity !== this.#identity) return;
      await this.#client.replace(releasedLease(held, microTime(new Date())), {
        isUrgent: true,
        timeoutMs: LEASE_REQUEST_TIMEOUT_MS,
      });
    } catch (error) {
      // It runs out by itself.
      this.#log.warn(`The lease could not be given back: ${messageOf(error)}`);
    }
  }

  async #run(): Promise<void> {
    let wasLeader = false;
    while (!this.#stopping.signal.aborted) {
      const failure = await this.#attempt();
      const isHeld = this.isLeader;
      if (failure !== undefined) this.#log.warn(failure);
      if (isHeld && !wasLeader) {
        wasLeader = true;
        this.#onElected(this.epoch ?? 0);
      } else if (wasLeader && (!isHeld || this.#view.step(this.#clock.nowMs()) !== 'Renew')) {
        this.#renewedMs = undefined;
        const holder = this.#view.lease?.spec?.holderIdentity ?? '';
        this.#onLost(
          holder === this.#identity
            ? `it could not be renewed for ${this.#timing.renewDeadlineMs / 1_000} s: ${failure ?? 'this process slept'}`
            : `${holder === '' ? 'nobody' : holder} has it now`,
        );
        return;
      }
      await this.#rest();
    }
  }

  /** Looks, and takes or renews the lease if that is ours to do. @returns what went wrong, if it did */
  async #attempt(): Promise<string | undefined> {
    const startedMs = this.#clock.nowMs();
    const leftMs =
      this.#renewedMs === undefined
        ? LEASE_REQUEST_TIMEOUT_MS
        : this.#timing.renewDeadlineMs - (startedMs - this.#renewedMs);
    const timeoutMs = Math.max(1, Math.min(LEASE_REQUEST_TIMEOUT_MS, leftMs));
    try {
      if (this.#mustLook || this.#renewedMs === undefined) await this.#look(timeoutMs);
      const sentMs = this.#clock.nowMs();
      if (this.#view.step(sentMs) === 'Wait') return undefined;
      await this.#write(timeoutMs);
      this.#renewedMs = sentMs;
      return undefined;
    } catch (error) {
      // Whether the write was carried out is not known.
      this.#mustLook = true;
      if (hasReason(error, 'Conflict') || hasReason(error, 'AlreadyExists')) return undefined;
      return `Lease ${this.#place.namespace}/${this.#place.name}: ${messageOf(error)}`;
    }
  }

  async #look(timeoutMs: number): Promise<void> {
    const lease = await this.#client.get<Lease>(
      { kind: LEASE, ...this.#place },
      { isUrgent: true, timeoutMs },
    );
    this.#view.see(lease, this.#clock.nowMs());
    this.#mustLook = false;
  }

  async #write(timeoutMs: number): Promise<void> {
    const previous = this.#view.lease;
    const wanted = heldLease(
      this.#place,
      previous,
      this.#identity,
      microTime(new Date()),
      this.#timing.durationMs,
    );
    const options = { isUrgent: true, timeoutMs };
    const written =
      previous === undefined
        ? await this.#client.create(wanted, options)
        : await this.#client.replace(wanted, options);
    this.#view.see(written, this.#clock.nowMs());
  }

  /** Until the next look, or until the lease would be lost. */
  #rest(): Promise<void> {
    const retryMs = this.#timing.retryMs * (1 + Math.random() * RETRY_JITTER_SHARE);
    const leftMs =
      this.#renewedMs === undefined
        ? retryMs
        : this.#timing.renewDeadlineMs - (this.#clock.nowMs() - this.#renewedMs);
    return new Promise((resolve) => {
      const callOff = this.#clock.after(Math.max(0, Math.min(retryMs, leftMs)), resolve);
      this.#wake = () => {
        callOff();
        resolve();
      };
    });
  }

  #publish(registry: Registry): void {
    const election = this;
    new Gauge({
      name: 'kubernetes_leader',
      help: '1 while this process leads.',
      registers: [registry],
      collect() {
        this.set(election.isLeader ? 1 : 0);
      },
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
