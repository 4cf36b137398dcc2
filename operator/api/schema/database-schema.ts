import type { StructuralSchema } from '../structural-schema.ts';
import { CONDITIONS } from './condition-schema.ts';
import { OBJECT_NAME } from './shared-shapes.ts';

export const DATABASE_SPEC = {
  type: 'object',
  description: 'What the database should be.',
  required: ['clusterRef', 'name'],
  properties: {
    clusterRef: {
      type: 'object',
      description: 'The RavenCluster, in the same namespace. Immutable.',
      required: ['name'],
      properties: { name: { ...OBJECT_NAME, description: 'Name of the RavenCluster.' } },
    },
    name: {
      type: 'string',
      description: 'Name of the database. Immutable.',
      minLength: 1,
      maxLength: 128,
      pattern: '^[A-Za-z0-9_.-]+$',
    },
    replicationFactor: {
      type: 'integer',
      format: 'int32',
      description: 'Copies of this database; the policy of the cluster when absent.',
      minimum: 1,
      maximum: 9,
    },
    placement: {
      type: 'object',
      description: 'Where the copies may be.',
      default: {},
      properties: {
        tags: {
          type: 'array',
          description: 'Node tags that may hold copies; any when empty.',
          maxItems: 101,
          'x-kubernetes-list-type': 'set',
          items: { type: 'string', maxLength: 4, pattern: '^[A-Z]{1,4}$' },
        },
        zones: {
          type: 'array',
          description: 'Zones that may hold copies; any when empty.',
          maxItems: 9,
          'x-kubernetes-list-type': 'set',
          items: { type: 'string', minLength: 1, maxLength: 63 },
        },
      },
    },
    settings: {
      type: 'object',
      description: 'Settings of the database by RavenDB configuration key.',
      default: {},
      maxProperties: 200,
      additionalProperties: { type: 'string', maxLength: 4096 },
    },
    disabled: {
      type: 'boolean',
      description: 'The database keeps its data and serves nothing.',
      default: false,
    },
    reclaimPolicy: {
      type: 'string',
      description: 'What becomes of the database when this resource is deleted.',
      default: 'Retain',
      enum: ['Retain', 'Delete'],
    },
  },
} as const satisfies StructuralSchema;

export const DATABASE_STATUS = {
  type: 'object',
  description: 'What the operator saw last. Derived: nothing is decided from it.',
  properties: {
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'Generation of the spec that this status speaks of.',
    },
    phase: {
      type: 'string',
      description: 'The conditions in one word.',
      enum: ['Pending', 'Ready', 'Degraded', 'Offline', 'Deleting'],
    },
    conditions: CONDITIONS,
    replicationFactor: { type: 'integer', format: 'int32', description: 'Copies wanted now.' },
    copies: { type: 'integer', format: 'int32', description: 'Copies that are complete.' },
    members: {
      type: 'array',
      description: 'Tags of the nodes that have a complete copy.',
      maxItems: 101,
      'x-kubernetes-list-type': 'atomic',
      items: { type: 'string', maxLength: 4 },
    },
  },
} as const satisfies StructuralSchema;
