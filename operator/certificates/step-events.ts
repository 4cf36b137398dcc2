import { type ClusterEvent, clusterEvent } from '../decide/event-reasons.ts';
import type { AuthorityReason, CertificateStep, LeafReason } from './certificate-step.ts';

const LEAF_REASONS: Readonly<Record<LeafReason, string>> = {
  FirstCertificate: 'the first one',
  Due: 'it was time',
  OtherAuthority: 'of the new authority',
  OtherNames: 'its names have changed',
  ShorterLife: 'the old one lasted longer than certificates should now',
  Unusable: 'the old one could not be used',
  Supplied: 'there is a new one',
};

const AUTHORITY_REASONS: Readonly<Record<AuthorityReason, string>> = {
  FirstAuthority: 'it is the first one',
  KeyLost: 'the key of the old one is not to be found',
  Aged: 'the old one comes to its end',
  Requested: 'somebody asked for it',
  Replaced: 'somebody put it in the place of the old one',
  TrustedByAll: 'every node trusts it',
  LastCall: 'what the old one signed is about to end',
};

/** What a step was, in the words of the events and of the log. */
export function describeStep(step: CertificateStep): string {
  if (step.type === 'WriteAuthority') {
    const what =
      step.next === undefined
        ? 'The certificate authority signs from now on'
        : 'A new certificate authority comes in';
    return `${what}: ${AUTHORITY_REASONS[step.reason]}`;
  }
  const whose = { Nodes: 'the nodes', Operator: 'the operator', Metrics: 'Prometheus' }[step.to];
  return [
    ...(step.reason === undefined ? [] : [`A certificate for ${whose}: ${LEAF_REASONS[step.reason]}`]),
    ...(step.added.length === 0
      ? []
      : [`Trusted from now on: ${step.added.map(({ subject }) => subject).join('; ')}`]),
    ...(step.droppedCount === 0 ? [] : [`Authorities no longer trusted: ${step.droppedCount}`]),
  ].join('. ');
}

/** What people should hear of a step that was done. Only what nodes get to see is news. */
export function eventsOf(step: CertificateStep): readonly ClusterEvent[] {
  if (step.type !== 'Publish' || step.to !== 'Nodes') return [];
  const isOverlap = step.added.length > 0 && step.added.length < step.trust.length;
  const text = describeStep(step);
  return [
    ...(isOverlap ? [clusterEvent('CAOverlapStarted', text)] : []),
    ...(step.reason === undefined ? [] : [clusterEvent('CertificateRenewed', text)]),
    ...(step.droppedCount === 0 ? [] : [clusterEvent('CAOverlapEnded', text)]),
  ];
}
