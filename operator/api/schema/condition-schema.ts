import type { StructuralSchema } from '../structural-schema.ts';

export const CONDITION = {
  type: 'object',
  required: ['type', 'status', 'reason', 'lastTransitionTime'],
  properties: {
    type: { type: 'string', description: 'What the condition is about.', maxLength: 316 },
    status: {
      type: 'string',
      description: 'Whether it holds.',
      enum: ['True', 'False', 'Unknown'],
    },
    reason: {
      type: 'string',
      description: 'Why, in one word out of a fixed list.',
      minLength: 1,
      maxLength: 1024,
    },
    message: { type: 'string', description: 'Why, in a sentence.', maxLength: 32768 },
    lastTransitionTime: { type: 'string', format: 'date-time', description: 'When status changed last.' },
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'Generation of the spec that this condition speaks of.',
    },
  },
} as const satisfies StructuralSchema;

export const CONDITIONS = {
  type: 'array',
  description: 'How things stand, one entry a question.',
  maxItems: 20,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: CONDITION,
} as const satisfies StructuralSchema;
