import type { CelRule } from '../../../operator/api/cel-rule.ts';

/** A spec, or a change of one; only what differs from the smallest valid one of the kind. */
export interface Example {
  readonly from?: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
  /** Name of the resource, where that matters. */
  readonly name?: string;
}

/** What a rule lets pass, and what it alone refuses. */
export interface RuleExamples {
  readonly accepted: readonly Example[];
  readonly refused: readonly Example[];
}

/** `spec.nodes must be …`: a rule by the field that it blames and what it says. */
export function ruleName(rule: CelRule): string {
  return `${[...rule.at, ...(rule.field ?? [])].join('.')} ${rule.message}`;
}

const CONFIG_REFUSAL =
  'spec.config must not hold keys that the operator sets: serverurl, serverurl.tcp, publicserverurl, publicserverurl.tcp, datadir, setup.mode, security.certificate.*, cluster.nodetag*';

const data = (fields: object) => ({ storage: { data: fields } });
const tls = (fields: object) => ({ tls: fields });
const expose = (fields: object) => ({ networking: { domain: 'db.example.com', expose: fields } });
const parentRefs = [{ name: 'gateway' }];
const container = (name: string) => ({ name, image: 'example/image:1' });

/** Examples by `ruleName`. A refused one must break no other rule: it shows that this one is in force. */
export const CLUSTER_EXAMPLES: Readonly<Record<string, RuleExamples>> = {
  'metadata.name must be at most 40 characters, so that the names made from it fit': {
    accepted: [{ name: 'n'.repeat(40), to: {} }],
    refused: [{ name: 'n'.repeat(41), to: {} }],
  },
  'spec.nodes must be at least replicationFactor.target when replicationFactor.mode is Fixed': {
    accepted: [
      { to: { nodes: 5, replicationFactor: { mode: 'Fixed', target: 5 } } },
      { to: { nodes: 1, replicationFactor: { mode: 'Auto', target: 5 } } },
    ],
    refused: [
      { to: { nodes: 2, replicationFactor: { mode: 'Fixed', target: 3 } } },
      {
        from: { nodes: 3, replicationFactor: { mode: 'Fixed' } },
        to: { nodes: 1, replicationFactor: { mode: 'Fixed' } },
      },
    ],
  },
  'spec.nodes must be at least replicationFactor.minimum': {
    accepted: [{ to: { nodes: 2, replicationFactor: { minimum: 2 } } }],
    refused: [{ to: { nodes: 1, replicationFactor: { minimum: 2 } } }],
  },
  'spec.consensus.watchers must be less than nodes: somebody has to vote': {
    accepted: [{ to: { nodes: 3, consensus: { watchers: 2 } } }],
    refused: [{ to: { nodes: 3, consensus: { watchers: 3 } } }],
  },
  'spec.replicationFactor.minimum must be at most replicationFactor.target': {
    accepted: [{ to: { nodes: 3, replicationFactor: { minimum: 2, target: 2 } } }],
    refused: [{ to: { nodes: 3, replicationFactor: { minimum: 3, target: 2 } } }],
  },
  'spec.nodes must not be lowered while scaleDown.mode is Forbid': {
    accepted: [
      { from: { nodes: 3, scaleDown: { mode: 'Forbid' } }, to: { nodes: 5, scaleDown: { mode: 'Forbid' } } },
      { from: { nodes: 3, scaleDown: { mode: 'Forbid' } }, to: { nodes: 1, scaleDown: { mode: 'Safe' } } },
    ],
    refused: [
      { from: { nodes: 3, scaleDown: { mode: 'Forbid' } }, to: { nodes: 2, scaleDown: { mode: 'Forbid' } } },
    ],
  },
  'spec.nodes must not change while the cluster is hibernated': {
    accepted: [{ from: { nodes: 3 }, to: { nodes: 3, hibernated: true } }],
    refused: [{ from: { nodes: 3, hibernated: true }, to: { nodes: 4, hibernated: true } }],
  },
  'spec.consensus.maxVoters must be odd': {
    accepted: [{ to: { consensus: { maxVoters: 5 } } }],
    refused: [{ to: { consensus: { maxVoters: 4 } } }],
  },
  'spec.image.tag must name a version: nobody knows what latest will be when a pod restarts': {
    accepted: [{ to: { image: { tag: '1.2.3' } } }, { to: { image: {} } }],
    refused: [{ to: { image: { tag: 'latest' } } }],
  },
  [CONFIG_REFUSAL]: {
    accepted: [
      { to: { config: { 'Indexing.MapTimeoutInSec': '15', 'Cluster.ElectionTimeoutInMs': '300' } } },
    ],
    refused: [
      { to: { config: { ServerUrl: 'http://x' } } },
      { to: { config: { datadir: '/x' } } },
      { to: { config: { 'Setup.Mode': 'None' } } },
      { to: { config: { 'Security.Certificate.Path': '/x' } } },
      { to: { config: { 'cluster.NodeTag': 'Z' } } },
    ],
  },
  'spec.storage.data.size must not shrink: volumes only grow': {
    accepted: [
      { from: data({ size: '1Gi' }), to: data({ size: '1024Mi' }) },
      { from: data({ size: '900Mi' }), to: data({ size: '1Gi' }) },
    ],
    refused: [
      { from: data({ size: '1Gi' }), to: data({ size: '1G' }) },
      { from: data({ size: '2Ti' }), to: data({}) },
    ],
  },
  'spec.storage.data.storageClassName is immutable': {
    accepted: [{ from: data({ storageClassName: 'fast' }), to: data({ storageClassName: 'fast' }) }],
    refused: [
      { from: data({ storageClassName: 'fast' }), to: data({ storageClassName: 'slow' }) },
      { from: data({ storageClassName: 'fast' }), to: data({}) },
      { from: data({}), to: data({ storageClassName: 'fast' }) },
    ],
  },
  'spec.storage.data.accessMode is immutable': {
    accepted: [{ from: data({ accessMode: 'ReadWriteOncePod' }), to: data({}) }],
    refused: [{ from: data({ accessMode: 'ReadWriteOnce' }), to: data({}) }],
  },
  'spec.tls.issuerRef is required when mode is CertManager': {
    accepted: [{ to: tls({ mode: 'CertManager', issuerRef: { name: 'x' } }) }],
    refused: [{ to: tls({ mode: 'CertManager' }) }],
  },
  'spec.tls.secretName is required when mode is Secret': {
    accepted: [{ to: tls({ mode: 'Secret', secretName: 'x' }) }],
    refused: [{ to: tls({ mode: 'Secret' }) }],
  },
  'spec.tls.mode must not turn TLS on or off: the nodes of a cluster know one another by their http or https addresses':
    {
      accepted: [
        { from: tls({ mode: 'Secret', secretName: 'x' }), to: tls({ mode: 'Operator' }) },
        { from: tls({ mode: 'Disabled' }), to: tls({ mode: 'Disabled' }) },
        { to: tls({ mode: 'Disabled' }) },
      ],
      refused: [
        { from: tls({ mode: 'Operator' }), to: tls({ mode: 'Disabled' }) },
        { from: tls({ mode: 'Disabled' }), to: tls({ mode: 'Operator' }) },
      ],
    },
  'spec.tls.renewBefore must be less than duration': {
    accepted: [
      { to: tls({ duration: '1h', renewBefore: '59m' }) },
      { to: tls({ duration: '2d', renewBefore: '47h59m' }) },
      { to: tls({ duration: '49h', renewBefore: '2d' }) },
    ],
    refused: [
      { to: tls({ duration: '1h', renewBefore: '60m' }) },
      { to: tls({ duration: '2d', renewBefore: '48h' }) },
      { to: tls({ renewBefore: '90d' }) },
    ],
  },
  'spec.selfHealing.lostNodeAfter must be at least 5m: Kubernetes itself needs a while to tell a dead machine from a busy one':
    {
      accepted: [
        { to: { selfHealing: { lostNodeAfter: '300s' } } },
        { to: { selfHealing: { lostNodeAfter: '1d' } } },
      ],
      refused: [
        { to: { selfHealing: { lostNodeAfter: '4m59s' } } },
        { to: { selfHealing: { lostNodeAfter: '0d' } } },
      ],
    },
  'spec.networking.expose.type needs TLS and networking.domain when it is Ingress or Gateway: routes go by the name in the TLS handshake':
    {
      accepted: [
        { to: expose({ type: 'Ingress', ingress: { className: 'nginx' } }) },
        { to: expose({ type: 'Gateway', gateway: { parentRefs } }) },
        { to: { networking: { expose: { type: 'NodePort' } }, tls: { mode: 'Disabled' } } },
      ],
      refused: [
        { to: { networking: { expose: { type: 'Ingress' } } } },
        { to: { ...expose({ type: 'Ingress' }), tls: { mode: 'Disabled' } } },
      ],
    },
  'spec.networking.expose.loadBalancer.class is immutable': {
    accepted: [
      {
        from: expose({ type: 'LoadBalancer', loadBalancer: { class: 'a' } }),
        to: expose({ type: 'LoadBalancer', loadBalancer: { class: 'a', sourceRanges: ['10.0.0.0/8'] } }),
      },
      { from: expose({ type: 'LoadBalancer', loadBalancer: { class: 'a' } }), to: expose({ type: 'None' }) },
    ],
    refused: [
      {
        from: expose({ type: 'LoadBalancer', loadBalancer: { class: 'a' } }),
        to: expose({ type: 'LoadBalancer', loadBalancer: { class: 'b' } }),
      },
      {
        from: expose({ type: 'LoadBalancer', loadBalancer: {} }),
        to: expose({ type: 'LoadBalancer', loadBalancer: { class: 'b' } }),
      },
    ],
  },
  'spec.networking.expose.type must hold the settings of the chosen type only': {
    accepted: [
      { to: expose({ type: 'LoadBalancer', loadBalancer: {} }) },
      { to: expose({ type: 'LoadBalancer' }) },
    ],
    refused: [
      { to: expose({ type: 'NodePort', loadBalancer: {} }) },
      { to: expose({ type: 'Gateway' }) },
      { to: expose({ type: 'Ingress', gateway: { parentRefs } }) },
    ],
  },
  'spec.version must not go back to an older minor version: its data format may be older': {
    accepted: [
      { from: { version: '1.10.0' }, to: { version: '2.0.0' } },
      { from: { version: '1.9.5' }, to: { version: '1.9.4' } },
      { from: { version: '1.9.5' }, to: { version: '1.10.0' } },
    ],
    refused: [
      { from: { version: '1.10.0' }, to: { version: '1.9.9' } },
      { from: { version: '2.0.0' }, to: { version: '1.99.0' } },
    ],
  },
  'spec.version must not skip a major version': {
    accepted: [{ from: { version: '1.0.0' }, to: { version: '2.3.4' } }],
    refused: [{ from: { version: '1.0.0' }, to: { version: '3.0.0' } }],
  },
  'spec.pod.labels must not hold keys of the operator: ravencluster.io/*, app.kubernetes.io/name, app.kubernetes.io/instance, app.kubernetes.io/managed-by':
    {
      accepted: [{ to: { pod: { labels: { team: 'x', 'app.kubernetes.io/part-of': 'shop' } } } }],
      refused: [
        { to: { pod: { labels: { 'ravencluster.io/cluster': 'x' } } } },
        { to: { pod: { labels: { 'app.kubernetes.io/instance': 'x' } } } },
      ],
    },
  'spec.pod.annotations must not hold keys of the operator: ravencluster.io/*': {
    accepted: [{ to: { pod: { annotations: { 'app.kubernetes.io/name': 'x' } } } }],
    refused: [{ to: { pod: { annotations: { 'ravencluster.io/settings-hash': 'x' } } } }],
  },
  'spec.pod.env must not use names that the operator uses: CLUSTER_NAME, NODE_OPTIONS, POD_IP, POD_NAME, POD_NAMESPACE':
    {
      accepted: [{ to: { pod: { env: [{ name: 'RAVEN_Indexing_MapTimeoutInSec', value: '15' }] } } }],
      refused: [{ to: { pod: { env: [{ name: 'POD_NAME', value: 'x' }] } } }],
    },
  'spec.pod.volumes must not use names that the operator uses: certificates, data, incarnations, settings, temporary':
    {
      accepted: [{ to: { pod: { volumes: [{ name: 'licence', emptyDir: {} }] } } }],
      refused: [{ to: { pod: { volumes: [{ name: 'data', emptyDir: {} }] } } }],
    },
  'spec.pod.initContainers must not use names that the operator uses: node': {
    accepted: [{ to: { pod: { initContainers: [container('first')] } } }],
    refused: [{ to: { pod: { initContainers: [container('node')] } } }],
  },
  'spec.pod.sidecars must not use names that the operator uses: node': {
    accepted: [{ to: { pod: { sidecars: [container('beside')] } } }],
    refused: [{ to: { pod: { sidecars: [container('node')] } } }],
  },
  'spec.pod.volumeMounts must not cover the folders of the operator: /etc/ravencluster, /tmp, /var/lib/ravencluster':
    {
      accepted: [{ to: { pod: { volumeMounts: [{ name: 'x', mountPath: '/tmpfiles' }] } } }],
      refused: [
        { to: { pod: { volumeMounts: [{ name: 'x', mountPath: '/tmp' }] } } },
        { to: { pod: { volumeMounts: [{ name: 'x', mountPath: '/var/lib/ravencluster/x' }] } } },
      ],
    },
};

const database = (fields: object) => ({ clusterRef: { name: 'shop' }, name: 'Orders', ...fields });

/** As `CLUSTER_EXAMPLES`, for the other kind. */
export const DATABASE_EXAMPLES: Readonly<Record<string, RuleExamples>> = {
  'spec.clusterRef is immutable': {
    accepted: [{ from: database({}), to: database({ replicationFactor: 2 }) }],
    refused: [{ from: database({}), to: database({ clusterRef: { name: 'another' } }) }],
  },
  'spec.name is immutable': {
    accepted: [{ from: database({}), to: database({ disabled: true }) }],
    refused: [{ from: database({}), to: database({ name: 'orders' }) }],
  },
};
