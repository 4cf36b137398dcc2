import { DRAIN_ANNOTATION } from '../../api/annotations.ts';
import { awaitCluster } from '../await-cluster.ts';
import { annotate } from '../edit-cluster.ts';
import { findCluster } from '../find-cluster.ts';
import { ordinalOf } from '../node-access/cluster-access.ts';
import { PluginError } from '../plugin-error.ts';
import type { Session } from '../session.ts';

export interface DrainOptions {
  readonly undo?: boolean;
  /** How long to wait until the lead has moved, in milliseconds. */
  readonly timeoutMs: number;
}

/** `kubectl raven drain`: a node is not to lead, nor to get copies while others can. */
export async function drain(
  session: Session,
  name: string,
  tag: string,
  { undo = false, timeoutMs }: DrainOptions,
): Promise<void> {
  ordinalOf(tag);
  const cluster = await findCluster(session, name);
  const before = drainedTags(cluster.metadata.annotations?.[DRAIN_ANNOTATION]);
  const after = undo ? before.filter((one) => one !== tag) : [...new Set([...before, tag])];
  const voters = cluster.status?.topology?.members ?? [];
  if (!undo && voters.length > 0 && voters.every((voter) => after.includes(voter))) {
    throw new PluginError(
      `${after.join(', ')} would be every node that can lead: somebody has to. Take another drain back first, with --undo`,
    );
  }
  await annotate(session, cluster, { [DRAIN_ANNOTATION]: after.length === 0 ? null : after.join(',') });
  if (undo) {
    session.print(`Node ${tag} may lead and get copies again`);
    return;
  }
  const leader = await awaitCluster(
    session,
    name,
    `node ${tag} to give up the lead`,
    timeoutMs,
    ({ status }) => {
      const now = status?.topology?.leader;
      return now === undefined || now === tag ? undefined : now;
    },
  );
  session.print(
    `Node ${tag} does not lead (${leader} does) and gets no new copies; the copies that it has stay. Take it back with kubectl raven drain ${name} ${tag} --undo`,
  );
}

function drainedTags(annotation = ''): readonly string[] {
  return annotation
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
