import type { CertificateFacts, FoundAuthority, FoundLeaf, Holder } from './certificate-facts.ts';
import type { TlsPolicy } from './tls-policy.ts';

/** What a node says, or does not say, of the certificates that it has loaded. */
export interface NodeTrust {
  readonly tag: string;
  /** Absent when it did not answer: it may have loaded anything. */
  readonly loaded?: {
    /** SHA-1 of its own certificate, in upper-case hex. */
    readonly thumbprint: string;
    /** SHA-256 of the authorities that it trusts, in upper-case hex. */
    readonly trusted: readonly string[];
    /** When its certificate ends, in Unix milliseconds. */
    readonly notAfterMs?: number;
  };
}

/** The operator's own authority, as its Secret holds it. */
export interface AuthoritySecret {
  /** Signs. */
  readonly current: FoundAuthority;
  /** Will sign once every node trusts it. */
  readonly next?: FoundAuthority;
  /** The last wish for a new authority that was granted. */
  readonly handledRequest?: string;
}

/** A Secret from which one of the holders has its certificate, and whom it trusts. */
export interface Publication {
  /** Absent when it is not there or can't be used: no certificate, no key, or one of another. */
  readonly leaf?: FoundLeaf;
  readonly trust: readonly CertificateFacts[];
  /** Since when it holds the newest of `trust`; absent when that is not known. */
  readonly trustSinceMs?: number;
  /** Since when its certificate is of the authority it is of; absent when that is not known. */
  readonly authoritySinceMs?: number;
}

/** Certificates that somebody else makes: cert-manager, or a person. */
export interface SuppliedCertificates {
  readonly leaf: FoundLeaf;
  /** For the operator; it uses the certificate of the nodes when there is none. */
  readonly operator?: FoundLeaf;
  readonly metrics?: FoundLeaf;
  /** Those that vouch for them. */
  readonly trust: readonly CertificateFacts[];
  /** Worth knowing, and no reason to stop. */
  readonly remark?: string;
}

/** Why there is nothing from them that could be used. */
export interface SupplyProblem {
  readonly reason: 'SecretMissing' | 'IssuerNotReady';
  readonly message: string;
}

export type Supply =
  | { readonly certificates: SuppliedCertificates; readonly problem?: undefined }
  | { readonly problem: SupplyProblem; readonly certificates?: undefined };

/** Everything that the plan is made from. */
export interface CertificateInput {
  readonly nowMs: number;
  readonly policy: TlsPolicy;
  /** Names that the certificate of the nodes must have, sorted. */
  readonly names: readonly string[];
  readonly authority?: AuthoritySecret;
  /** The one that pods mount, and those of clients, each with a copy of whom everybody trusts. */
  readonly published: Readonly<Partial<Record<Holder, Publication>>>;
  /** Nodes that run. Stopped ones read the newest Secret when they start. */
  readonly nodes: readonly NodeTrust[];
  /** Absent when the operator is to make the certificates itself. */
  readonly supply?: Supply;
}

/** Whom the Secrets say everybody trusts. */
export function publishedTrust({ published }: CertificateInput): readonly CertificateFacts[] {
  const trust = published.Nodes?.trust ?? [];
  return trust.length > 0 ? trust : (published.Operator?.trust ?? []);
}

/** The certificate of a publication, if it can be used now: it has not ended, and somebody known vouches for it. */
export function usableLeaf(publication: Publication | undefined, nowMs: number): FoundLeaf | undefined {
  const leaf = publication?.leaf;
  return leaf?.authority !== undefined && leaf.certificate.notAfterMs > nowMs ? leaf : undefined;
}
