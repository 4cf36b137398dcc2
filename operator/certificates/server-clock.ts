import type { RavenCluster } from '../api/raven-cluster.ts';
import { SECRET } from '../platform/kubernetes/api/kinds.ts';
import { KubeError } from '../platform/kubernetes/api/kube-error.ts';
import { FIELD_MANAGER } from '../resources/names.ts';
import type { KubeAccess } from './kube-access.ts';
import { metadataOf } from './secret-manifest.ts';
import type { SecretObject } from './secret-object.ts';

/**
 * How far a clock is ahead of the API server's, in milliseconds; below zero when it is behind. The API server is asked
 * to only say what it would create, and when.
 *
 * @returns `undefined` when it does not say
 */
export async function clockLeadMs(
  client: KubeAccess,
  cluster: RavenCluster,
  nowMs: number,
): Promise<number | undefined> {
  const metadata = metadataOf(cluster, `${cluster.metadata.name}-clock`);
  const probe: SecretObject = { apiVersion: SECRET.apiVersion, kind: SECRET.kind, metadata };
  try {
    const made = await client.create(probe, { kind: SECRET, fieldManager: FIELD_MANAGER, dryRun: true });
    const serverMs = Date.parse(made.metadata.creationTimestamp ?? '');
    return Number.isNaN(serverMs) ? undefined : nowMs - serverMs;
  } catch (error) {
    // A webhook that does not know dry runs, say. What stands against the write itself is found out by the write.
    if (error instanceof KubeError) return undefined;
    throw error;
  }
}
