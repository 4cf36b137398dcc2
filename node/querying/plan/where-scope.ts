import { UnknownMethodError } from '../query-error.ts';
import type { Field, MethodCall, Value } from '../rql/syntax-tree.ts';
import type { QueryValue, ValueBinder } from './bind-values.ts';
import type { CalledFunctions } from './called-functions.ts';
import type { Aggregates } from './compile-group.ts';
import type { FieldNeeds } from './field-need.ts';
import { fieldName, isId } from './names.ts';
import { serverTime } from './server-time.ts';

export interface WhereContext {
  readonly binder: ValueBinder;
  readonly alias?: string;
  /** Collects what the clause needs of which field. */
  readonly needs: FieldNeeds;
  readonly nowMs: number;
  /** The query is of an index that somebody wrote: it has the fields that it has. */
  readonly isIndex?: boolean;
  /** Comparisons tell upper from lower case, as those of `filter` do. */
  readonly comparesExactly?: true;
  /** In a `group by` query: who notes what is counted and summed. */
  readonly aggregates?: Aggregates;
  /** In a filter, which runs on documents: who notes the functions that are called. */
  readonly calls?: CalledFunctions;
}

/** What surrounds a clause. */
export interface Scope extends WhereContext {
  readonly isExact: boolean;
}

/** What is said of a group. */
const AGGREGATES: ReadonlySet<string> = new Set(['count', 'sum', 'key']);

/** A field, as the index calls it in this scope; what it takes is noted. */
export function operand(of: Field | MethodCall, scope: Scope): string {
  if (of.kind === 'method') {
    const called = scope.calls?.fieldOf(of);
    if (called !== undefined) return scope.isExact ? `exact(${called})` : called;
    const aggregate = scope.aggregates?.fieldOf(of, scope.alias);
    if (aggregate === undefined) {
      if (scope.aggregates === undefined && AGGREGATES.has(of.name.toLowerCase())) {
        throw scope.binder.error(`${of.name}() may only be used in group by queries`);
      }
      throw new UnknownMethodError(of.name);
    }
    scope.needs.add(aggregate);
    return aggregate;
  }
  const written = fieldName(of, scope.alias);
  const name = scope.aggregates?.aliased(written)?.field ?? written;
  scope.needs.add(name, { exact: scope.isExact });
  return scope.isExact ? `exact(${name})` : name;
}

/** What a filter, which runs on documents, compares a field with if it is no value; undefined: it is one. */
export function filteredField(of: Value | Field | MethodCall, scope: Scope): string | undefined {
  if (scope.calls === undefined) return undefined;
  if (isId(of)) return 'id()';
  if (of.kind === 'method') return scope.calls.fieldOf(of);
  return of.kind === 'field' ? operand(of, { ...scope, isExact: false }) : undefined;
}

/** The value that a field is compared with. */
export function rightHand(right: Value | Field | MethodCall, scope: Scope): QueryValue {
  if (right.kind === 'method') {
    if (right.name.toLowerCase() === 'cmpxchg') return scope.binder.compareExchange(right);
    return serverTime(right, scope.binder, scope.nowMs);
  }
  if (right.kind === 'field') {
    throw scope.binder.error(
      `A field can be compared with a value only, but '${fieldName(right)}' is a field: put texts in quotes`,
    );
  }
  return scope.binder.scalar(right);
}
