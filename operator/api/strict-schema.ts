import { API_GROUP_VERSION } from './api-group.ts';
import type { ResourceKind } from './resource-kind.ts';
import type { StructuralSchema } from './structural-schema.ts';

const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/**
 * JSON Schema of a resource as a person writes it: as the API server has it, but unknown fields are refused instead
 * of dropped (what `kubectl` asks for by default), and metadata is checked as the API server does for every kind.
 */
export function strictSchema(kind: ResourceKind): Record<string, unknown> {
  const text = { type: 'string' };
  const texts = { type: 'object', additionalProperties: text };
  return {
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', ...(kind.specRequired ? ['spec'] : [])],
    additionalProperties: false,
    properties: {
      apiVersion: { type: 'string', enum: [API_GROUP_VERSION] },
      kind: { type: 'string', enum: [kind.kind] },
      metadata: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 63, pattern: DNS_LABEL },
          namespace: { type: 'string', minLength: 1, maxLength: 63, pattern: DNS_LABEL },
          labels: texts,
          annotations: texts,
        },
      },
      spec: withoutUnknownFields(kind.spec),
      status: {},
    },
  };
}

function withoutUnknownFields(schema: StructuralSchema): Record<string, unknown> {
  const { properties, additionalProperties, items, ...rest } = schema;
  return {
    ...rest,
    ...(schema['x-kubernetes-list-type'] === 'set' ? { uniqueItems: true } : {}),
    ...(items === undefined ? {} : { items: withoutUnknownFields(items) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: withoutUnknownFields(additionalProperties) }),
    ...(properties === undefined
      ? {}
      : {
          ...(schema['x-kubernetes-preserve-unknown-fields'] ? {} : { additionalProperties: false }),
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, child]) => [name, withoutUnknownFields(child)]),
          ),
        }),
  };
}
