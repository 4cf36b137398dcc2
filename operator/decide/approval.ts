import { APPROVE_ANNOTATION } from '../api/annotations.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';

/** What a person has agreed to, and what they are asked about. */
export interface Approval {
  readonly mode: RavenCluster['spec']['update']['approval'];
  /** As written: a revision, or `<revision>:<tag>,<tag>` for these nodes only. */
  readonly given: string;
}

export function approvalOf({ metadata, spec }: RavenCluster): Approval {
  return { mode: spec.update.approval, given: metadata.annotations?.[APPROVE_ANNOTATION]?.trim() ?? '' };
}

/**
 * What has to be written before a node may restart; `undefined` when nothing has. The last node to go is the leader,
 * or was it until a moment ago: that is the one that `BeforeLeader` asks about. Where revisions have no names nobody
 * can agree to one, so nobody is asked.
 */
export function missingApproval(
  { mode, given }: Approval,
  node: { readonly tag: string; readonly wantedRevision: string | undefined; readonly isLast: boolean },
): string | undefined {
  const { tag, wantedRevision, isLast } = node;
  const isAsked = mode === 'EveryNode' || (mode === 'BeforeLeader' && isLast);
  if (!isAsked || wantedRevision === undefined) return undefined;
  const [revision, tags] = given.split(':');
  const isGiven = revision === wantedRevision && (tags === undefined || tags.split(',').includes(tag));
  if (isGiven) return undefined;
  const alone = mode === 'EveryNode' ? `, or ${wantedRevision}:${tag} for this one alone` : '';
  return `${APPROVE_ANNOTATION}=${wantedRevision}${alone}`;
}
