import type { StructuralSchema } from '../structural-schema.ts';
import { DURATION } from './shared-shapes.ts';

export const NODES = {
  type: 'integer',
  format: 'int32',
  description:
    'Nodes of the cluster, by ordinal from 0. Raising it adds nodes one by one; lowering it drains the highest first.',
  default: 3,
  minimum: 1,
  maximum: 101,
} as const satisfies StructuralSchema;

export const CONSENSUS = {
  type: 'object',
  description: 'Who votes in Rachis, the consensus layer.',
  default: {},
  properties: {
    maxVoters: {
      type: 'integer',
      format: 'int32',
      description: 'Nodes that vote, at most; the others are watchers. Odd.',
      default: 7,
      minimum: 1,
      maximum: 101,
    },
    evenNodes: {
      type: 'string',
      description:
        'An even number of voters survives no more failures than one voter less. Warn about it, or let the last one be a watcher.',
      default: 'Warn',
      enum: ['Warn', 'Watcher'],
    },
    watchers: {
      type: 'integer',
      format: 'int32',
      description: 'Nodes of the highest ordinals that hold databases but never vote.',
      default: 0,
      minimum: 0,
      maximum: 100,
    },
  },
} as const satisfies StructuralSchema;

export const REPLICATION_FACTOR = {
  type: 'object',
  description: 'How many copies of each database there are, set from what the operator sees of the cluster.',
  default: {},
  properties: {
    mode: {
      type: 'string',
      description:
        'Auto: min(target, nodes), following the size of the cluster. Fixed: target, and never more than nodes. Unmanaged: left as clients set it.',
      default: 'Auto',
      enum: ['Auto', 'Fixed', 'Unmanaged'],
    },
    target: {
      type: 'integer',
      format: 'int32',
      description: 'Copies wanted of each database.',
      default: 3,
      minimum: 1,
      maximum: 9,
    },
    minimum: {
      type: 'integer',
      format: 'int32',
      description: 'The cluster is never made smaller than this.',
      default: 1,
      minimum: 1,
      maximum: 9,
    },
    databases: {
      type: 'array',
      description:
        'Which databases: names, `*` inside stands for any characters, `!` in front takes away. The last match counts.',
      default: ['*'],
      maxItems: 100,
      'x-kubernetes-list-type': 'atomic',
      items: { type: 'string', minLength: 1, maxLength: 128 },
    },
  },
} as const satisfies StructuralSchema;

export const SCALE_DOWN = {
  type: 'object',
  description: 'How nodes leave.',
  default: {},
  properties: {
    mode: {
      type: 'string',
      description:
        'Safe: copies move off, then the membership shrinks, then the process stops. Forbid: never.',
      default: 'Safe',
      enum: ['Safe', 'Forbid'],
    },
    drainTimeout: {
      ...DURATION,
      description: 'When moving the copies takes longer, a condition says so. Nothing is ever forced.',
      default: '1h',
    },
    allowReducedReplication: {
      type: 'boolean',
      description: 'Permits a scale-down that leaves databases with fewer copies than their target.',
      default: false,
    },
  },
} as const satisfies StructuralSchema;

export const SELF_HEALING = {
  type: 'object',
  description: 'What the operator does about nodes that stay away.',
  default: {},
  properties: {
    lostNode: {
      type: 'string',
      description:
        'Wait: report and say what to do. Replace: remove the node and let an empty one join in its place.',
      default: 'Wait',
      enum: ['Wait', 'Replace'],
    },
    lostNodeAfter: {
      ...DURATION,
      description: 'How long the machine of a node must be gone before the node counts as lost; at least 5m.',
      default: '30m',
    },
  },
} as const satisfies StructuralSchema;
