import { InvalidQueryError, UnknownSorterError, UnsupportedQueryError } from '../query-error.ts';
import type { Argument, MethodCall, OrderItem, OrderType } from '../rql/syntax-tree.ts';
import { asField, fieldName, isId, isValue } from './names.ts';
import { type AskedShape, askedShape, literalValue, spatialField } from './spatial-arguments.ts';
import type { WhereContext } from './where-scope.ts';

/** One key of an order, by fields of the index. */
export type OrderKey =
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly type: OrderType;
      readonly descending: boolean;
      /** Where entries without a value go; as the direction says when absent. */
      readonly nulls?: 'first' | 'last';
    }
  | { readonly kind: 'id'; readonly descending: boolean; readonly alphaNumeric: boolean }
  | { readonly kind: 'score'; readonly descending: boolean }
  | {
      readonly kind: 'distance';
      readonly field: string;
      /** Distances are to its middle. */
      readonly shape: AskedShape;
      /** Distances within one step (in kilometres) are equal; 0: no step. */
      readonly step: number;
      readonly descending: boolean;
      readonly nulls?: 'first' | 'last';
    }
  | { readonly kind: 'random'; readonly seed: string | undefined };

export function compileOrder(items: readonly OrderItem[], context: WhereContext): readonly OrderKey[] {
  return items.map((item) => orderKey(item, context));
}

function orderKey(item: OrderItem, context: WhereContext): OrderKey {
  const { expression, as, descending } = item;
  const { needs, alias } = context;
  if (isId(expression)) {
    needs.add('id()');
    return { kind: 'id', descending, alphaNumeric: as === 'alphaNumeric' };
  }
  if (expression.kind === 'method') {
    const aggregate = context.aggregates?.fieldOf(expression, alias);
    if (aggregate === undefined) return orderMethod(item, expression, context);
    needs.add(aggregate);
    // Counts and sums are numbers, said or not.
    const type = as === 'implicit' ? 'double' : as;
    return { kind: 'field', field: aggregate, type, descending, ...nullsOf(item) };
  }
  if (expression.kind === 'string') throw new UnsupportedQueryError('ORDER BY a text');
  const written = fieldName(expression, alias);
  const aliased = context.aggregates?.aliased(written);
  const field = aliased?.field ?? written;
  needs.add(field);
  const type = as === 'implicit' && aliased?.isNumber === true ? 'double' : as;
  return { kind: 'field', field, type, descending, ...nullsOf(item) };
}

/** `custom(field, sorter)`: nobody can have written a sorter here. */
function unknownSorter({ arguments: given }: MethodCall, { binder }: WhereContext): Error {
  const [, sorter] = given;
  if (sorter === undefined || given.length > 2) {
    return new InvalidQueryError(
      `Invalid ORDER BY 'custom()' call, expected two arguments, a field and the name of a sorter, got ${given.length}`,
    );
  }
  const { expression } = sorter;
  return new UnknownSorterError(
    isValue(expression) ? String(binder.scalar(expression)) : shownName(expression),
  );
}

function shownName(expression: { readonly kind: string }): string {
  const field = asField(expression);
  return field === undefined ? expression.kind : fieldName(field);
}

function nullsOf({ nulls }: OrderItem): Pick<OrderItem, 'nulls'> {
  return nulls === undefined ? {} : { nulls };
}

/** Kilometres that distances are rounded to. What is no number rounds nothing: a client sends the name of a parameter. */
function stepOf(argument: Argument | undefined, context: WhereContext): number {
  if (argument === undefined) return 0;
  const value = literalValue(argument, context);
  return typeof value === 'number' || typeof value === 'bigint' ? Math.max(0, Number(value)) : 0;
}

function orderMethod(item: OrderItem, call: MethodCall, context: WhereContext): OrderKey {
  const { descending } = item;
  switch (call.name.toLowerCase()) {
    case 'score':
      return { kind: 'score', descending };
    case 'random': {
      const seed = call.arguments[0]?.expression;
      return { kind: 'random', seed: seed?.kind === 'string' ? seed.value : undefined };
    }
    case 'spatial.distance': {
      const field = spatialField(call, context);
      const shape = askedShape(call, context, ['point', 'wkt']);
      const [, , third] = call.arguments;
      return { kind: 'distance', field, shape, step: stepOf(third, context), descending, ...nullsOf(item) };
    }
    case 'custom':
      throw unknownSorter(call, context);
    default:
      throw new InvalidQueryError(`Invalid ORDER BY method call ${call.name}`);
  }
}
