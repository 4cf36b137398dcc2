import { setTimeout as pause } from 'node:timers/promises';
import { type ClusterObject, findCluster } from './find-cluster.ts';
import { LOOK_PAUSE_MS } from './limits.ts';
import { PluginError } from './plugin-error.ts';
import type { Session } from './session.ts';

/**
 * Looks at the cluster until `judge` says something, and gives that.
 *
 * @param awaited what is awaited, for the message when it does not come: `node A to give up the lead`
 * @throws PluginError after `timeoutMs`
 */
export async function awaitCluster<T>(
  session: Session,
  name: string,
  awaited: string,
  timeoutMs: number,
  judge: (cluster: ClusterObject) => T | undefined,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const verdict = judge(await findCluster(session, name));
    if (verdict !== undefined) return verdict;
    if (performance.now() >= deadlineMs) {
      throw new PluginError(
        `Waited ${timeoutMs / 1_000} s in vain for ${awaited}. The wish stays written down and the operator goes on with it: look with kubectl raven status ${name} -n ${session.namespace}`,
      );
    }
    await pause(LOOK_PAUSE_MS);
  }
}
