import type { StructuralSchema } from '../structural-schema.ts';
import { KUBERNETES_OBJECT, LABELS, OBJECT_NAME } from './shared-shapes.ts';

export const VERSION = {
  type: 'string',
  description:
    'Version of the nodes; the one that the operator was installed with when absent. It is the tag of the image where none is given. It never goes back to an older minor version.',
  maxLength: 32,
  pattern: '^\\d+\\.\\d+\\.\\d+$',
} as const satisfies StructuralSchema;

export const IMAGE = {
  type: 'object',
  description: 'The image of the nodes. A digest wins over a tag, a tag over version.',
  default: {},
  properties: {
    repository: {
      type: 'string',
      description:
        'Registry and name, without tag; the one that the operator was installed with when absent.',
      minLength: 1,
      maxLength: 512,
      pattern: '^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$',
    },
    tag: {
      type: 'string',
      description: 'Tag of the image; `latest` is refused.',
      minLength: 1,
      maxLength: 128,
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
    },
    digest: {
      type: 'string',
      description: 'Digest of the image, for instance `sha256:…`.',
      maxLength: 71,
      pattern: '^sha256:[a-f0-9]{64}$',
    },
    pullPolicy: {
      type: 'string',
      description: 'When the image is pulled.',
      default: 'IfNotPresent',
      enum: ['Always', 'IfNotPresent', 'Never'],
    },
    pullSecrets: {
      type: 'array',
      description: 'Secrets with the credentials of the registry.',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { ...OBJECT_NAME, description: 'Name of the Secret.' } },
      },
    },
  },
} as const satisfies StructuralSchema;

export const CONFIG = {
  type: 'object',
  description:
    'Settings of the nodes by RavenDB configuration key. Keys that the operator sets itself are refused: addresses, the data folder, certificates. A change restarts the nodes one by one.',
  default: {},
  maxProperties: 200,
  additionalProperties: { type: 'string', maxLength: 4096 },
} as const satisfies StructuralSchema;

export const RESOURCES = {
  ...KUBERNETES_OBJECT,
  description:
    'Resource requests and limits of a node, as in a container. A memory limit also bounds the heap of the database.',
  default: { requests: { cpu: '500m', memory: '2Gi' } },
} as const satisfies StructuralSchema;

export const UPDATE = {
  type: 'object',
  description: 'How a new version or configuration reaches the nodes: one by one, the leader last.',
  default: {},
  properties: {
    maxUnavailable: {
      type: 'integer',
      format: 'int32',
      description: 'Nodes that may be down at once; never so many that a majority of the voters would be.',
      default: 1,
      minimum: 1,
      maximum: 50,
    },
    minReadySeconds: {
      type: 'integer',
      format: 'int32',
      description: 'Seconds that a node must have been ready before the next one restarts.',
      default: 10,
      minimum: 0,
      maximum: 3600,
    },
    progressDeadlineSeconds: {
      type: 'integer',
      format: 'int32',
      description:
        'Seconds that the update of one node may take before the condition Progressing says that it does not get on.',
      default: 1800,
      minimum: 60,
      maximum: 86400,
    },
    approval: {
      type: 'string',
      description:
        'Before which restarts a person is asked: never, before the leader’s, or before every node’s. Approve by the annotation ravencluster.io/approve with the value of status.updateRevision.',
      default: 'Automatic',
      enum: ['Automatic', 'BeforeLeader', 'EveryNode'],
    },
    maxReplicationLag: {
      type: 'integer',
      format: 'int32',
      description: 'Raft entries a node may lag behind before the next one may restart.',
      default: 1000,
      minimum: 0,
      maximum: 1000000,
    },
  },
} as const satisfies StructuralSchema;

export const MONITORING = {
  type: 'object',
  description: 'Objects for the Prometheus operator.',
  default: {},
  properties: {
    podMonitor: {
      type: 'string',
      description: 'Create a PodMonitor. Auto: when its resource definition is served.',
      default: 'Auto',
      enum: ['Auto', 'Enabled', 'Disabled'],
    },
    labels: { ...LABELS, description: 'Labels of the PodMonitor, by which Prometheus selects it.' },
  },
} as const satisfies StructuralSchema;

export const LOGGING = {
  type: 'object',
  description: 'Logs of the nodes, which go to standard error.',
  default: {},
  properties: {
    level: {
      type: 'string',
      description: 'The least important messages that are logged.',
      default: 'Info',
      enum: ['Error', 'Warn', 'Info', 'Debug'],
    },
    format: {
      type: 'string',
      description: 'One JSON object a line, or text for people.',
      default: 'Json',
      enum: ['Json', 'Text'],
    },
  },
} as const satisfies StructuralSchema;
