import type { RavenCluster } from '../api/raven-cluster.ts';
import { hashOf } from './canonical-json.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type DesiredObject, objectOf, present } from './desired-object.ts';
import { CLUSTER_UID_LABEL, clusterLabels, SETTINGS_HASH_ANNOTATION, selectorLabels } from './labels.ts';
import { REVISION_HISTORY } from './limits.ts';
import { clusterObjectName, DATA_VOLUME, headlessServiceName } from './names.ts';
import { nodeContainer } from './node-container.ts';
import { podPlacement } from './pod-placement.ts';
import { podVolumes } from './pod-volumes.ts';
import { podSecurityContext } from './security-context.ts';
import { settingsText } from './settings.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The set of the nodes, without `replicas`: those have a field manager of their own, so that applying a template never
 * changes how many nodes there are. Pods are replaced by the operator alone, in its order; and all may start at once,
 * since a quorum can't form one by one.
 */
export function statefulSet(cluster: RavenCluster, facts: ClusterFacts): DesiredObject {
  const { name } = cluster.metadata;
  const { update, storage } = cluster.spec;
  return objectOf(
    cluster,
    { apiVersion: 'apps/v1', kind: 'StatefulSet', name: clusterObjectName(name) },
    {
      spec: {
        serviceName: headlessServiceName(name),
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'OnDelete' },
        minReadySeconds: update.minReadySeconds,
        revisionHistoryLimit: REVISION_HISTORY,
        // A volume outlives the scale-down of its pod until the operator knows that its data is not needed.
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: storage.retention.whenDeleted,
          whenScaled: 'Retain',
        },
        selector: { matchLabels: selectorLabels(name) },
        template: podTemplate(cluster, facts),
        volumeClaimTemplates: [claimTemplate(cluster, facts)],
      },
    },
  );
}

/**
 * The pod of a node. Whatever is in here makes another revision when it changes, so that all nodes restart: nothing
 * that changes by itself may be, such as a certificate.
 */
function podTemplate(cluster: RavenCluster, facts: ClusterFacts): Json {
  const { metadata, spec } = cluster;
  const { pod } = spec;
  return {
    metadata: {
      labels: { ...pod.labels, ...clusterLabels(metadata.name) },
      annotations: {
        ...pod.annotations,
        'kubectl.kubernetes.io/default-container': 'node',
        [SETTINGS_HASH_ANNOTATION]: hashOf(settingsText(spec)),
      },
    },
    spec: {
      serviceAccountName: clusterObjectName(metadata.name),
      automountServiceAccountToken: false,
      // Variables for every Service of the namespace would change with the namespace.
      enableServiceLinks: false,
      securityContext: podSecurityContext(spec),
      terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      ...podPlacement(cluster),
      ...present({ imagePullSecrets: spec.image.pullSecrets, initContainers: pod.initContainers }),
      containers: [nodeContainer(cluster, facts), ...(pod.sidecars ?? [])],
      volumes: podVolumes(cluster),
    },
  };
}

/** Kubernetes lets nobody change a claim template; volumes grow one by one, and the set is made anew afterwards. */
function claimTemplate({ metadata, spec }: RavenCluster, facts: ClusterFacts): Json {
  const { data } = spec.storage;
  const { size, volumeAttributesClassName } = facts.claimTemplate ?? data;
  return {
    metadata: {
      name: DATA_VOLUME,
      labels: {
        ...clusterLabels(metadata.name),
        ...(metadata.uid === undefined ? {} : { [CLUSTER_UID_LABEL]: metadata.uid }),
      },
    },
    spec: {
      accessModes: [data.accessMode],
      resources: { requests: { storage: size } },
      ...present({ storageClassName: data.storageClassName, volumeAttributesClassName }),
    },
  };
}
