import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { CelRule } from './cel-rule.ts';
import { nearestName } from './nearest-name.ts';
import type { ResourceKind } from './resource-kind.ts';
import { strictSchema } from './strict-schema.ts';

/** A fault at a place in the resource, as property names and list indexes from its root. */
export interface Fault {
  readonly path: readonly (string | number)[];
  /** An unknown field is found at its key; everything else at its value. */
  readonly atKey: boolean;
  readonly message: string;
}

export interface ValidationContext {
  /** The resource as it is now, defaults filled in; rules about changes are checked against it. */
  readonly previous?: unknown;
  /** Rules that hold on one platform only. */
  readonly extraRules?: readonly CelRule[];
}

/** What else may be wrong with a resource whose shape is right; `Resource` is its type after defaulting. */
export type FurtherCheck<Resource> = (resource: Resource) => readonly Fault[];

const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true });
formats.default(ajv, ['int32', 'int64', 'date-time']);
const compiled = new Map<string, ValidateFunction>();

/** Checks a resource against the schema and the rules of its kind and fills in the defaults. */
export function validateResource(
  kind: ResourceKind,
  value: unknown,
  { previous, extraRules = [] }: ValidationContext = {},
): { readonly value: unknown; readonly faults: readonly Fault[] } {
  const candidate = withoutNulls(structuredClone(value));
  const validate = compiled.get(kind.kind) ?? ajv.compile(strictSchema(kind));
  compiled.set(kind.kind, validate);
  if (!validate(candidate)) return { value: candidate, faults: (validate.errors ?? []).map(faultOf) };
  return { value: candidate, faults: brokenRules([...kind.rules, ...extraRules], candidate, previous) };
}

/** A key without a value means "not given", as the API server takes it. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([name, child]) => [name, withoutNulls(child)]),
  );
}

function brokenRules(rules: readonly CelRule[], value: unknown, previous: unknown): Fault[] {
  return rules
    .filter((rule) => {
      const self = valueAt(value, rule.at);
      const oldSelf = valueAt(previous, rule.at);
      if (self === undefined || (rule.transition && oldSelf === undefined)) return false;
      return !rule.holds(self, oldSelf);
    })
    .map((rule) => ({ path: [...rule.at, ...(rule.field ?? [])], atKey: false, message: rule.message }));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, name) =>
      typeof current === 'object' && current !== null
        ? (current as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}

function faultOf(error: ErrorObject): Fault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties ?? {}) as object);
      const meant = nearestName(unknown, known);
      const hint =
        meant === undefined ? `known fields: ${known.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`;
      return { path: [...path, unknown], atKey: true, message: `unknown field; ${hint}` };
    }
    case 'required': {
      const missing = String(error.params.missingProperty);
      return { path: [...path, missing], atKey: false, message: 'is required' };
    }
    case 'enum': {
      const allowed = error.params.allowedValues as readonly unknown[];
      return {
        path,
        atKey: false,
        message: `must be one of ${allowed.join(', ')} (got ${shown(error.data)})`,
      };
    }
    default:
      return { path, atKey: false, message: `${error.message ?? 'is not valid'} (got ${shown(error.data)})` };
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
