import { API_GROUP } from './api-group.ts';
import { type CelRule, rulesAt } from './cel-rule.ts';
import type { RavenClusterSpec } from './raven-cluster.ts';

/**
 * What the operator itself puts into a pod. Additions of the spec may not replace it: a node with another data folder
 * or another name would not be the node that the operator takes it for.
 */
export const OWNED_IN_POD = {
  labels: ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'],
  env: ['CLUSTER_NAME', 'NODE_OPTIONS', 'POD_IP', 'POD_NAME', 'POD_NAMESPACE'],
  volumes: ['certificates', 'data', 'incarnations', 'settings', 'temporary'],
  containers: ['node'],
  folders: ['/etc/ravencluster', '/tmp', '/var/lib/ravencluster'],
} as const;

type Pod = RavenClusterSpec['pod'];

const pod = rulesAt<Pod>(['spec', 'pod']);

const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;

/** No entry of the list has a name that is the operator's. */
function notNamed(
  field: 'env' | 'volumes' | 'initContainers' | 'sidecars',
  owned: readonly string[],
): CelRule {
  return pod.invariant(
    {
      rule: `!has(self.${field}) || self.${field}.all(one, !(one.name in ${list(owned)}))`,
      message: `must not use names that the operator uses: ${owned.join(', ')}`,
      field: [field],
    },
    (self) => (self[field] ?? []).every((one) => !owned.includes(one.name)),
  );
}

function notPrefixed(field: 'labels' | 'annotations'): CelRule {
  const owned: readonly string[] = field === 'labels' ? OWNED_IN_POD.labels : [];
  return pod.invariant(
    {
      rule: `!has(self.${field}) || self.${field}.all(key, !key.startsWith('${API_GROUP}/') && !(key in ${list(owned)}))`,
      message: `must not hold keys of the operator: ${[`${API_GROUP}/*`, ...owned].join(', ')}`,
      field: [field],
    },
    (self) =>
      Object.keys(self[field] ?? {}).every((key) => !key.startsWith(`${API_GROUP}/`) && !owned.includes(key)),
  );
}

export const POD_RULES: readonly CelRule[] = [
  notPrefixed('labels'),
  notPrefixed('annotations'),
  notNamed('env', OWNED_IN_POD.env),
  notNamed('volumes', OWNED_IN_POD.volumes),
  notNamed('initContainers', OWNED_IN_POD.containers),
  notNamed('sidecars', OWNED_IN_POD.containers),
  pod.invariant(
    {
      rule: `!has(self.volumeMounts) || self.volumeMounts.all(one, !${list(OWNED_IN_POD.folders)}.exists(folder, one.mountPath == folder || one.mountPath.startsWith(folder + '/')))`,
      message: `must not cover the folders of the operator: ${OWNED_IN_POD.folders.join(', ')}`,
      field: ['volumeMounts'],
    },
    (self) =>
      (self.volumeMounts ?? []).every(
        ({ mountPath }) =>
          !OWNED_IN_POD.folders.some((folder) => mountPath === folder || mountPath.startsWith(`${folder}/`)),
      ),
  ),
];
