import type { StructuralSchema } from '../structural-schema.ts';
import { NETWORKING, TLS } from './networking-schema.ts';
import { OBJECT_NAME } from './shared-shapes.ts';
import { STORAGE } from './storage-schema.ts';
import { CONSENSUS, NODES, REPLICATION_FACTOR, SCALE_DOWN, SELF_HEALING } from './topology-schema.ts';
import { CONFIG, IMAGE, LOGGING, MONITORING, PLACEMENT, POD, RESOURCES, UPDATE } from './workload-schema.ts';

export const CLUSTER_SPEC = {
  type: 'object',
  description: 'What the cluster should be.',
  default: {},
  properties: {
    nodes: NODES,
    version: {
      type: 'string',
      description: 'Version of the nodes; the one of the operator when absent.',
      maxLength: 32,
      pattern: '^\\d+\\.\\d+\\.\\d+$',
    },
    image: IMAGE,
    config: CONFIG,
    licenseSecretRef: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { ...OBJECT_NAME },
        key: { type: 'string', default: 'license.json', maxLength: 253 },
      },
    },
    resources: RESOURCES,
    storage: STORAGE,
    consensus: CONSENSUS,
    replicationFactor: REPLICATION_FACTOR,
    scaleDown: SCALE_DOWN,
    update: UPDATE,
    tls: TLS,
    networking: NETWORKING,
    placement: PLACEMENT,
    pod: POD,
    monitoring: MONITORING,
    logging: LOGGING,
    selfHealing: SELF_HEALING,
    hibernated: {
      type: 'boolean',
      description: 'All processes stopped, all data kept. Not possible while the cluster changes.',
      default: false,
    },
    deletionProtection: { type: 'boolean', description: 'Refuse to delete this resource.', default: false },
  },
} as const satisfies StructuralSchema;
