import { parseDate } from '../../indexing/values/date-text.ts';
import type { FieldValues, IndexValue } from '../../indexing/values/index-value.ts';
import { isAsOrdered } from '../plan/order-operator.ts';
import type { ComparisonOperator } from '../rql/syntax-tree.ts';

/** Whether any value of one field is to any of another as the operator says. Two that are both missing are equal. */
export function compareFields(operator: ComparisonOperator, left: FieldValues, right: FieldValues): boolean {
  if (operator === '!=') return !compareFields('=', left, right);
  if (operator === '=' && left.length + right.length === 0) return true;
  return left.some((one) =>
    right.some((other) => {
      if (operator === '=') return isEqual(one, other);
      const order = orderOf(one, other);
      return order !== undefined && isAsOrdered(operator, order);
    }),
  );
}

function isEqual(one: IndexValue, other: IndexValue): boolean {
  if (typeof one === 'object' && typeof other === 'object') return one?.json === other?.json;
  return one === other || orderOf(one, other) === 0;
}

/** Below 0: the first is less. Numbers have an order, dates by their time, and texts; undefined: these two have none. */
function orderOf(one: IndexValue, other: IndexValue): number | undefined {
  if (isNumber(one) && isNumber(other)) return one < other ? -1 : one > other ? 1 : 0;
  if (typeof one !== 'string' || typeof other !== 'string') return undefined;
  const [a, b] = [parseDate(one)?.ticks, parseDate(other)?.ticks];
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
  return one < other ? -1 : one > other ? 1 : 0;
}

function isNumber(value: IndexValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
