import type { RavenCluster } from '../../api/raven-cluster.ts';
import type { ConditionDraft } from '../../decide/step.ts';
import { ClusterAdminClient } from '../cluster-admin-client.ts';
import type { ClusterScope } from './cluster-scope.ts';
import type { KubeMirror } from './kube-mirror.ts';

/** What one cluster needs of TLS: its certificates, and a client that shows and trusts them. */
export interface ClusterSecurity {
  readonly admin: ClusterAdminClient;
  /** Brings the certificates to what the resource says. */
  keep(cluster: RavenCluster): Promise<readonly ConditionDraft[]>;
}

export function clusterSecurity(
  _scope: ClusterScope,
  _mirror: KubeMirror,
  ask: typeof fetch | undefined,
): ClusterSecurity {
  return { admin: new ClusterAdminClient(ask === undefined ? {} : { fetch: ask }), keep: async () => [] };
}
