import type { StructuralSchema } from '../structural-schema.ts';

/**
 * Days alone, or other whole numbers with a unit, several in a row: `90d`, `1h30m`. CEL's `duration()` knows no days,
 * and nothing from 292 years on: no text of this form and length comes near that.
 */
export const DURATION_PATTERN = '^([0-9]{1,5}d|([0-9]{1,6}(ms|s|m|h))+)$';
const DURATION_LENGTH_MAX = 20;

/** A Kubernetes quantity: `20Gi`, `500m`, `1.5T`. */
export const QUANTITY_PATTERN = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

/** The name of an object in the same namespace. */
export const OBJECT_NAME = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
} as const satisfies StructuralSchema;

export const DURATION = {
  type: 'string',
  maxLength: DURATION_LENGTH_MAX,
  pattern: DURATION_PATTERN,
} as const satisfies StructuralSchema;

/** A part of a pod that Kubernetes itself validates; kept as it is written. */
export const KUBERNETES_OBJECT = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
} as const satisfies StructuralSchema;

export const LABELS = {
  type: 'object',
  maxProperties: 64,
  additionalProperties: { type: 'string', maxLength: 4096 },
} as const satisfies StructuralSchema;

/** A list that Kubernetes itself validates; atomic, because its entries' keys are not known here. */
export const KUBERNETES_LIST = {
  type: 'array',
  maxItems: 50,
  'x-kubernetes-list-type': 'atomic',
  items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
} as const satisfies StructuralSchema;

/** As `KUBERNETES_LIST`, of things that have a name, so that several appliers can share the list. */
export const NAMED_KUBERNETES_LIST = {
  type: 'array',
  maxItems: 50,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    required: ['name'],
    properties: {
      name: { type: 'string', description: 'Name in this list.', minLength: 1, maxLength: 253 },
    },
  },
} as const satisfies StructuralSchema;
