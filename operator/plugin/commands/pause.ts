import { PAUSED_ANNOTATION } from '../../api/annotations.ts';
import { annotate } from '../edit-cluster.ts';
import { findCluster } from '../find-cluster.ts';
import type { Session } from '../session.ts';

/** `kubectl raven pause`: the operator only watches. */
export async function pause(session: Session, name: string): Promise<void> {
  await annotate(session, await findCluster(session, name), { [PAUSED_ANNOTATION]: 'true' });
  session.print(
    `The operator leaves ${name} alone: no repairs, no scaling, no renewal of certificates. Take it back with kubectl raven resume ${name}`,
  );
}

/** `kubectl raven resume`. */
export async function resume(session: Session, name: string): Promise<void> {
  await annotate(session, await findCluster(session, name), { [PAUSED_ANNOTATION]: null });
  session.print(`The operator takes care of ${name} again`);
}
