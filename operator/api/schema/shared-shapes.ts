import type { StructuralSchema } from '../structural-schema.ts';

/** A whole number and a unit, several in a row: `1h30m`, `90d`. CEL's `duration()` knows no days, so this is a string. */
export const DURATION_PATTERN = '^([0-9]+(ms|s|m|h|d))+$';

/** A Kubernetes quantity: `20Gi`, `500m`, `1.5T`. */
export const QUANTITY_PATTERN = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

/** The name of an object in the same namespace. */
export const OBJECT_NAME = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
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
