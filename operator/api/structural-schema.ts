/**
 * The subset of OpenAPI v3 that Kubernetes calls a structural schema: every node has a type, and defaults, ranges and
 * enums sit in place. The custom resource definitions, the TypeScript types and the local validation all come from it.
 */
export interface StructuralSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly format?: 'int32' | 'int64' | 'date-time';
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-validations'?: readonly StructuralValidation[];
}

/** A CEL rule as the API server takes it. */
export interface StructuralValidation {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

type PresentKeys<S> = S extends { readonly properties: infer P }
  ? {
      [K in keyof P]: P[K] extends { readonly default: unknown }
        ? K
        : S extends { readonly required: readonly (infer R)[] }
          ? K extends R
            ? K
            : never
          : never;
    }[keyof P]
  : never;

type ObjectOf<P, Present extends PropertyKey> = {
  readonly [K in keyof P as K extends Present ? K : never]: FromSchema<P[K]>;
} & { readonly [K in keyof P as K extends Present ? never : K]?: FromSchema<P[K]> };

/** The type of a value after defaulting: required fields and fields with a default are always there. */
export type FromSchema<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly 'x-kubernetes-int-or-string': true }
    ? number | string
    : S extends { readonly type: 'string' }
      ? string
      : S extends { readonly type: 'integer' | 'number' }
        ? number
        : S extends { readonly type: 'boolean' }
          ? boolean
          : S extends { readonly type: 'array'; readonly items: infer I }
            ? readonly FromSchema<I>[]
            : S extends { readonly properties: infer P }
              ? ObjectOf<P, PresentKeys<S>>
              : S extends { readonly additionalProperties: infer V }
                ? Readonly<Record<string, FromSchema<V>>>
                : Readonly<Record<string, unknown>>;
