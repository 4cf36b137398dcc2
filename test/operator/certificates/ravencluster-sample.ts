import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import { RAVEN_CLUSTER } from '../../../operator/api/resource-kind.ts';
import { validateResource } from '../../../operator/api/validate-resource.ts';

/** A RavenCluster as the API server hands it out: with every default. */
export function sampleCluster(
  spec: Readonly<Record<string, unknown>> = {},
  metadata: Partial<RavenCluster['metadata']> = {},
): RavenCluster {
  const resource = {
    apiVersion: 'ravencluster.io/v1beta1',
    kind: 'RavenCluster',
    metadata: { name: 'db', namespace: 'shop', ...metadata },
    spec,
  };
  const { value, faults } = validateResource(RAVEN_CLUSTER, resource);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return value as RavenCluster;
}
