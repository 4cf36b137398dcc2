import { parseRavenCluster } from '../../../operator/api/parse-resource.ts';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import type { ClusterFacts } from '../../../operator/resources/cluster-facts.ts';

/** The cluster `orders` in the namespace `shop` with this spec, as the API server would hand it out. */
export function clusterWith(spec: Readonly<Record<string, unknown>> = {}): RavenCluster {
  const text = JSON.stringify({
    apiVersion: 'ravencluster.io/v1beta1',
    kind: 'RavenCluster',
    metadata: { name: 'orders', namespace: 'shop' },
    spec,
  });
  const cluster = parseRavenCluster(text, 'sample');
  return { ...cluster, metadata: { ...cluster.metadata, uid: '0b0c9d5e-2f8a-4c1d-9a37-6d3f6b1f2a10' } };
}

export function factsWith(facts: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    defaultImage: 'registry.example/ravencluster:1.2.3',
    operatorNamespace: 'ravencluster-system',
    nodeCount: 3,
    nodeServices: [],
    isOperationRunning: false,
    served: new Set<string>(),
    ...facts,
  };
}
