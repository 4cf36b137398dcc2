import type { StructuralSchema } from '../structural-schema.ts';
import { CONDITIONS } from './condition-schema.ts';
import { NODE_STATUS } from './node-status-schema.ts';

const TAGS = {
  type: 'array',
  maxItems: 128,
  'x-kubernetes-list-type': 'atomic',
  items: { type: 'string', maxLength: 4 },
} as const satisfies StructuralSchema;

const COUNT = { type: 'integer', format: 'int32' } as const satisfies StructuralSchema;
const BIG_COUNT = { type: 'integer', format: 'int64' } as const satisfies StructuralSchema;

const TOPOLOGY = {
  type: 'object',
  description: 'The membership as the leader has it; absent while there is no leader.',
  required: ['id', 'etag', 'term', 'members', 'promotables', 'watchers', 'quorum'],
  properties: {
    id: { type: 'string', description: 'Topology id of the cluster.' },
    etag: { ...BIG_COUNT, description: 'Raft index of the last change of the membership.' },
    term: { ...BIG_COUNT, description: 'Raft term of the leader.' },
    leader: { type: 'string', description: 'Tag of the leader.' },
    members: { ...TAGS, description: 'Nodes that vote.' },
    promotables: { ...TAGS, description: 'Nodes that catch up before they vote.' },
    watchers: { ...TAGS, description: 'Nodes that hold databases and never vote.' },
    quorum: { ...COUNT, description: 'Members that must agree.' },
  },
} as const satisfies StructuralSchema;

const OPERATION = {
  type: 'object',
  description: 'What is being done now; a hint for people, never the truth.',
  required: ['type', 'step'],
  properties: {
    type: {
      type: 'string',
      description: 'What kind of change it is.',
      enum: [
        'Bootstrap',
        'ScaleUp',
        'ScaleDown',
        'Update',
        'Rebalance',
        'Replace',
        'Hibernate',
        'Resize',
        'Rotate',
        'Recover',
      ],
    },
    target: { type: 'string', description: 'The node that it is about.' },
    step: { type: 'string', description: 'The present step, in a sentence.' },
  },
} as const satisfies StructuralSchema;

const CERTIFICATES = {
  type: 'object',
  description: 'Certificates of the nodes.',
  properties: {
    phase: {
      type: 'string',
      description: 'How they are; the reason of the condition CertificatesReady.',
      enum: ['Valid', 'TrustOverlap', 'SecretMissing', 'IssuerNotReady', 'Expiring', 'Expired'],
    },
    notAfter: {
      type: 'string',
      format: 'date-time',
      description: 'End of the validity of the nodes’ certificate.',
    },
    nextRotation: {
      type: 'string',
      format: 'date-time',
      description: 'When the operator renews the nodes’ certificate; absent where somebody else makes it.',
    },
    caFingerprints: {
      type: 'array',
      description: 'SHA-256 fingerprints of the authorities that are trusted, in upper-case hex.',
      maxItems: 8,
      'x-kubernetes-list-type': 'atomic',
      items: { type: 'string', maxLength: 64 },
    },
  },
} as const satisfies StructuralSchema;

export const CLUSTER_STATUS = {
  type: 'object',
  description: 'What the operator saw last. Derived: nothing is decided from it.',
  properties: {
    observedGeneration: { ...BIG_COUNT, description: 'Generation of the spec that this status speaks of.' },
    phase: {
      type: 'string',
      description: 'The conditions in one word.',
      enum: [
        'Pending',
        'Bootstrapping',
        'Ready',
        'Updating',
        'Scaling',
        'Degraded',
        'Unavailable',
        'Hibernated',
        'Paused',
        'Deleting',
      ],
    },
    replicas: { ...COUNT, description: 'Nodes that run.' },
    readyReplicas: { ...COUNT, description: 'Nodes that serve.' },
    selector: { type: 'string', description: 'Label selector of the pods, for autoscalers.' },
    clusterId: { type: 'string', description: 'Topology id of the cluster, once it was formed.' },
    conditions: CONDITIONS,
    topology: TOPOLOGY,
    nodes: {
      type: 'array',
      description: 'Every node that there is, or that belongs to the cluster.',
      maxItems: 128,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['tag'],
      items: NODE_STATUS,
    },
    replicationFactor: {
      type: 'object',
      description: 'Copies of the databases that the policy of the cluster is about.',
      required: ['desired', 'effective', 'reason', 'databasesBelow'],
      properties: {
        desired: { ...COUNT, description: 'Copies wanted of each database.' },
        effective: { ...COUNT, description: 'Copies of the managed database that has the fewest.' },
        reason: { type: 'string', description: 'Why it is what it is.' },
        databasesBelow: { ...COUNT, description: 'Databases with fewer copies than wanted.' },
      },
    },
    databases: {
      type: 'object',
      description: 'The databases, counted.',
      required: ['total', 'online', 'degraded', 'worst'],
      properties: {
        total: { ...COUNT, description: 'Databases that there are.' },
        online: { ...COUNT, description: 'Databases that some node serves.' },
        degraded: { ...COUNT, description: 'Databases of which a copy is away or incomplete.' },
        worst: {
          type: 'array',
          description: 'Names of degraded databases.',
          maxItems: 10,
          'x-kubernetes-list-type': 'atomic',
          items: { type: 'string' },
        },
      },
    },
    operation: OPERATION,
    certificates: CERTIFICATES,
    version: { type: 'string', description: 'Version (or digest) that the nodes are to run.' },
    currentRevision: { type: 'string', description: 'Revision of the pod template that every node runs.' },
    updateRevision: {
      type: 'string',
      description: 'Revision of the pod template that the nodes are to run. This is what an approval names.',
    },
    operatorVersion: { type: 'string', description: 'Version of the operator that wrote this status.' },
  },
} as const satisfies StructuralSchema;
