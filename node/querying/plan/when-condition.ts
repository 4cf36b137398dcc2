import type { Comparison, ComparisonOperator, Expression, Field, MethodCall } from '../rql/syntax-tree.ts';
import type { QueryValue } from './bind-values.ts';
import { isAsOrdered } from './order-operator.ts';
import { rightHand, type Scope } from './where-scope.ts';

/**
 * Whether the condition of a `when(condition, clause)` holds for the parameters of the query. Numbers compare as
 * numbers, anything else as text without case; a parameter that nobody gave is null, and a list holds when one of its
 * values does.
 *
 * @throws InvalidQueryError when it is a condition on anything but parameters
 */
export function whenHolds(condition: Expression, scope: Scope): boolean {
  const { binder } = scope;
  switch (condition.kind) {
    case 'true':
      return true;
    case 'and':
      return whenHolds(condition.left, scope) && whenHolds(condition.right, scope);
    case 'or':
      return whenHolds(condition.left, scope) || whenHolds(condition.right, scope);
    case 'not':
      return !whenHolds(condition.operand, scope);
    case 'comparison':
      return comparisonHolds(condition, scope);
    case 'between': {
      const [min, max] = [rightHand(condition.min, scope), rightHand(condition.max, scope)];
      return givenValues(condition.operand, scope).some(
        (value) => compares('>=', value, min) && compares('<=', value, max),
      );
    }
    case 'in': {
      const given = givenValues(condition.operand, scope);
      const isGiven = (one: QueryValue): boolean => given.some((value) => compares('=', value, one));
      const list = binder.list(condition.values);
      return condition.all ? list.every(isGiven) : list.some(isGiven);
    }
    case 'method':
      throw binder.error(
        `The condition of when() compares parameters, as in when($name != null, …), but has ${condition.name}()`,
      );
  }
}

function comparisonHolds({ operator, left, right }: Comparison, scope: Scope): boolean {
  const value = rightHand(right, scope);
  const given = givenValues(left, scope);
  if (operator === '!=') return !given.some((one) => compares('=', one, value));
  return given.some((one) => compares(operator, one, value));
}

/** The values of a parameter, or of a member of it. */
function givenValues(of: Field | MethodCall, { binder }: Scope): readonly QueryValue[] {
  const [first, ...members] = of.kind === 'field' ? of.parts : [];
  if (first === undefined || first.isQuoted || !first.name.startsWith('$')) {
    throw binder.error('The condition of when() compares parameters only: write when($name != null, …)');
  }
  const value = members.reduce<QueryValue>(
    (object, { name }) => memberOf(object, name),
    binder.given(first.name.slice(1)),
  );
  return Array.isArray(value) ? value : [value];
}

function memberOf(value: QueryValue, name: string): QueryValue {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  return (value as Readonly<Record<string, QueryValue>>)[name] ?? null;
}

function compares(operator: ComparisonOperator, a: QueryValue, b: QueryValue): boolean {
  if (a === null || b === null) return operator === '=' && a === b;
  const order = isNumber(a) && isNumber(b) ? Number(a) - Number(b) : compareTexts(textOf(a), textOf(b));
  return isAsOrdered(operator, order);
}

function isNumber(value: QueryValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function textOf(value: QueryValue): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).toLowerCase();
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
