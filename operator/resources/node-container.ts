import { parseQuantity } from '../api/quantity.ts';
import type { RavenCluster, RavenClusterSpec } from '../api/raven-cluster.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { present } from './desired-object.ts';
import { imageOf } from './image.ts';
import {
  HEAP_MIB_MIN,
  HEAP_SHARE,
  LIVENESS_FAILURES_MAX,
  LIVENESS_PERIOD_SECONDS,
  PROBE_TIMEOUT_SECONDS,
  READINESS_FAILURES_MAX,
  READINESS_PERIOD_SECONDS,
  STARTUP_FAILURES_MAX,
  STARTUP_PERIOD_SECONDS,
} from './limits.ts';
import { HTTP_PORT, HTTP_PORT_NAME, NODE_CONTAINER, POD_PATHS, TCP_PORT, TCP_PORT_NAME } from './names.ts';
import { isSecure, volumeMounts } from './pod-volumes.ts';
import { CONTAINER_SECURITY } from './security-context.ts';

type Json = Readonly<Record<string, unknown>>;

/** The container of the database. What its arguments and variables mean is in operator/pod/pod-environment.ts. */
export function nodeContainer(cluster: RavenCluster, { defaultImage }: ClusterFacts): Json {
  const { spec } = cluster;
  return {
    name: NODE_CONTAINER,
    image: imageOf(spec, defaultImage),
    imagePullPolicy: spec.image.pullPolicy,
    args: podArguments(cluster),
    env: environment(cluster),
    ports: [
      { name: HTTP_PORT_NAME, containerPort: HTTP_PORT, protocol: 'TCP' },
      { name: TCP_PORT_NAME, containerPort: TCP_PORT, protocol: 'TCP' },
    ],
    resources: spec.resources,
    securityContext: CONTAINER_SECURITY,
    ...probes(cluster),
    volumeMounts: volumeMounts(cluster),
    ...present({ envFrom: spec.pod.envFrom }),
  };
}

function podArguments(cluster: RavenCluster): readonly string[] {
  return [
    'pod',
    '--settings',
    POD_PATHS.settings,
    '--incarnations',
    POD_PATHS.incarnations,
    '--data',
    POD_PATHS.data,
    ...(isSecure(cluster) ? ['--tls', POD_PATHS.certificates] : []),
  ];
}

function environment(cluster: RavenCluster): readonly Json[] {
  const fromPod = (name: string, fieldPath: string): Json => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  const heap = heapMib(cluster.spec.resources);
  return [
    { name: 'CLUSTER_NAME', value: cluster.metadata.name },
    fromPod('POD_NAME', 'metadata.name'),
    fromPod('POD_NAMESPACE', 'metadata.namespace'),
    fromPod('POD_IP', 'status.podIP'),
    ...(heap === undefined ? [] : [{ name: 'NODE_OPTIONS', value: `--max-old-space-size=${heap}` }]),
    // In their order: a variable may speak of those before it.
    ...(cluster.spec.pod.env ?? []),
  ];
}

/** Heap of the program in MiB; undefined without a memory limit, or with one that Kubernetes will refuse anyway. */
export function heapMib(resources: RavenClusterSpec['resources']): number | undefined {
  const { memory } = (resources.limits ?? {}) as { readonly memory?: unknown };
  const bytes = memory === undefined ? undefined : parseQuantity(String(memory));
  if (bytes === undefined) return undefined;
  return Math.max(HEAP_MIB_MIN, Math.floor((bytes * HEAP_SHARE) / 2 ** 20));
}

/**
 * Whether a node lives is never asked of its peers: a node that was restarted because others are away would make
 * things worse. The kubelet does not check the certificate, so a probe survives every rotation.
 */
function probes(cluster: RavenCluster): Json {
  const scheme = isSecure(cluster) ? 'HTTPS' : 'HTTP';
  const probe = (path: string, periodSeconds: number, failureThreshold: number): Json => ({
    httpGet: { path, port: HTTP_PORT_NAME, scheme },
    periodSeconds,
    failureThreshold,
    timeoutSeconds: PROBE_TIMEOUT_SECONDS,
  });
  return {
    startupProbe: probe('/healthz', STARTUP_PERIOD_SECONDS, STARTUP_FAILURES_MAX),
    livenessProbe: probe('/healthz', LIVENESS_PERIOD_SECONDS, LIVENESS_FAILURES_MAX),
    readinessProbe: probe('/readyz', READINESS_PERIOD_SECONDS, READINESS_FAILURES_MAX),
  };
}
