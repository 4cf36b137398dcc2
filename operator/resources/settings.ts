import type { RavenCluster, RavenClusterSpec } from '../api/raven-cluster.ts';
import { canonicalJson } from './canonical-json.ts';
import { type DesiredObject, objectOf } from './desired-object.ts';
import { SETTINGS_KEY, settingsName } from './names.ts';

/**
 * Settings that all nodes share, as text of the settings file: what the spec says of logs, and its configuration, which
 * wins. What is the same for every cluster, or differs from node to node, the pod program sets itself.
 */
export function settingsText({ config, logging }: Pick<RavenClusterSpec, 'config' | 'logging'>): string {
  return canonicalJson({
    'Logs.MinLevel': logging.level,
    'Logs.Format': logging.format.toLowerCase(),
    ...config,
  });
}

export function settingsConfigMap(cluster: RavenCluster): DesiredObject {
  return objectOf(
    cluster,
    { apiVersion: 'v1', kind: 'ConfigMap', name: settingsName(cluster.metadata.name) },
    { data: { [SETTINGS_KEY]: settingsText(cluster.spec) } },
  );
}
