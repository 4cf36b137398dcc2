import type { KubeObject } from './kube-object.ts';
import { LEASE_DURATION_MS } from './limits.ts';

/** A Lease of coordination.k8s.io/v1. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    /** RFC 3339 with microseconds. */
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    /** How often the lease changed hands. */
    readonly leaseTransitions?: number | null;
  };
}

/** What a candidate should do about the lease that it sees. */
export type LeaseStep = 'Acquire' | 'Renew' | 'Wait';

/**
 * Watches a lease by its changes. Whether it ran out is judged by our own clock, from when we saw it change last: the
 * times in it are of other clocks.
 */
export class LeaseView {
  readonly #identity: string;
  #lease: Lease | undefined;
  #changedMs = 0;

  constructor(identity: string) {
    this.#identity = identity;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  see(lease: Lease | undefined, nowMs: number): void {
    if (lease?.metadata.resourceVersion !== this.#lease?.metadata.resourceVersion) this.#changedMs = nowMs;
    this.#lease = lease;
  }

  step(nowMs: number): LeaseStep {
    const spec = this.#lease?.spec;
    const holder = spec?.holderIdentity ?? '';
    if (holder === this.#identity) return 'Renew';
    if (holder === '') return 'Acquire';
    const durationMs = (spec?.leaseDurationSeconds ?? LEASE_DURATION_MS / 1_000) * 1_000;
    return nowMs - this.#changedMs >= durationMs ? 'Acquire' : 'Wait';
  }
}

/** The lease with us as its holder, anew or still. */
export function heldLease(
  place: { readonly namespace: string; readonly name: string },
  previous: Lease | undefined,
  identity: string,
  time: string,
  durationMs: number,
): Lease {
  const spec = previous?.spec;
  const isStillOurs = spec?.holderIdentity === identity;
  const transitions = spec?.leaseTransitions ?? 0;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    // With its resourceVersion: only one of those who saw the same lease gets it.
    metadata: previous?.metadata ?? place,
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1_000),
      acquireTime: isStillOurs ? (spec?.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: isStillOurs || previous === undefined ? transitions : transitions + 1,
    },
  };
}

/** The lease without a holder: whoever sees it may take it at once. */
export function releasedLease(held: Lease, time: string): Lease {
  const { leaseTransitions, acquireTime } = held.spec ?? {};
  return {
    ...held,
    spec: {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: time,
      ...(acquireTime == null ? {} : { acquireTime }),
      ...(leaseTransitions == null ? {} : { leaseTransitions }),
    },
  };
}
