import type { RavenClusterStatus } from '../api/raven-cluster.ts';
import type { ConditionDraft } from '../decide/step.ts';
import { type CertificateInput, publishedTrust } from './certificate-input.ts';
import { EXPIRING_MS, LISTED_AUTHORITIES_MAX, LISTED_NODES_MAX } from './limits.ts';
import { leafDueMs } from './plan-publication.ts';
import { renewBeforeMs } from './tls-policy.ts';
import { trustOverlapOf } from './trust-overlap.ts';

export type CertificatesStatus = NonNullable<RavenClusterStatus['certificates']>;
type Phase = NonNullable<CertificatesStatus['phase']>;

interface Finding {
  readonly phase: Phase;
  readonly message: string;
}

/** How the certificates are, for people: the condition CertificatesReady and `status.certificates`. */
export function describeCertificatesState(input: CertificateInput): {
  readonly condition: ConditionDraft;
  readonly status: CertificatesStatus;
} {
  const { phase, message } = findingOf(input);
  const leaf = input.published.Nodes?.leaf;
  const isWell = phase === 'Valid' || phase === 'TrustOverlap';
  return {
    condition: { type: 'CertificatesReady', status: isWell ? 'True' : 'False', reason: phase, message },
    status: {
      phase,
      caFingerprints: publishedTrust(input)
        .slice(0, LISTED_AUTHORITIES_MAX)
        .map(({ sha256 }) => sha256),
      ...(leaf === undefined ? {} : { notAfter: isoTime(leaf.certificate.notAfterMs) }),
      ...(leaf === undefined || input.supply !== undefined
        ? {}
        : { nextRotation: isoTime(leafDueMs(input, leaf)) }),
    },
  };
}

/** The worst that can be said. */
function findingOf(input: CertificateInput): Finding {
  const { published, nowMs, supply } = input;
  const problem = supply?.problem;
  const leaf = published.Nodes?.leaf;
  const endMs = leaf?.certificate.notAfterMs;
  const end = endMs === undefined ? '' : isoTime(endMs);
  const because = problem === undefined ? '' : `: ${problem.message}`;
  if (endMs !== undefined && endMs <= nowMs) {
    return { phase: 'Expired', message: `The certificate of the nodes ended on ${end}${because}` };
  }
  const behind = nodesAtTheirEnd(input);
  if (behind !== undefined) return behind;
  if (problem !== undefined) {
    const meanwhile = leaf === undefined ? '' : `; the nodes go on with the certificate that ends on ${end}`;
    return { phase: problem.reason, message: `${problem.message}${meanwhile}` };
  }
  if (leaf === undefined) return { phase: 'SecretMissing', message: 'The first certificate is not made yet' };
  if (leaf.certificate.notAfterMs - nowMs <= expiringMs(input)) {
    return {
      phase: 'Expiring',
      message: `The certificate of the nodes ends on ${end}${whatHoldsBack(input)}`,
    };
  }
  const overlap = describeOverlap(input);
  if (overlap !== undefined) return { phase: 'TrustOverlap', message: overlap };
  const remark = supply?.certificates?.remark === undefined ? '' : `. ${supply.certificates.remark}`;
  return { phase: 'Valid', message: `The certificate of the nodes is good until ${end}${remark}` };
}

/** Nodes that do not use what is published, and whose own certificate ends soon, or has. */
function nodesAtTheirEnd(input: CertificateInput): Finding | undefined {
  const { nodes, nowMs } = input;
  const thumbprint = input.published.Nodes?.leaf?.certificate.thumbprint;
  const late = nodes.filter(
    ({ loaded }) =>
      loaded?.notAfterMs !== undefined &&
      loaded.thumbprint !== thumbprint &&
      loaded.notAfterMs - nowMs <= expiringMs(input),
  );
  if (late.length === 0) return undefined;
  const isOver = late.some(({ loaded }) => (loaded?.notAfterMs ?? nowMs) <= nowMs);
  const tags = listOf(late.map(({ tag }) => tag));
  return {
    phase: isOver ? 'Expired' : 'Expiring',
    message: `Newer certificates are there, but not loaded by ${tags}: look at the log of those nodes, and delete their pods one by one if nothing else helps`,
  };
}

/** How long before its end a certificate is worth an alarm, in milliseconds: its renewal should have happened long ago. */
export function expiringMs({ policy, published }: CertificateInput): number {
  const { notBeforeMs = 0, notAfterMs = 0 } = published.Nodes?.leaf?.certificate ?? {};
  return Math.min(EXPIRING_MS, renewBeforeMs(policy, notAfterMs - notBeforeMs) / 2);
}

function whatHoldsBack(input: CertificateInput): string {
  const overlap = describeOverlap(input);
  return overlap === undefined ? '' : `. ${overlap}`;
}

/** What the change from one authority to another is waiting for; absent when there is no change. */
function describeOverlap(input: CertificateInput): string | undefined {
  const overlap = trustOverlapOf(input);
  if (overlap === undefined) return undefined;
  const waiting = overlap.waitingFor.length === 0 ? undefined : listOf(overlap.waitingFor);
  if (overlap.stage === 'Coming') {
    return waiting === undefined
      ? 'A new authority is about to take over'
      : `A new authority waits until it is known to be trusted by ${waiting}`;
  }
  return waiting === undefined
    ? `The old authority stays trusted until ${isoTime(overlap.untilMs)}`
    : `The old authority stays trusted until the new certificate is known to be used by ${waiting}`;
}

function listOf(tags: readonly string[]): string {
  const listed = tags.slice(0, LISTED_NODES_MAX).join(', ');
  return tags.length <= LISTED_NODES_MAX ? listed : `${listed} and ${tags.length - LISTED_NODES_MAX} more`;
}

/** As Kubernetes writes times: whole seconds. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
