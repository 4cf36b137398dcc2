import type { Expression, Field, MethodCall, Value } from '../../rql/syntax-tree.ts';
import { compileWhere } from '../compile-where.ts';
import { fieldName } from '../names.ts';
import type { WhereContext } from '../where-scope.ts';
import type { FacetRange } from './facet-plan.ts';

type Comparing = Extract<Expression, { kind: 'comparison' | 'between' }>;

/**
 * One range of a facet: `price < 5`, `price >= 5 and price < 10`, `price between 5 and 10`.
 *
 * @throws InvalidQueryError for any other clause
 */
export function facetRange(
  expression: Expression,
  context: WhereContext,
): { readonly field: string; readonly range: FacetRange } {
  const parts = comparisons(expression, context);
  const fields = [...new Set(parts.map((part) => fieldOf(part, context)))];
  const [field = '', other] = fields;
  if (other !== undefined) throw severalFields(field, other, context);
  return {
    field,
    range: {
      text: parts.map((part) => textOf(part, field, context)).join(' and '),
      predicate: compileWhere(expression, context),
    },
  };
}

export function severalFields(one: string, other: string, { binder }: WhereContext): Error {
  return binder.error(
    `Facet ranges must be defined on the same field while we got '${one}' and '${other}' used in the same facet`,
  );
}

function comparisons(expression: Expression, context: WhereContext): readonly Comparing[] {
  switch (expression.kind) {
    case 'and':
      return [...comparisons(expression.left, context), ...comparisons(expression.right, context)];
    case 'between':
      return [expression];
    case 'comparison':
      if (expression.operator === '=' || expression.operator === '!=') break;
      return [expression];
    default:
      break;
  }
  const what = expression.kind === 'comparison' ? expression.operator : expression.kind;
  throw context.binder.error(
    `Unsupported operator in a range of a facet query: ${what}. A range is made of <, <=, >, >=, between and and`,
  );
}

function fieldOf(part: Comparing, { binder, alias }: WhereContext): string {
  const operand = part.kind === 'between' ? part.operand : part.left;
  if (operand.kind === 'field') return fieldName(operand, alias);
  throw binder.error(`A range of a facet is about a field, but ${operand.name}() is a method`);
}

/** As it was written, with parameters replaced by their values and texts without their quotes. */
function textOf(part: Comparing, field: string, context: WhereContext): string {
  const shown = (value: Value | Field | MethodCall): string => valueText(value, context);
  return part.kind === 'between'
    ? `${field} between ${shown(part.min)} and ${shown(part.max)}`
    : `${field} ${part.operator} ${shown(part.right)}`;
}

function valueText(value: Value | Field | MethodCall, { binder }: WhereContext): string {
  switch (value.kind) {
    case 'method':
      return `${value.name}()`;
    case 'field':
      return fieldName(value);
    case 'number':
      return value.text;
    default:
      return String(binder.scalar(value));
  }
}
