import {
  type CertificateFacts,
  type FoundAuthority,
  type FoundLeaf,
  type Holder,
  UNITS,
} from './certificate-facts.ts';
import { type CertificateInput, type Publication, usableLeaf } from './certificate-input.ts';
import type { LeafOrder, LeafReason, PublishStep } from './certificate-step.ts';
import { CLOCK_DIFFERENCE_MS, WORTHWHILE_EXTENSION_MS } from './limits.ts';
import { renewBeforeMs } from './tls-policy.ts';
import { includes, isLastCall, isTrustedByAll } from './trust-progress.ts';

/** Who signs: the operator with its authority, or somebody who has done so already. */
export type Signer = { readonly authority: FoundAuthority } | { readonly supplied: FoundLeaf };

/**
 * What is to be written to the Secret of a holder, if anything.
 *
 * @param signer of a new certificate, where one is needed; absent when nobody can make one now
 * @param trust whom it should hold as trusted from now on
 */
export function planPublication(
  input: CertificateInput,
  to: Holder,
  signer: Signer | undefined,
  trust: readonly CertificateFacts[],
): PublishStep | undefined {
  const found = input.published[to];
  const renewal = signer === undefined ? undefined : planLeaf(input, to, found, signer);
  const leaf = renewal?.leaf ?? found?.leaf;
  if (leaf === undefined) return undefined;
  const before = found?.trust ?? [];
  const added = trust.filter((authority) => !includes(before, authority));
  const droppedCount = before.filter((authority) => !includes(trust, authority)).length;
  const isTold = found?.trustSinceMs !== undefined && found.authoritySinceMs !== undefined;
  if (renewal === undefined && added.length === 0 && droppedCount === 0 && isTold) return undefined;
  const isSameAuthority = authorityOf(leaf) === found?.leaf?.authority;
  return {
    type: 'Publish',
    to,
    leaf,
    ...(renewal === undefined ? {} : { reason: renewal.reason }),
    trust,
    added,
    droppedCount,
    trustSinceMs: added.length > 0 ? input.nowMs : (found?.trustSinceMs ?? input.nowMs),
    authoritySinceMs: isSameAuthority ? (found?.authoritySinceMs ?? input.nowMs) : input.nowMs,
  };
}

/** When the certificate of a publication is due to be made anew, in Unix milliseconds. */
export function leafDueMs({ policy }: CertificateInput, { certificate }: FoundLeaf): number {
  const lifetimeMs = certificate.notAfterMs - certificate.notBeforeMs - CLOCK_DIFFERENCE_MS;
  return certificate.notAfterMs - renewBeforeMs(policy, lifetimeMs);
}

interface LeafPlan {
  readonly leaf: LeafOrder;
  readonly reason: LeafReason;
}

function planLeaf(
  input: CertificateInput,
  to: Holder,
  found: Publication | undefined,
  signer: Signer,
): LeafPlan | undefined {
  if ('supplied' in signer) return takeSupplied(input, found, signer.supplied);
  const { authority } = signer;
  const isUsableAuthority = authority.key !== undefined && authority.certificate.notAfterMs > input.nowMs;
  const reason = reasonToIssue(input, to, found, authority);
  if (!isUsableAuthority || reason === undefined) return undefined;
  return mayUse(input, authority.certificate.sha256)
    ? { leaf: { issueUnder: authority }, reason }
    : undefined;
}

function takeSupplied(
  input: CertificateInput,
  found: Publication | undefined,
  supplied: FoundLeaf,
): LeafPlan | undefined {
  if (found?.leaf?.chain === supplied.chain) return undefined;
  if (supplied.authority === undefined || !mayUse(input, supplied.authority)) return undefined;
  return { leaf: supplied, reason: found === undefined ? 'FirstCertificate' : 'Supplied' };
}

/** Whether a certificate of this authority may be shown to nodes: by other nodes, or by the operator. */
function mayUse(input: CertificateInput, sha256: string): boolean {
  if (usableLeaf(input.published.Nodes, input.nowMs) === undefined) return true;
  if (isTrustedByAll(input, sha256)) return true;
  const isPublished = input.published.Nodes?.trust.some((authority) => authority.sha256 === sha256) === true;
  return isPublished && isLastCall(input, false);
}

function reasonToIssue(
  input: CertificateInput,
  to: Holder,
  found: Publication | undefined,
  authority: FoundAuthority,
): LeafReason | undefined {
  const { nowMs, policy, names } = input;
  if (found === undefined) return 'FirstCertificate';
  const leaf = usableLeaf(found, nowMs);
  if (leaf === undefined || !isOfUs(leaf.certificate, to)) return 'Unusable';
  if (leaf.authority !== authority.certificate.sha256) return 'OtherAuthority';
  if (to === 'Nodes' && !isSameList(leaf.certificate.names, names)) return 'OtherNames';
  const newEndMs = Math.min(nowMs + policy.lifetimeMs, authority.certificate.notAfterMs);
  const { notAfterMs } = leaf.certificate;
  if (notAfterMs > newEndMs + CLOCK_DIFFERENCE_MS) return 'ShorterLife';
  const isWorthwhile = newEndMs >= notAfterMs + WORTHWHILE_EXTENSION_MS;
  return nowMs >= leafDueMs(input, leaf) && isWorthwhile ? 'Due' : undefined;
}

function isOfUs({ units, forClients, forServers }: CertificateFacts, to: Holder): boolean {
  return units.includes(UNITS[to]) && forClients && (to !== 'Nodes' || forServers);
}

function isSameList(names: readonly string[], sorted: readonly string[]): boolean {
  return names.length === sorted.length && [...names].sort().every((name, index) => name === sorted[index]);
}

function authorityOf(leaf: LeafOrder): string | undefined {
  return 'issueUnder' in leaf ? leaf.issueUnder.certificate.sha256 : leaf.authority;
}
