import type { StructuralSchema } from './structural-schema.ts';

/**
 * The schema with every default of an object that has rules written out, defaults of nested fields included. The API
 * server fills in nested defaults when it reads a resource, but checks the rules of a definition against the default
 * as it is written: `{}` would lack every field that a rule speaks of.
 */
export function withWholeDefaults(schema: StructuralSchema): StructuralSchema {
  const properties =
    schema.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([name, child]) => [name, withWholeDefaults(child)]),
          ),
        };
  const items = schema.items === undefined ? {} : { items: withWholeDefaults(schema.items) };
  const hasRules = schema['x-kubernetes-validations'] !== undefined;
  const whole = hasRules && isObject(schema.default) ? { default: filledIn(schema, schema.default) } : {};
  return { ...schema, ...whole, ...properties, ...items };
}

/** The value with the defaults of all fields that it lacks. */
function filledIn(schema: StructuralSchema, value: unknown): unknown {
  if (!isObject(value) || schema.properties === undefined) return value;
  const fields = Object.entries(schema.properties).flatMap(([name, child]) => {
    const given = value[name] ?? child.default;
    return given === undefined ? [] : [[name, filledIn(child, given)] as const];
  });
  return { ...value, ...Object.fromEntries(fields) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
