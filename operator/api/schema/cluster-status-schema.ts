import type { StructuralSchema } from '../structural-schema.ts';

const TAGS = {
  type: 'array',
  maxItems: 128,
  'x-kubernetes-list-type': 'atomic',
  items: { type: 'string', maxLength: 4 },
} as const satisfies StructuralSchema;

const COUNT = { type: 'integer', format: 'int32' } as const satisfies StructuralSchema;

export const CONDITION = {
  type: 'object',
  required: ['type', 'status', 'reason', 'lastTransitionTime'],
  properties: {
    type: { type: 'string', maxLength: 316 },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: { type: 'string', minLength: 1, maxLength: 1024 },
    message: { type: 'string', maxLength: 32768 },
    lastTransitionTime: { type: 'string', format: 'date-time' },
    observedGeneration: { type: 'integer', format: 'int64' },
  },
} as const satisfies StructuralSchema;

export const CONDITIONS = {
  type: 'array',
  maxItems: 20,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: CONDITION,
} as const satisfies StructuralSchema;

const NODE_STATUS = {
  type: 'object',
  required: ['tag', 'ordinal', 'role', 'ready'],
  properties: {
    tag: { type: 'string', maxLength: 4 },
    ordinal: COUNT,
    pod: { type: 'string' },
    podUID: { type: 'string' },
    zone: { type: 'string' },
    kubeNode: { type: 'string' },
    role: { type: 'string', enum: ['Leader', 'Member', 'Promotable', 'Watcher', 'None', 'Unknown'] },
    ready: { type: 'boolean' },
    version: { type: 'string' },
    revision: { type: 'string' },
    lag: { type: 'integer', format: 'int64', description: 'Raft entries behind the leader.' },
    url: { type: 'string' },
    message: { type: 'string', maxLength: 1024 },
  },
} as const satisfies StructuralSchema;

export const CLUSTER_STATUS = {
  type: 'object',
  description: 'What the operator saw last. Derived: nothing is decided from it.',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64' },
    phase: {
      type: 'string',
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
    replicas: COUNT,
    readyReplicas: COUNT,
    selector: { type: 'string' },
    clusterId: { type: 'string', description: 'Topology id of the cluster, once it was formed.' },
    conditions: CONDITIONS,
    topology: {
      type: 'object',
      required: ['id', 'etag', 'term', 'members', 'promotables', 'watchers', 'quorum'],
      properties: {
        id: { type: 'string' },
        etag: { type: 'integer', format: 'int64' },
        term: { type: 'integer', format: 'int64' },
        leader: { type: 'string' },
        members: TAGS,
        promotables: TAGS,
        watchers: TAGS,
        quorum: COUNT,
      },
    },
    nodes: {
      type: 'array',
      maxItems: 128,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['tag'],
      items: NODE_STATUS,
    },
    replicationFactor: {
      type: 'object',
      required: ['desired', 'effective', 'reason', 'databasesBelow'],
      properties: {
        desired: COUNT,
        effective: { ...COUNT, description: 'Copies of the managed database that has the fewest.' },
        reason: { type: 'string' },
        databasesBelow: COUNT,
      },
    },
    databases: {
      type: 'object',
      required: ['total', 'online', 'degraded', 'worst'],
      properties: {
        total: COUNT,
        online: COUNT,
        degraded: COUNT,
        worst: {
          type: 'array',
          maxItems: 10,
          'x-kubernetes-list-type': 'atomic',
          items: { type: 'string' },
        },
      },
    },
    operation: {
      type: 'object',
      description: 'What is being done now; a hint for people, never the truth.',
      required: ['type', 'step'],
      properties: {
        type: {
          type: 'string',
          enum: ['Bootstrap', 'ScaleUp', 'ScaleDown', 'Update', 'Rebalance', 'Replace', 'Hibernate'],
        },
        target: { type: 'string' },
        step: { type: 'string' },
      },
    },
  },
} as const satisfies StructuralSchema;
