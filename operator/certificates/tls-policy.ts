import { CA_OVERLAP_ANNOTATION, ROTATE_CA_ANNOTATION } from '../api/annotations.ts';
import { parseDurationMs } from '../api/duration.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';
import { LEAF_LIFETIME_MIN_MS, OVERLAP_MS, RENEW_BEFORE_PART_MAX } from './limits.ts';

/** What a resource asks of its certificates, in milliseconds. */
export interface TlsPolicy {
  readonly lifetimeMs: number;
  readonly renewBeforeMs: number;
  /** How long an old authority stays trusted when nothing uses it any more. */
  readonly overlapMs: number;
  /** Somebody's wish for a new authority; each value is granted once. */
  readonly rotationRequest?: string;
}

export function tlsPolicyOf({ metadata, spec }: RavenCluster): TlsPolicy {
  const { annotations = {} } = metadata;
  const rotationRequest = annotations[ROTATE_CA_ANNOTATION];
  const overlap = annotations[CA_OVERLAP_ANNOTATION];
  const lifetimeMs = Math.max(LEAF_LIFETIME_MIN_MS, durationMs(spec.tls.duration));
  return {
    lifetimeMs,
    renewBeforeMs: durationMs(spec.tls.renewBefore),
    // What is no duration must not shorten the overlap.
    overlapMs: (overlap === undefined ? undefined : parseDurationMs(overlap)) ?? OVERLAP_MS,
    ...(rotationRequest === undefined ? {} : { rotationRequest }),
  };
}

/** How long before its end a certificate of that life is replaced, in milliseconds. */
export function renewBeforeMs(policy: TlsPolicy, lifetimeMs: number): number {
  return Math.min(policy.renewBeforeMs, lifetimeMs * RENEW_BEFORE_PART_MAX);
}

function durationMs(text: string): number {
  const ms = parseDurationMs(text);
  // The schema's pattern let it through, so this is a bug and no input of anybody.
  if (ms === undefined) throw new TypeError(`${text} is no duration`);
  return ms;
}
