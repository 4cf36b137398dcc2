import type { Rendering } from './helm.ts';

/** Sets of values that people use, by what they are for. */
export const OPERATOR_VALUES: Readonly<Record<string, Omit<Rendering, 'chart'>>> = {
  defaults: {},
  'two namespaces': { values: { watchNamespaces: ['orders', 'shop'] } },
  'everything that can be watched by Prometheus': {
    values: {
      monitoring: {
        serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
        rules: { enabled: true },
        dashboard: { enabled: true, annotations: { folder: 'Databases' } },
      },
      networkPolicy: { metricsFrom: [{ namespaceSelector: {} }] },
    },
    served: ['monitoring.coreos.com/v1'],
  },
  'as little as possible': {
    values: {
      replicas: 1,
      crds: { enabled: false },
      admissionPolicies: { enabled: false },
      rbac: { create: false },
      serviceAccount: { create: false, name: 'mine' },
      networkPolicy: { enabled: false },
      podDisruptionBudget: { enabled: false },
    },
  },
  'a registry of one’s own': {
    values: {
      image: { repository: 'registry.example:5000/raven', digest: `sha256:${'0'.repeat(64)}` },
      nodeImage: 'registry.example:5000/raven:9.9.9',
      imagePullSecrets: [{ name: 'registry' }],
      priorityClassName: 'system-cluster-critical',
      tolerations: [{ operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      podLabels: { team: 'blue' },
      podAnnotations: { note: 'x' },
      extraArgs: ['--log-level=debug'],
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
      crds: { keep: false },
      createNamespace: true,
    },
    release: 'raven',
  },
};

export const CLUSTER_VALUES: Readonly<Record<string, Omit<Rendering, 'chart'>>> = {
  defaults: {},
  'a cluster with databases': {
    values: {
      name: 'orders',
      spec: { nodes: 5, storage: { data: { size: '100Gi' } }, deletionProtection: true },
      annotations: { 'ravencluster.io/paused': 'true' },
      databases: [
        { name: 'Shop_2' },
        { name: 'logs', spec: { replicationFactor: 1, reclaimPolicy: 'Delete' } },
      ],
    },
  },
};
