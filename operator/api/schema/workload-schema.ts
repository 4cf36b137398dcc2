import type { StructuralSchema } from '../structural-schema.ts';
import { KUBERNETES_LIST, KUBERNETES_OBJECT, LABELS, OBJECT_NAME } from './shared-shapes.ts';

export const IMAGE = {
  type: 'object',
  description: 'The image of the nodes. A digest wins over a tag.',
  default: {},
  properties: {
    repository: { type: 'string', minLength: 1, maxLength: 512 },
    tag: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$' },
    digest: { type: 'string', maxLength: 71, pattern: '^sha256:[a-f0-9]{64}$' },
    pullPolicy: {
      type: 'string',
      default: 'IfNotPresent',
      enum: ['Always', 'IfNotPresent', 'Never'],
    },
    pullSecrets: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { ...OBJECT_NAME } } },
    },
  },
} as const satisfies StructuralSchema;

export const CONFIG = {
  type: 'object',
  description:
    'Settings of the nodes by RavenDB configuration key. Keys that the operator sets itself are refused: addresses, the data folder, certificates.',
  default: {},
  maxProperties: 200,
  additionalProperties: { type: 'string', maxLength: 4096 },
} as const satisfies StructuralSchema;

export const UPDATE = {
  type: 'object',
  description: 'How a new version or configuration reaches the nodes: one by one, the leader last.',
  default: {},
  properties: {
    order: { type: 'string', default: 'LeaderLast', enum: ['LeaderLast'] },
    maxUnavailable: {
      type: 'integer',
      format: 'int32',
      description: 'Nodes that may be down at once; never so many that a majority of the voters would be.',
      default: 1,
      minimum: 1,
      maximum: 50,
    },
    minReadySeconds: { type: 'integer', format: 'int32', default: 10, minimum: 0, maximum: 3600 },
    progressDeadlineSeconds: { type: 'integer', format: 'int32', default: 1800, minimum: 60, maximum: 86400 },
    onFailure: { type: 'string', default: 'Pause', enum: ['Pause', 'Rollback'] },
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

export const PLACEMENT = {
  type: 'object',
  description: 'On which machines and in which zones the nodes run.',
  default: {},
  properties: {
    spread: { type: 'string', default: 'Zone', enum: ['Zone', 'Host', 'None'] },
    whenUnsatisfiable: {
      type: 'string',
      default: 'ScheduleAnyway',
      enum: ['ScheduleAnyway', 'DoNotSchedule'],
    },
    hostAntiAffinity: { type: 'string', default: 'Required', enum: ['Required', 'Preferred', 'None'] },
    zones: {
      type: 'array',
      description: 'Zones that may be used; any when empty.',
      maxItems: 9,
      'x-kubernetes-list-type': 'set',
      items: { type: 'string', minLength: 1, maxLength: 63 },
    },
    zoneLabel: {
      type: 'string',
      description: 'Label of a Kubernetes node that names its zone.',
      default: 'topology.kubernetes.io/zone',
      maxLength: 317,
    },
    nodeSelector: LABELS,
    tolerations: KUBERNETES_LIST,
    affinity: KUBERNETES_OBJECT,
    priorityClassName: { type: 'string', maxLength: 253 },
    schedulerName: { type: 'string', maxLength: 253 },
    runtimeClassName: { type: 'string', maxLength: 253 },
  },
} as const satisfies StructuralSchema;

export const POD = {
  type: 'object',
  description: 'Additions to the pods of the nodes.',
  default: {},
  properties: {
    labels: LABELS,
    annotations: LABELS,
    env: KUBERNETES_LIST,
    envFrom: KUBERNETES_LIST,
    volumes: KUBERNETES_LIST,
    volumeMounts: KUBERNETES_LIST,
    initContainers: KUBERNETES_LIST,
    sidecars: KUBERNETES_LIST,
    securityContext: KUBERNETES_OBJECT,
    terminationGracePeriodSeconds: {
      type: 'integer',
      format: 'int64',
      default: 120,
      minimum: 1,
      maximum: 3600,
    },
  },
} as const satisfies StructuralSchema;

export const RESOURCES = {
  ...KUBERNETES_OBJECT,
  description: 'Resource requests and limits of a node, as in a container.',
  default: { requests: { cpu: '500m', memory: '2Gi' } },
} as const satisfies StructuralSchema;

export const MONITORING = {
  type: 'object',
  description: 'Objects for the Prometheus operator. Auto: when its resource definitions are served.',
  default: {},
  properties: {
    podMonitor: { type: 'string', default: 'Auto', enum: ['Auto', 'Enabled', 'Disabled'] },
    labels: LABELS,
  },
} as const satisfies StructuralSchema;

export const LOGGING = {
  type: 'object',
  description: 'Logs of the nodes.',
  default: {},
  properties: {
    level: { type: 'string', default: 'Info', enum: ['Error', 'Warn', 'Info', 'Debug'] },
    format: { type: 'string', default: 'Json', enum: ['Json', 'Text'] },
  },
} as const satisfies StructuralSchema;
