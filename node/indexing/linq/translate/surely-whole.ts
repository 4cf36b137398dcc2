import type { Expression } from '../syntax/syntax-tree.ts';
import { CONVERSIONS } from './known-methods.ts';

const WHOLE_METHODS = new Set(['Count', 'LongCount', 'IndexOf', 'ToInt16', 'ToInt32', 'ToInt64', 'ToByte']);

/** Whether the text alone says that it is a whole number, whatever values come. */
export function isSurelyWhole(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'number' && !expression.isFraction;
    case 'cast':
      return CONVERSIONS.get(expression.type.name) === 'whole';
    case 'unary':
      return isSurelyWhole(expression.operand);
    case 'binary':
      return isSurelyWhole(expression.left) && isSurelyWhole(expression.right);
    case 'call':
      return expression.callee.kind === 'member' && WHOLE_METHODS.has(expression.callee.name);
    default:
      return false;
  }
}
