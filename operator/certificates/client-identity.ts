import type { CertificateFacts } from './certificate-facts.ts';
import type { CertificateInput } from './certificate-input.ts';
import { usableLeaf } from './certificate-input.ts';
import type { PrivateKey } from './private-key.ts';
import { bundleOf } from './secret-manifest.ts';

/** What the operator shows to nodes, and whose certificates it accepts from them. PEM. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: PrivateKey;
  /** Every authority that a node's certificate may be of, in use, coming and going. */
  readonly trust: string;
}

/**
 * The certificate of the operator, or where there is none that can be used that of the nodes, which they accept from
 * each other: an operator without a certificate could not even see what to repair.
 *
 * @param known authorities found anywhere in the Secrets of the cluster
 */
export function clientIdentityOf(
  { published, nowMs }: CertificateInput,
  known: readonly CertificateFacts[],
): ClientIdentity | undefined {
  const leaf = usableLeaf(published.Operator, nowMs) ?? usableLeaf(published.Nodes, nowMs);
  return leaf === undefined ? undefined : { certificate: leaf.chain, key: leaf.key, trust: bundleOf(known) };
}
