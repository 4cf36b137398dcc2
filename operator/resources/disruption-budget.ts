import type { RavenCluster } from '../api/raven-cluster.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type DesiredObject, objectOf } from './desired-object.ts';
import { selectorLabels } from './labels.ts';
import { EVICTIONS_MAX } from './limits.ts';
import { clusterObjectName } from './names.ts';

/**
 * How many nodes a drain of machines may take at once: one, or none while the operator itself has one away. A pod that
 * is not ready may always go: it serves nobody, and would block the drain of its machine for ever.
 */
export function disruptionBudget(
  cluster: RavenCluster,
  { isOperationRunning }: Pick<ClusterFacts, 'isOperationRunning'>,
): DesiredObject {
  const { name } = cluster.metadata;
  return objectOf(
    cluster,
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', name: clusterObjectName(name) },
    {
      spec: {
        maxUnavailable: isOperationRunning ? 0 : EVICTIONS_MAX,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selectorLabels(name) },
      },
    },
  );
}
