import { type CertificateInput, publishedTrust } from './certificate-input.ts';
import { authorityAgeMs, nodesWithoutLeaf, nodesWithoutTrust } from './trust-progress.ts';

/** A change from one authority to another, while both are trusted. */
export type TrustOverlap =
  /** The new one waits until these nodes say that they trust it. */
  | { readonly stage: 'Coming'; readonly waitingFor: readonly string[] }
  /** The old one waits until then, and until these nodes say that they use a certificate of the new one. */
  | { readonly stage: 'Going'; readonly waitingFor: readonly string[]; readonly untilMs: number };

export function trustOverlapOf(input: CertificateInput): TrustOverlap | undefined {
  const { authority, supply, published } = input;
  const trust = publishedTrust(input);
  const signer =
    supply === undefined ? authority?.current.certificate.sha256 : supply.certificates?.leaf.authority;
  const comingId = authority?.next?.certificate.sha256 ?? signer;
  const isPublished = trust.some(({ sha256 }) => sha256 === comingId);
  if (comingId !== undefined && isPublished && comingId !== published.Nodes?.leaf?.authority) {
    return { stage: 'Coming', waitingFor: nodesWithoutTrust(input, comingId) };
  }
  const wanted =
    supply === undefined ? [authority?.current.certificate] : (supply.certificates?.trust ?? trust);
  const isWanted = (fingerprint: string): boolean => wanted.some((one) => one?.sha256 === fingerprint);
  if (trust.every(({ sha256 }) => isWanted(sha256))) return undefined;
  return {
    stage: 'Going',
    waitingFor: nodesWithoutLeaf(input),
    untilMs: input.nowMs - authorityAgeMs(input) + input.policy.overlapMs,
  };
}
