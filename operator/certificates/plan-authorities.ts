import type { CertificateFacts, FoundAuthority } from './certificate-facts.ts';
import {
  type AuthoritySecret,
  type CertificateInput,
  type Publication,
  publishedTrust,
  usableLeaf,
} from './certificate-input.ts';
import type { AuthorityReason, CertificateStep } from './certificate-step.ts';
import { AUTHORITY_LIFE_LEFT_PART, TRUSTED_AUTHORITIES_MAX, WORTHWHILE_EXTENSION_MS } from './limits.ts';
import { includes, isLastCall, isTrustedByAll } from './trust-progress.ts';

/**
 * What is to be done about the operator's own authority, if anything. The way of an authority: it is made and stored
 * as `next`; it is published; once every node trusts it, it becomes `current` and signs. The one before it stays
 * published until nothing uses it.
 */
export function planAuthorities(input: CertificateInput): CertificateStep | undefined {
  const { authority } = input;
  if (authority === undefined) return replaceLost(input);
  const { current, next } = authority;
  const inUse = unknownRival(input, current.certificate);
  if (inUse !== undefined) {
    // Somebody put another authority where ours was: it comes in the way of every other one.
    return store(input, 'Replaced', { certificate: inUse }, current.key === undefined ? 'New' : current);
  }
  if (next?.key === undefined || next.certificate.notAfterMs <= input.nowMs) {
    const reason = reasonToReplace(input, authority);
    return reason === undefined ? undefined : store(input, reason, current, 'New');
  }
  const handled = authority.handledRequest;
  const promotion = {
    type: 'WriteAuthority',
    current: next,
    ...(handled === undefined ? {} : { handledRequest: handled }),
  } as const;
  if (isTrustedByAll(input, next.certificate.sha256)) return { ...promotion, reason: 'TrustedByAll' };
  const isPublished = includes(publishedTrust(input), next.certificate);
  const mayBeLate = isPublished || usableLeaf(input.published.Nodes, input.nowMs) === undefined;
  return mayBeLate && isLastCall(input, canRenew(input, current))
    ? { ...promotion, reason: 'LastCall' }
    : undefined;
}

/** Whether a certificate made now would last longer than the one that the nodes have. */
export function canRenew({ nowMs, policy, published }: CertificateInput, authority: FoundAuthority): boolean {
  if (authority.key === undefined) return false;
  const endMs = Math.min(nowMs + policy.lifetimeMs, authority.certificate.notAfterMs);
  return (
    endMs >= (usableLeaf(published.Nodes, nowMs)?.certificate.notAfterMs ?? nowMs) + WORTHWHILE_EXTENSION_MS
  );
}

/** When an authority is due to be replaced, in Unix milliseconds. */
export function authorityDueMs({ notBeforeMs, notAfterMs }: CertificateFacts): number {
  return notAfterMs - (notAfterMs - notBeforeMs) * AUTHORITY_LIFE_LEFT_PART;
}

/** The Secret with the authority is not there. What the nodes use goes on as long as it lasts; a new one comes in beside it. */
function replaceLost(input: CertificateInput): CertificateStep {
  const { Nodes, Operator } = input.published;
  const inUse = authorityOf(input, Nodes) ?? authorityOf(input, Operator);
  return inUse === undefined
    ? store(input, 'FirstAuthority', 'New')
    : store(input, 'KeyLost', { certificate: inUse }, 'New');
}

/** The authority in use by the nodes, if the stored one is another that was never published. */
function unknownRival(input: CertificateInput, stored: CertificateFacts): CertificateFacts | undefined {
  const inUse = authorityOf(input, input.published.Nodes);
  if (inUse === undefined || inUse.sha256 === stored.sha256) return undefined;
  return includes(publishedTrust(input), stored) ? undefined : inUse;
}

/** The authority of what is published there, as long as that is good. */
function authorityOf(
  input: CertificateInput,
  published: Publication | undefined,
): CertificateFacts | undefined {
  const leaf = usableLeaf(published, input.nowMs);
  return publishedTrust(input).find(({ sha256 }) => sha256 === leaf?.authority);
}

function reasonToReplace(
  input: CertificateInput,
  { current, handledRequest }: AuthoritySecret,
): AuthorityReason | undefined {
  const { nowMs, policy } = input;
  if (current.key === undefined) return 'KeyLost';
  if (nowMs >= authorityDueMs(current.certificate)) return 'Aged';
  const isRequested = policy.rotationRequest !== undefined && policy.rotationRequest !== handledRequest;
  return isRequested && publishedTrust(input).length < TRUSTED_AUTHORITIES_MAX ? 'Requested' : undefined;
}

function store(
  { policy: { rotationRequest } }: CertificateInput,
  reason: AuthorityReason,
  current: FoundAuthority | 'New',
  next?: FoundAuthority | 'New',
): CertificateStep {
  return {
    type: 'WriteAuthority',
    reason,
    current,
    ...(next === undefined ? {} : { next }),
    // A new authority is what the wish was for, whatever the reason is.
    ...(rotationRequest === undefined ? {} : { handledRequest: rotationRequest }),
  };
}
