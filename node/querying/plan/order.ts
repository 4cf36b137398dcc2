import { UnknownMethodError, UnsupportedQueryError } from '../query-error.ts';
import type { OrderItem, OrderType } from '../rql/syntax-tree.ts';
import type { Aggregates } from './compile-group.ts';
import type { FieldNeeds } from './field-need.ts';
import { fieldName, isId } from './names.ts';

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
  | { readonly kind: 'random'; readonly seed: string | undefined };

export function compileOrder(
  items: readonly OrderItem[],
  needs: FieldNeeds,
  alias: string | undefined,
  aggregates?: Aggregates,
): readonly OrderKey[] {
  return items.map((item) => orderKey(item, needs, alias, aggregates));
}

function orderKey(
  item: OrderItem,
  needs: FieldNeeds,
  alias: string | undefined,
  aggregates: Aggregates | undefined,
): OrderKey {
  const { expression, as, descending, nulls } = item;
  if (isId(expression)) {
    needs.add('id()');
    return { kind: 'id', descending, alphaNumeric: as === 'alphaNumeric' };
  }
  if (expression.kind === 'method') {
    const aggregate = aggregates?.fieldOf(expression, alias);
    if (aggregate === undefined) return orderMethod(item);
    needs.add(aggregate);
    // Counts and sums are numbers, said or not.
    const type = as === 'implicit' ? 'double' : as;
    return { kind: 'field', field: aggregate, type, descending, ...(nulls === undefined ? {} : { nulls }) };
  }
  if (expression.kind === 'string') throw new UnsupportedQueryError('ORDER BY a text');
  const field = fieldName(expression, alias);
  needs.add(field);
  return { kind: 'field', field, type: as, descending, ...(nulls === undefined ? {} : { nulls }) };
}

function orderMethod({ expression, descending }: OrderItem): OrderKey {
  if (expression.kind !== 'method') throw new UnsupportedQueryError('ORDER BY');
  switch (expression.name.toLowerCase()) {
    case 'score':
      return { kind: 'score', descending };
    case 'random': {
      const seed = expression.arguments[0]?.expression;
      return { kind: 'random', seed: seed?.kind === 'string' ? seed.value : undefined };
    }
    case 'spatial.distance':
    case 'custom':
      throw new UnsupportedQueryError(`ORDER BY ${expression.name}()`);
    default:
      throw new UnknownMethodError(expression.name);
  }
}
