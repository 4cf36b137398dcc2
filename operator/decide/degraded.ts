import { type ClusterView, tagsOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { databasesBelow } from './factor-status.ts';
import { lostHostAdvice } from './lost-hosts.ts';
import type { StatusInput } from './status.ts';
import { type ConditionDraft, condition } from './step.ts';

/** The worst of what is worse than the spec asks for. */
export function degraded(input: StatusInput): ConditionDraft {
  const { cluster, view, step } = input;
  const tags = view.leader === undefined ? [] : tagsOf(view.leader.topology);
  const away = tags.filter((tag) => !view.isLive(tag));
  const lost = lostHostAdvice(view, cluster.spec);
  if (lost !== undefined) return lost;
  const zone = lostZone(view, away);
  if (zone !== undefined) {
    return condition('Degraded', 'True', 'ZoneLost', `No node of zone ${zone} answers: ${away.join(', ')}`);
  }
  if (away.length > 0) return condition('Degraded', 'True', 'NodeDown', `No answer from ${away.join(', ')}`);
  const slow = tags.filter((tag) => (view.lagOf(tag) ?? 0) > cluster.spec.update.maxReplicationLag);
  if (slow.length > 0) {
    return condition('Degraded', 'True', 'LagHigh', `Node ${slow.join(', ')} is far behind the leader`);
  }
  const below = databasesBelow(input);
  if (below.length > 0 && step.operation === undefined) {
    const message = `Fewer copies than wanted, and no place for them now: ${namesOf(below)}`;
    return condition('Degraded', 'True', 'ReplicasBelowFactor', message);
  }
  if (isRefused(input)) {
    return condition('Degraded', 'True', 'NotApplied', 'Not all of the spec is in force: see Reconciled');
  }
  return condition('Degraded', 'False', 'AsExpected');
}

/** The platform could not bring its objects to what the spec says. */
export function isRefused({ platformConditions }: StatusInput): boolean {
  return platformConditions.some(({ type, status }) => type === 'Reconciled' && status === 'False');
}

/** A zone with several nodes, none of which answers, while others do. */
function lostZone(view: ClusterView, away: readonly string[]): string | undefined {
  const tags = view.leader === undefined ? [] : tagsOf(view.leader.topology);
  return away
    .map((tag) => view.zoneOf(tag))
    .find((zone) => {
      const inZone = tags.filter((tag) => view.zoneOf(tag) === zone);
      return zone !== undefined && inZone.length > 1 && inZone.every((tag) => away.includes(tag));
    });
}
