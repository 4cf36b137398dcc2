import type { StructuralSchema } from '../structural-schema.ts';
import { OBJECT_NAME, QUANTITY_PATTERN } from './shared-shapes.ts';

export const VOLUME = {
  type: 'object',
  description: 'The volume that holds the databases and the Raft log of a node.',
  default: {},
  properties: {
    size: {
      type: 'string',
      description: 'Requested size; may only grow.',
      default: '20Gi',
      maxLength: 32,
      pattern: QUANTITY_PATTERN,
    },
    storageClassName: {
      ...OBJECT_NAME,
      description: 'Storage class; the default class of the Kubernetes cluster when absent. Immutable.',
    },
    volumeAttributesClassName: { ...OBJECT_NAME, description: 'Volume attributes class; may change.' },
    accessMode: {
      type: 'string',
      description:
        'ReadWriteOncePod also keeps two pods of one Kubernetes node from the same volume. Immutable.',
      default: 'ReadWriteOncePod',
      enum: ['ReadWriteOnce', 'ReadWriteOncePod'],
    },
  },
} as const satisfies StructuralSchema;

export const STORAGE = {
  type: 'object',
  description: 'Where nodes keep their data, and what becomes of it.',
  default: {},
  properties: {
    data: VOLUME,
    retention: {
      type: 'object',
      description: 'What becomes of volumes that are not needed any more.',
      default: {},
      properties: {
        whenDeleted: {
          type: 'string',
          description: 'Volumes of a deleted cluster.',
          default: 'Retain',
          enum: ['Retain', 'Delete'],
        },
        whenScaled: {
          type: 'string',
          description: 'The volume of a node that left by a scale-down, after the membership is without it.',
          default: 'Retain',
          enum: ['Retain', 'Delete'],
        },
        staleVolume: {
          type: 'string',
          description:
            'What to do with the old volume of a node that had left, when its ordinal is needed again: set its data aside, wipe it, or wait for a person. A node never joins with it.',
          default: 'Quarantine',
          enum: ['Quarantine', 'Wipe', 'Block'],
        },
      },
    },
  },
} as const satisfies StructuralSchema;
