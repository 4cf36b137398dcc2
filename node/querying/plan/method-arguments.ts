import type { Argument, Expression, MethodCall, Value } from '../rql/syntax-tree.ts';
import { typeName } from './bind-values.ts';
import { asField, isId, isValue } from './names.ts';
import { operand, type Scope } from './where-scope.ts';

/** Arguments of methods of a where clause by what the methods expect; each throws an InvalidQueryError that says so. */

export function clauseOf(argument: Argument | undefined, call: MethodCall, { binder }: Scope): Expression {
  const given = argument?.expression;
  switch (given?.kind) {
    case 'true':
    case 'and':
    case 'or':
    case 'not':
    case 'comparison':
    case 'between':
    case 'in':
    case 'method':
      return given;
    default:
      throw binder.error(`Method ${call.name}() expects a clause as its first argument`);
  }
}

export function fieldOf(argument: Argument | undefined, call: MethodCall, scope: Scope): string {
  const given = argument?.expression;
  if (given !== undefined && isId(given)) {
    scope.needs.add('id()');
    return 'id()';
  }
  const field = asField(given);
  if (field === undefined) {
    throw scope.binder.error(`Method ${call.name}() expects a field as its first argument`);
  }
  return operand(field, scope);
}

export function literalOf(argument: Argument | undefined, call: MethodCall, { binder }: Scope): Value {
  const given = argument?.expression;
  if (given !== undefined && isValue(given)) return given;
  throw binder.error(`Method ${call.name}() expects a value as its second argument`);
}

export function textOf(argument: Argument | undefined, call: MethodCall, scope: Scope): string {
  return scope.binder.text(literalOf(argument, call, scope), call.name);
}

export function numberOf(argument: Argument | undefined, call: MethodCall, scope: Scope): number {
  const value = scope.binder.scalar(literalOf(argument, call, scope));
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw scope.binder.error(`Method ${call.name}() expects to get a number while it got ${typeName(value)}`);
}

/** As `numberOf`; clients may send a number as a text. */
export function factorOf(argument: Argument | undefined, call: MethodCall, scope: Scope): number {
  const given = literalOf(argument, call, scope);
  const value = scope.binder.scalar(given);
  const isNumber = given.kind === 'parameter' && typeof value === 'string' && NUMBER.test(value);
  return isNumber ? Number(value) : numberOf(argument, call, scope);
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;
