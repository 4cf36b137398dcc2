import type { CertificateFacts, FoundAuthority, FoundLeaf, Holder } from './certificate-facts.ts';

/** An authority to write: one that was found, or one to be made. */
export type AuthorityOrder = FoundAuthority | 'New';

/** A certificate to write: one that was found, or one to be made under an authority. */
export type LeafOrder = FoundLeaf | { readonly issueUnder: FoundAuthority };

/** One write to one Secret. Whatever happens after any of them, the next plan goes on from what it finds. */
export type CertificateStep =
  | {
      readonly type: 'WriteAuthority';
      readonly reason: AuthorityReason;
      readonly current: AuthorityOrder;
      readonly next?: AuthorityOrder;
      readonly handledRequest?: string;
    }
  | {
      readonly type: 'Publish';
      readonly to: Holder;
      readonly leaf: LeafOrder;
      /** Why the certificate is another than before; absent when it stays. */
      readonly reason?: LeafReason;
      readonly trust: readonly CertificateFacts[];
      /** Of `trust`, those that were not published before, and the number of those that are no more. */
      readonly added: readonly CertificateFacts[];
      readonly droppedCount: number;
      readonly trustSinceMs: number;
      readonly authoritySinceMs: number;
    };

export type PublishStep = Extract<CertificateStep, { type: 'Publish' }>;

export type AuthorityReason =
  | 'FirstAuthority'
  | 'KeyLost'
  | 'Aged'
  | 'Requested'
  | 'Replaced'
  | 'TrustedByAll'
  | 'LastCall';

export type LeafReason =
  | 'FirstCertificate'
  | 'Due'
  | 'OtherAuthority'
  | 'OtherNames'
  | 'ShorterLife'
  | 'Unusable'
  | 'Supplied';

export function isIssued(order: LeafOrder): order is { readonly issueUnder: FoundAuthority } {
  return 'issueUnder' in order;
}
