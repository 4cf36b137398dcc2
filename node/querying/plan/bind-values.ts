import { numberValue } from '../../indexing/values/index-value.ts';
import { ValueLookup } from '../../scripting/value-lookup.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { MethodCall, Value } from '../rql/syntax-tree.ts';

/** A literal or the value of a parameter. Whole numbers beyond a double are bigints. */
export type QueryValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly QueryValue[]
  | { readonly [name: string]: unknown };

export type QueryParameters = Readonly<Record<string, unknown>>;

/** Gives literals and parameters of one query their values. */
export class ValueBinder {
  readonly #parameters: QueryParameters;
  readonly #query: string;
  /** Compare-exchange values. */
  readonly values: ValueLookup;
  readonly #times: string[] = [];

  constructor(query: string, parameters: QueryParameters, values = new ValueLookup()) {
    this.#query = query;
    this.#parameters = parameters;
    this.values = values;
  }

  /** What the query took from the clock: asked again, it is another query. */
  get times(): readonly string[] {
    return this.#times;
  }

  time(text: string): string {
    this.#times.push(text);
    return text;
  }

  /** `cmpxchg('key')`: the `Object` of a compare-exchange value; null when there is none, or it is no single value. */
  compareExchange({ arguments: given, path }: MethodCall): QueryValue {
    const [only] = given;
    if (only === undefined || given.length > 1 || path.length > 0) {
      throw this.error(`Method cmpxchg() expects one argument, a key, and stands alone`);
    }
    const { expression } = only;
    if (expression.kind !== 'string' && expression.kind !== 'parameter') {
      throw this.error(`Method cmpxchg() expects a text or a parameter as its key, not a ${expression.kind}`);
    }
    const json = this.values.find(this.text(expression, 'cmpxchg'));
    const value: unknown = json === null ? null : JSON.parse(json);
    return typeof value === 'object' ? null : fromJson(value);
  }

  /** @throws InvalidQueryError for a parameter without a value */
  value(value: Value): QueryValue {
    switch (value.kind) {
      case 'null':
        return null;
      case 'boolean':
      case 'string':
        return value.value;
      case 'number':
        return numberValue(value.text);
      case 'parameter':
        return this.#parameter(value.name);
    }
  }

  /** The value of a parameter; null where nobody gave one. */
  given(name: string): QueryValue {
    return Object.hasOwn(this.#parameters, name) ? fromJson(this.#parameters[name]) : null;
  }

  /** A single value, for operators that take no list. */
  scalar(value: Value): Exclude<QueryValue, readonly QueryValue[] | object> | null {
    const bound = this.value(value);
    if (bound !== null && typeof bound === 'object') {
      throw this.error(
        `Parameter value '${JSON.stringify(bound)}' of type ${Array.isArray(bound) ? 'array' : 'object'} is not supported here`,
      );
    }
    return bound;
  }

  /** The values of a list; arrays in it are opened up, whatever their depth. */
  list(values: readonly Value[]): readonly QueryValue[] {
    const flat = (value: QueryValue): readonly QueryValue[] =>
      Array.isArray(value) ? value.flatMap((one: QueryValue) => flat(one)) : [value];
    return values.flatMap((value) => flat(this.value(value)));
  }

  /** A text. `of` names the method that wants it. */
  text(value: Value, of: string): string {
    const bound = this.value(value);
    if (typeof bound === 'string') return bound;
    throw this.error(
      `Method ${of}() expects to get an argument of type String while it got ${typeName(bound)}`,
    );
  }

  /** A whole number, for paging; clients send null for a limit that nobody gave. */
  count(value: Value, of: string, otherwise: number): number {
    const bound = this.value(value);
    if (bound === null) return otherwise;
    if (typeof bound === 'number' && Number.isInteger(bound)) {
      if (bound < 0) throw this.error(`${of} cannot be negative, but was ${bound}.`);
      return bound;
    }
    throw this.error(`${of} must be a whole number, but was ${JSON.stringify(bound)}.`);
  }

  error(message: string): InvalidQueryError {
    return new InvalidQueryError(message, this.#query);
  }

  #parameter(name: string): QueryValue {
    if (!Object.hasOwn(this.#parameters, name)) {
      throw this.error(`The parameter '$${name}' has no value: pass it in QueryParameters`);
    }
    return fromJson(this.#parameters[name]);
  }
}

function fromJson(value: unknown): QueryValue {
  return value === undefined ? null : (value as QueryValue);
}

export function typeName(value: QueryValue): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'String';
    case 'bigint':
      return 'Long';
    case 'number':
      return Number.isInteger(value) ? 'Long' : 'Double';
    case 'boolean':
      return 'Boolean';
    default:
      return 'object';
  }
}
