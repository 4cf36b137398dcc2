import { awaitCluster } from '../await-cluster.ts';
import { editSpec } from '../edit-cluster.ts';
import { findCluster } from '../find-cluster.ts';
import type { Session } from '../session.ts';

/** `kubectl raven hibernate`: every process ends, all data stays. */
export async function hibernate(session: Session, name: string, timeoutMs: number): Promise<void> {
  await editSpec(session, await findCluster(session, name), { hibernated: true });
  await awaitCluster(session, name, 'the nodes to stop', timeoutMs, ({ status }) =>
    status?.phase === 'Hibernated' && (status.replicas ?? 0) === 0 ? true : undefined,
  );
  session.print(`${name} sleeps; its volumes stay. Wake it with kubectl raven wake ${name}`);
}

/** `kubectl raven wake`. */
export async function wake(session: Session, name: string, timeoutMs: number): Promise<void> {
  await editSpec(session, await findCluster(session, name), { hibernated: false });
  const leader = await awaitCluster(
    session,
    name,
    'a leader',
    timeoutMs,
    ({ status }) => status?.topology?.leader,
  );
  session.print(`${name} is awake, led by ${leader}`);
}
