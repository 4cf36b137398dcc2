import type { ConditionDraft } from '../decide/step.ts';
import { type CertificateFacts, HOLDERS, type Holder } from './certificate-facts.ts';
import type { CertificateInput, SuppliedCertificates } from './certificate-input.ts';
import { type CertificatesStatus, describeCertificatesState } from './certificate-status.ts';
import type { CertificateStep } from './certificate-step.ts';
import { nextLookMs } from './next-look.ts';
import { planAuthorities } from './plan-authorities.ts';
import { planPublication, type Signer } from './plan-publication.ts';
import { keptTrust } from './trust-progress.ts';

export interface CertificatePlan {
  /** The one write to do now; afterwards look and plan again. Absent when nothing is to be done. */
  readonly step?: CertificateStep;
  readonly condition: ConditionDraft;
  readonly status: CertificatesStatus;
  /** When there may be something to do again, in milliseconds from now, if nothing happens before. */
  readonly lookAgainInMs: number;
}

/**
 * What is to be done about the certificates of a cluster, from what its Secrets hold and what its nodes say. Pure, and
 * one write at a time: an operator that dies after any of them leaves a state that the next one goes on from.
 *
 * The rule behind all of it: a certificate is shown only when every node is known to trust its authority, and an
 * authority is dropped only when every node is known to use a certificate of another. Nodes that can't be asked hold
 * both back, never the renewal of a certificate under the authority that is in use.
 */
export function planCertificates(input: CertificateInput): CertificatePlan {
  const step = nextStep(input);
  return {
    ...(step === undefined ? {} : { step }),
    ...describeCertificatesState(input),
    lookAgainInMs: nextLookMs(input),
  };
}

function nextStep(input: CertificateInput): CertificateStep | undefined {
  const { authority, supply } = input;
  if (supply !== undefined) {
    // What was published goes on working; without a new supply there is nothing to put in its place.
    return supply.certificates === undefined ? undefined : planSupplied(input, supply.certificates);
  }
  const change = planAuthorities(input);
  if (change !== undefined || authority === undefined) return change;
  const { current, next } = authority;
  const wanted = [current.certificate, ...(next === undefined ? [] : [next.certificate])];
  return planPublications(input, wanted, () => ({ authority: current }));
}

function planSupplied(
  input: CertificateInput,
  { leaf, operator, metrics, trust }: SuppliedCertificates,
): CertificateStep | undefined {
  const supplied = { Nodes: leaf, Operator: operator ?? leaf, Metrics: metrics };
  return planPublications(input, trust, (holder) => {
    const its = supplied[holder];
    return its === undefined ? undefined : { supplied: its };
  });
}

/** The nodes come first: what clients show must be good with them already. */
function planPublications(
  input: CertificateInput,
  wanted: readonly CertificateFacts[],
  signerFor: (holder: Holder) => Signer | undefined,
): CertificateStep | undefined {
  const trust = keptTrust(input, wanted);
  for (const holder of HOLDERS) {
    const step = planPublication(input, holder, signerFor(holder), trust);
    if (step !== undefined) return step;
  }
  return undefined;
}
