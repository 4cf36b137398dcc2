import type { PrivateKey } from './private-key.ts';

/** What plans look at of a certificate. Times are Unix milliseconds. */
export interface CertificateFacts {
  readonly pem: string;
  /** SHA-256 of the DER form in upper-case hex: what nodes report of the authorities they trust. */
  readonly sha256: string;
  /** SHA-1 in upper-case hex: RavenDB's thumbprint, what nodes report of their own certificate. */
  readonly thumbprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** DNS names and IP addresses it is for, lower case. */
  readonly names: readonly string[];
  /** Organisational units of its subject: what a node or an operator is known by. */
  readonly units: readonly string[];
  readonly isAuthority: boolean;
  /** May be shown by a server, by a client. A certificate that restricts neither may do both. */
  readonly forServers: boolean;
  readonly forClients: boolean;
}

/** A certificate authority as it is in a Secret. Without its key it can be trusted, but signs nothing more. */
export interface FoundAuthority {
  readonly certificate: CertificateFacts;
  readonly key?: PrivateKey;
}

/** A certificate with the key that belongs to it. */
export interface FoundLeaf {
  readonly certificate: CertificateFacts;
  /** The certificate and what leads from it to its authority, in PEM. */
  readonly chain: string;
  readonly key: PrivateKey;
  /** SHA-256 of the authority that it chains to, among those that were known; absent when it was none of them. */
  readonly authority?: string;
}

/** Who has a certificate of the cluster: the nodes have one for all of them. */
export type Holder = 'Nodes' | 'Operator' | 'Metrics';

export const HOLDERS: readonly Holder[] = ['Nodes', 'Operator', 'Metrics'];

/** Organisational units by which nodes know what a certificate of the cluster's authority is for. */
export const UNITS: Readonly<Record<Holder, string>> = {
  Nodes: 'ravencluster-node',
  Operator: 'ravencluster-operator',
  Metrics: 'ravencluster-metrics',
};
