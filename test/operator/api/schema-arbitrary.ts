import fc from 'fast-check';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import { RAVEN_CLUSTER } from '../../../operator/api/resource-kind.ts';
import type { StructuralSchema } from '../../../operator/api/structural-schema.ts';
import { validateResource } from '../../../operator/api/validate-resource.ts';

/**
 * Values of the parts that the schema leaves to Kubernetes, by field; each is one that Kubernetes takes. Without them
 * an arbitrary object would be refused for reasons that are not ours.
 */
const OF_KUBERNETES: Readonly<Record<string, readonly unknown[]>> = {
  resources: [
    { requests: { cpu: '100m', memory: '128Mi' } },
    { requests: { cpu: 1 }, limits: { memory: '4Gi', cpu: '2' } },
  ],
  tolerations: [[{ key: 'disk', operator: 'Exists', effect: 'NoSchedule' }]],
  affinity: [
    {},
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
        },
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: { topologyKey: 'rack', labelSelector: {} } },
        ],
      },
    },
  ],
  labels: [{}, { team: 'blue' }],
  annotations: [{}, { 'example.com/owner': 'somebody' }],
  nodeSelector: [{ disk: 'fast' }],
  env: [
    [{ name: 'TZ', value: 'UTC' }],
    [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  ],
  envFrom: [[{ secretRef: { name: 'passwords' } }]],
  volumes: [[{ name: 'scratch', emptyDir: {} }]],
  volumeMounts: [[], [{ name: 'data', mountPath: '/also' }]],
  initContainers: [[{ name: 'warm', image: 'registry.example/warm:1' }]],
  sidecars: [[{ name: 'logs', image: 'registry.example/logs:1' }]],
  securityContext: [{}, { fsGroup: 2000 }],
  from: [[], [{ podSelector: {} }]],
  zoneLabel: ['topology.kubernetes.io/zone', 'example.com/room'],
  zones: [[], ['b', 'a']],
  ipFamilies: [[], ['IPv4']],
  priorityClassName: ['system-cluster-critical'],
  schedulerName: ['default-scheduler'],
  domain: ['db.example.com'],
  // One of several, each with what belongs to it.
  expose: [
    { type: 'LoadBalancer', loadBalancer: { class: 'example.com/internal', sourceRanges: ['10.0.0.0/8'] } },
    {
      type: 'LoadBalancer',
      loadBalancer: { perNode: [{ ordinal: 0, annotations: { 'example.com/address': '192.0.2.1' } }] },
    },
    { type: 'NodePort' },
    { type: 'Ingress', ingress: { className: 'nginx', annotations: { 'example.com/owner': 'somebody' } } },
    { type: 'Gateway', gateway: { parentRefs: [{ name: 'gateway' }] } },
  ],
  tls: [
    { mode: 'Disabled' },
    { mode: 'Secret', secretName: 'mine' },
    { mode: 'CertManager', issuerRef: { name: 'mine', kind: 'ClusterIssuer' } },
    { duration: '30d', renewBefore: '36h', extraSANs: ['db.example.com'] },
  ],
  config: [{}, { 'Cluster.ElectionTimeoutInMs': '500' }],
};

/** How many times as often a field that need not be there is left out. */
const LEFT_OUT = 1;

function anyValue(schema: StructuralSchema, name: string): fc.Arbitrary<unknown> {
  const known = OF_KUBERNETES[name];
  if (known !== undefined) return fc.constantFrom(...known);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return anyText(schema);
    case 'array':
      return fc.array(anyValue(schema.items ?? {}, ''), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    default:
      return anyObject(schema);
  }
}

function anyText(schema: StructuralSchema): fc.Arbitrary<string> {
  const text =
    schema.pattern === undefined
      ? fc.stringMatching(/^[a-z]{1,12}$/)
      : fc.stringMatching(new RegExp(schema.pattern), { size: 'small' });
  return text.filter(
    (one) => one.length >= (schema.minLength ?? 0) && one.length <= (schema.maxLength ?? Infinity),
  );
}

function anyObject({ properties = {}, required = [] }: StructuralSchema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, child]) => {
    const value = anyValue(child, name).map((one) => ({ [name]: one }));
    return required.includes(name)
      ? value
      : fc.oneof({ weight: LEFT_OUT, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: value });
  });
  return fc.tuple(...fields).map((parts) => Object.assign({}, ...parts) as unknown);
}

/** RavenClusters that the API server accepts, defaults filled in, as the operator gets them. */
export function validCluster(name = 'orders'): fc.Arbitrary<RavenCluster> {
  return anyValue(RAVEN_CLUSTER.spec, 'spec')
    .map((spec) =>
      validateResource(RAVEN_CLUSTER, {
        apiVersion: 'ravencluster.io/v1beta1',
        kind: 'RavenCluster',
        metadata: { name, namespace: 'shop' },
        spec,
      }),
    )
    .filter(({ faults }) => faults.length === 0)
    .map(({ value }) => {
      const cluster = value as RavenCluster;
      return { ...cluster, metadata: { ...cluster.metadata, uid: UID } };
    });
}

export const UID = '0b0c9d5e-2f8a-4c1d-9a37-6d3f6b1f2a10';
