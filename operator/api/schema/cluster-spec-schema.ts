import type { StructuralSchema } from '../structural-schema.ts';
import { NETWORKING } from './networking-schema.ts';
import { PLACEMENT } from './placement-schema.ts';
import { POD } from './pod-schema.ts';
import { STORAGE } from './storage-schema.ts';
import { TLS } from './tls-schema.ts';
import { CONSENSUS, NODES, REPLICATION_FACTOR, SCALE_DOWN, SELF_HEALING } from './topology-schema.ts';
import { CONFIG, IMAGE, LOGGING, MONITORING, RESOURCES, UPDATE, VERSION } from './workload-schema.ts';

export const CLUSTER_SPEC = {
  type: 'object',
  description: 'What the cluster should be.',
  default: {},
  properties: {
    nodes: NODES,
    version: VERSION,
    image: IMAGE,
    config: CONFIG,
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
      description: 'All processes are stopped, all data is kept. nodes can’t change meanwhile.',
      default: false,
    },
    deletionProtection: {
      type: 'boolean',
      description: 'Deleting this resource is refused while this is true.',
      default: false,
    },
  },
} as const satisfies StructuralSchema;
