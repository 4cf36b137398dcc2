import { type CertificateFacts, HOLDERS } from './certificate-facts.ts';
import { type CertificateInput, type NodeTrust, publishedTrust, usableLeaf } from './certificate-input.ts';
import { EXPIRED_TRUST_KEPT_MS, LAST_CALL_MS, TRUST_SETTLE_MS, TRUSTED_AUTHORITIES_MAX } from './limits.ts';

/** Running nodes that have not said that they trust the authority: they do not yet, or did not answer. */
export function nodesWithoutTrust({ nodes }: CertificateInput, sha256: string): readonly string[] {
  return nodes.filter((node) => node.loaded?.trusted.includes(sha256) !== true).map((node) => node.tag);
}

/** Running nodes that have not said that they use the published certificate. */
export function nodesWithoutLeaf({ nodes, published }: CertificateInput): readonly string[] {
  const thumbprint = published.Nodes?.leaf?.certificate.thumbprint;
  return nodes.filter((node) => node.loaded?.thumbprint !== thumbprint).map((node) => node.tag);
}

/** Whether every one of these nodes uses the published certificate, and trusts whom it should. */
export function haveAllLoaded(nodes: readonly NodeTrust[], { published }: CertificateInput): boolean {
  const { leaf, trust = [] } = published.Nodes ?? {};
  return nodes.every(
    ({ loaded }) =>
      loaded?.thumbprint === leaf?.certificate.thumbprint &&
      trust.every(({ sha256 }) => loaded?.trusted.includes(sha256) === true),
  );
}

/** How long the newest authority has been published, in milliseconds; 0 when that is not known. */
export function trustAgeMs({ nowMs, published }: CertificateInput): number {
  return Math.max(0, nowMs - (published.Nodes?.trustSinceMs ?? nowMs));
}

/** How long the published certificate has been of its authority, in milliseconds; 0 when that is not known. */
export function authorityAgeMs({ nowMs, published }: CertificateInput): number {
  return Math.max(0, nowMs - (published.Nodes?.authoritySinceMs ?? nowMs));
}

/** Whether a node may show a certificate of this authority: every other one will accept it. */
export function isTrustedByAll(input: CertificateInput, sha256: string): boolean {
  if (!(input.published.Nodes?.trust ?? []).some((authority) => authority.sha256 === sha256)) return false;
  // It was so when the certificate was published, and authorities in use are never dropped.
  if (input.published.Nodes?.leaf?.authority === sha256) return true;
  return trustAgeMs(input) >= TRUST_SETTLE_MS && nodesWithoutTrust(input, sha256).length === 0;
}

/**
 * Whether what is published ends so soon that waiting for nodes which can't be asked helps nobody. Kubelets have had
 * as long to bring them the new authority as is left to the old certificate.
 *
 * @param canRenew another certificate can be made under the authority that is in use, and would last longer
 */
export function isLastCall(input: CertificateInput, canRenew: boolean): boolean {
  if (canRenew) return false;
  const leaf = usableLeaf(input.published.Nodes, input.nowMs);
  if (leaf === undefined) return true;
  const { notBeforeMs, notAfterMs } = leaf.certificate;
  const marginMs = Math.min(LAST_CALL_MS, (notAfterMs - notBeforeMs) / 4);
  return notAfterMs - input.nowMs <= marginMs && trustAgeMs(input) >= marginMs;
}

/**
 * Those to be trusted: the ones wanted, and of the others that were published all that may still be in use.
 *
 * @param wanted the one that signs, and what will sign
 */
export function keptTrust(
  input: CertificateInput,
  wanted: readonly CertificateFacts[],
): readonly CertificateFacts[] {
  const isWanted = (authority: CertificateFacts): boolean => includes(wanted, authority);
  const retired = publishedTrust(input).filter((authority) => !isWanted(authority));
  const kept = isOverlapOver(input, isWanted)
    ? []
    : retired.filter((authority) => authority.notAfterMs + EXPIRED_TRUST_KEPT_MS > input.nowMs);
  const room = Math.max(0, TRUSTED_AUTHORITIES_MAX - wanted.length);
  return [...wanted, ...mostUseful(input, kept).slice(0, room)];
}

/** Those first that published certificates are of, then the newest: something that makes new ones all the time fills no bundle. */
function mostUseful(
  { published }: CertificateInput,
  authorities: readonly CertificateFacts[],
): readonly CertificateFacts[] {
  const inUse = new Set(HOLDERS.map((holder) => published[holder]?.leaf?.authority));
  const rank = ({ sha256 }: CertificateFacts): number => (inUse.has(sha256) ? 0 : 1);
  return [...authorities].sort((a, b) => rank(a) - rank(b) || b.notBeforeMs - a.notBeforeMs);
}

/** Whether nothing uses an authority other than the wanted ones, and nothing has for long enough. */
function isOverlapOver(input: CertificateInput, isWanted: (authority: CertificateFacts) => boolean): boolean {
  const { published, policy, supply } = input;
  const isOfWanted = (sha256: string | undefined): boolean =>
    publishedTrust(input).some((authority) => authority.sha256 === sha256 && isWanted(authority));
  // One that nobody renews any more must not hold back the rest.
  const isMetricsKept = supply === undefined || supply.certificates?.metrics !== undefined;
  return (
    isOfWanted(published.Nodes?.leaf?.authority) &&
    isOfWanted(published.Operator?.leaf?.authority) &&
    (!isMetricsKept || isOfWanted(published.Metrics?.leaf?.authority)) &&
    authorityAgeMs(input) >= Math.max(policy.overlapMs, TRUST_SETTLE_MS) &&
    nodesWithoutLeaf(input).length === 0
  );
}

export function includes(list: readonly CertificateFacts[], authority: CertificateFacts): boolean {
  return list.some((one) => one.sha256 === authority.sha256);
}
