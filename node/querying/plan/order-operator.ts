import type { ComparisonOperator } from '../rql/syntax-tree.ts';

/** Whether two values whose order is this (below 0: the first is less; 0: they are equal) are as the operator says. */
export function isAsOrdered(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}
