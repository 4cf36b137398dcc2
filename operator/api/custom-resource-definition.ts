import { API_GROUP, API_VERSION } from './api-group.ts';
import type { CelRule } from './cel-rule.ts';
import type { ResourceKind } from './resource-kind.ts';
import type { StructuralSchema, StructuralValidation } from './structural-schema.ts';
import { withWholeDefaults } from './whole-defaults.ts';

/** The custom resource definition of a kind, as `kubectl apply` takes it. */
export function customResourceDefinition(kind: ResourceKind): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: 'Namespaced',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        singular: kind.singular,
        plural: kind.plural,
        shortNames: kind.shortNames,
        categories: ['raven'],
      },
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          subresources: { status: {}, ...(kind.scale === undefined ? {} : { scale: kind.scale }) },
          additionalPrinterColumns: kind.columns,
          schema: { openAPIV3Schema: resourceSchema(kind) },
        },
      ],
    },
  };
}

/** The schema of the whole resource with its CEL rules in place. */
export function resourceSchema(kind: ResourceKind): StructuralSchema {
  const bare: StructuralSchema = {
    type: 'object',
    description: kind.description,
    ...(kind.specRequired ? { required: ['spec'] } : {}),
    properties: {
      apiVersion: { type: 'string', description: `Always ${API_GROUP}/${API_VERSION}.` },
      kind: { type: 'string', description: `Always ${kind.kind}.` },
      // The API server describes it itself and refuses any other word about it.
      metadata: { type: 'object' },
      spec: kind.spec,
      status: kind.status,
    },
  };
  return withWholeDefaults(kind.rules.reduce((schema, rule) => withRule(schema, rule.at, rule), bare));
}

function withRule(schema: StructuralSchema, at: readonly string[], rule: CelRule): StructuralSchema {
  const [name, ...rest] = at;
  if (name === undefined) {
    const validations = [...(schema['x-kubernetes-validations'] ?? []), validationOf(rule)];
    return { ...schema, 'x-kubernetes-validations': validations };
  }
  const child = schema.properties?.[name];
  if (child === undefined) {
    throw new Error(`A rule is placed at ${rule.at.join('.')}, which the schema does not have: ${rule.rule}`);
  }
  return { ...schema, properties: { ...schema.properties, [name]: withRule(child, rest, rule) } };
}

function validationOf(rule: CelRule): StructuralValidation {
  return {
    rule: rule.rule,
    // The API server names the field only where a path is allowed; the sentence must do without it elsewhere.
    message: rule.field === undefined ? rule.message : `${rule.field.join('.')} ${rule.message}`,
    ...(rule.field === undefined || rule.field[0] === 'metadata'
      ? {}
      : { fieldPath: `.${rule.field.join('.')}` }),
  };
}
