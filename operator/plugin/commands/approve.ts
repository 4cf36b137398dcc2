import { APPROVE_ANNOTATION } from '../../api/annotations.ts';
import { annotate } from '../edit-cluster.ts';
import { findCluster } from '../find-cluster.ts';
import { ordinalOf } from '../node-access/cluster-access.ts';
import { PluginError } from '../plugin-error.ts';
import type { Session } from '../session.ts';

/** `kubectl raven approve`: the update that waits may go on, for every node or for one. */
export async function approve(session: Session, name: string, tag: string | undefined): Promise<void> {
  if (tag !== undefined) ordinalOf(tag);
  const cluster = await findCluster(session, name);
  const { status = {}, spec } = cluster;
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  const revision = status.updateRevision;
  if (revision === undefined || progressing?.reason !== 'AwaitingApproval') {
    throw new PluginError(
      `Nothing waits for approval: update.approval is ${spec.update.approval}, and the cluster is ${status.phase ?? 'Pending'}`,
    );
  }
  session.print(progressing.message ?? 'An update waits for approval');
  await annotate(session, cluster, {
    [APPROVE_ANNOTATION]: tag === undefined ? revision : `${revision}:${tag}`,
  });
  session.print(
    `Approved ${revision}${tag === undefined ? '' : ` for node ${tag}`}. Another change of the spec makes another revision, which has to be approved again`,
  );
}
