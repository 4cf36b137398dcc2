import { clusterObjectName, SCALE_FIELD_MANAGER } from '../../../resources/names.ts';
import { STATEFUL_SET } from '../api/kinds.ts';
import { hasReason } from '../api/kube-error.ts';
import { type ClusterScope, refIn } from '../cluster-scope.ts';
import { SCALE_ATTEMPTS_MAX } from '../limits.ts';
import type { StatefulSetObject } from '../observe/cluster-objects.ts';

/** Makes sure that the pod of an ordinal is there, or comes by itself. Never makes the set smaller. */
export async function raiseReplicas(scope: ClusterScope, ordinal: number): Promise<void> {
  await resize(scope, (replicas) => Math.max(replicas, ordinal + 1));
}

/** Takes the pod of an ordinal away, if it is the last one: those above it have to go first, in their own time. */
export async function dropLastReplica(scope: ClusterScope, ordinal: number): Promise<void> {
  await resize(scope, (replicas) => (replicas === ordinal + 1 ? ordinal : replicas));
}

/** Takes every pod away; volumes stay. */
export async function dropAllReplicas(scope: ClusterScope): Promise<void> {
  await resize(scope, () => 0);
}

/** Makes the replicas those of the field manager that they belong to, as many as there are. */
export async function ownReplicas(scope: ClusterScope): Promise<void> {
  await resize(scope, (replicas) => replicas, { evenIfSame: true });
}

/**
 * Writes another size only to the very version of the set that it was decided for. The controller of the set writes its
 * status all the time, so a conflict alone means nothing: the set is looked at again.
 *
 * @param wanted the size that the set should have, from the one that it has
 */
async function resize(
  scope: ClusterScope,
  wanted: (replicas: number) => number,
  { evenIfSame = false } = {},
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const live = await liveSet(scope);
    const replicas = live.spec?.replicas ?? 0;
    const size = wanted(replicas);
    if (size === replicas && !evenIfSame) return;
    try {
      await writeReplicas(scope, live, size);
      return;
    } catch (error) {
      if (!hasReason(error, 'Conflict') || attempt >= SCALE_ATTEMPTS_MAX) throw error;
    }
  }
}

async function liveSet(scope: ClusterScope): Promise<StatefulSetObject> {
  const name = clusterObjectName(scope.name);
  const found = await scope.reader.get<StatefulSetObject>(refIn(scope, STATEFUL_SET, name));
  if (found === undefined)
    throw new Error(`StatefulSet ${scope.namespace}/${name} is not there to be scaled`);
  return found;
}

async function writeReplicas(scope: ClusterScope, live: StatefulSetObject, replicas: number): Promise<void> {
  const { apiVersion, kind } = STATEFUL_SET;
  const { name, namespace, uid, resourceVersion } = live.metadata;
  const version = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  const metadata = { name, ...(namespace && { namespace }), ...version };
  const size = { apiVersion, kind, metadata, spec: { replicas } };
  await scope.writer.apply(size, { fieldManager: SCALE_FIELD_MANAGER, force: true });
}
