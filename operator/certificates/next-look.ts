import { type FoundLeaf, HOLDERS } from './certificate-facts.ts';
import type { CertificateInput } from './certificate-input.ts';
import { expiringMs } from './certificate-status.ts';
import {
  NEXT_LOOK_MAX_MS,
  NEXT_LOOK_MIN_MS,
  SUPPLY_LOOK_MS,
  TRUST_SETTLE_MS,
  WAITING_LOOK_MS,
} from './limits.ts';
import { authorityDueMs } from './plan-authorities.ts';
import { leafDueMs } from './plan-publication.ts';
import { trustOverlapOf } from './trust-overlap.ts';

/** When the next thing is due, in milliseconds from now, within `NEXT_LOOK_MIN_MS` and `NEXT_LOOK_MAX_MS`. */
export function nextLookMs(input: CertificateInput): number {
  const { nowMs } = input;
  const soonest = Math.min(...dueTimes(input).filter((ms) => ms > nowMs), nowMs + waitMs(input));
  return Math.max(NEXT_LOOK_MIN_MS, soonest - nowMs);
}

/** Other people's Secrets and what nodes have loaded change without a word to the operator. */
function waitMs(input: CertificateInput): number {
  const { supply } = input;
  const isWaiting = (trustOverlapOf(input)?.waitingFor ?? []).length > 0;
  if (isWaiting || supply?.problem !== undefined) return WAITING_LOOK_MS;
  return supply === undefined ? NEXT_LOOK_MAX_MS : SUPPLY_LOOK_MS;
}

function dueTimes(input: CertificateInput): readonly number[] {
  const { authority, published, policy } = input;
  const { trustSinceMs, authoritySinceMs, leaf } = published.Nodes ?? {};
  const leaves = HOLDERS.flatMap((holder) => published[holder]?.leaf ?? []);
  const overlapMs = Math.max(policy.overlapMs, TRUST_SETTLE_MS);
  return [
    ...leaves.map((one) => leafDueMs(input, one)),
    ...(leaf === undefined ? [] : [endOf(leaf), endOf(leaf) - expiringMs(input)]),
    ...(authority === undefined ? [] : [authorityDueMs(authority.current.certificate)]),
    ...(trustSinceMs === undefined ? [] : [trustSinceMs + TRUST_SETTLE_MS]),
    ...(authoritySinceMs === undefined ? [] : [authoritySinceMs + overlapMs]),
  ];
}

function endOf({ certificate }: FoundLeaf): number {
  return certificate.notAfterMs;
}
