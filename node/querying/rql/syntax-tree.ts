/**
 * An RQL query as it was written. Nothing is resolved: aliases, parameters and the meaning of methods are the
 * planner's. All values are immutable.
 */
export interface RqlQuery {
  readonly functions: readonly DeclaredFunction[];
  readonly from: FromClause;
  readonly groupBy: readonly GroupItem[];
  readonly where?: Expression;
  readonly orderBy: readonly OrderItem[];
  readonly load: readonly LoadItem[];
  readonly filter?: Expression;
  readonly select?: SelectClause;
  /** Body of `update { … }`, without the braces. */
  readonly update?: JavaScriptText;
  readonly include: readonly Argument[];
  readonly paging: Paging;
}

/** JavaScript as it stands in the query. */
export interface JavaScriptText {
  readonly text: string;
  /** Where it starts in the query, in characters: for positions in its errors. */
  readonly position: number;
}

export interface DeclaredFunction {
  readonly kind: 'function' | 'timeseries';
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: JavaScriptText;
}

export interface FromClause {
  /** `from index 'X'`, else a collection, `@all_docs` or `@empty`. */
  readonly isIndex: boolean;
  readonly source: string;
  readonly alias?: string;
  /** `from Users(Age > 3)`: the short form of a filter of time series days; nobody serves it. */
  readonly sourceFilter?: Expression;
}

export interface GroupItem {
  readonly expression: Field | MethodCall | Value;
  readonly alias?: string;
}

export interface OrderItem {
  readonly expression: Field | MethodCall | StringValue;
  readonly as: OrderType;
  readonly descending: boolean;
  readonly nulls?: 'first' | 'last';
}

/** `implicit`: as the values come, which is by their text, but dates by time. */
export type OrderType = 'implicit' | 'string' | 'long' | 'double' | 'alphaNumeric';

export interface LoadItem {
  readonly expression: Field | Value;
  readonly alias: string;
  /** `as x[]`: the expression gives several ids. */
  readonly isArray: boolean;
}

export type SelectClause =
  | {
      readonly kind: 'fields';
      readonly distinct: boolean;
      readonly items: readonly SelectItem[];
    }
  | { readonly kind: 'all'; readonly distinct: boolean }
  /** `select { a: b }`: with the braces. */
  | { readonly kind: 'javascript'; readonly distinct: boolean; readonly object: JavaScriptText };

export interface SelectItem {
  readonly expression: Field | MethodCall | Value | TimeSeriesText;
  readonly alias?: string;
}

/** `timeseries(from …)`: kept as text, since time series are not served. */
export interface TimeSeriesText {
  readonly kind: 'timeseries';
  readonly body: JavaScriptText;
}

export interface Paging {
  readonly limit?: Value;
  readonly offset?: Value;
  readonly filterLimit?: Value;
}

export type Expression =
  | { readonly kind: 'true' }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | Comparison
  | Between
  | In
  | MethodCall;

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

export interface Comparison {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Field | MethodCall;
  readonly right: Value | Field | MethodCall;
}

/** Both ends belong to the range. */
export interface Between {
  readonly kind: 'between';
  readonly operand: Field | MethodCall;
  readonly min: Value | MethodCall;
  readonly max: Value | MethodCall;
}

export interface In {
  readonly kind: 'in';
  readonly operand: Field | MethodCall;
  /** `all in`: an array must hold every one of them. */
  readonly all: boolean;
  readonly values: readonly Value[];
}

export interface Field {
  readonly kind: 'field';
  readonly parts: readonly FieldPart[];
}

export interface FieldPart {
  readonly name: string;
  readonly isQuoted: boolean;
  /** One entry a pair of brackets that follows: `[]` null, `[2]` 2. */
  readonly indexers: readonly (number | null)[];
}

export interface MethodCall {
  readonly kind: 'method';
  /** As it was written, dots included: `spatial.within`. Compares without case. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** `cmpxchg('x').a.b` has ['a', 'b']. */
  readonly path: readonly string[];
}

export interface Argument {
  readonly expression: Value | Field | Expression;
  readonly alias?: string;
}

export interface NumberValue {
  readonly kind: 'number';
  /** As it was written: 64-bit integers don't fit a number. */
  readonly text: string;
  readonly isInteger: boolean;
}

export interface StringValue {
  readonly kind: 'string';
  readonly value: string;
}

export type Value =
  | NumberValue
  | StringValue
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'parameter'; readonly name: string };
