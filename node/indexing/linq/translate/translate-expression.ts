import type { Expression, Hole, Lambda, TypeName } from '../syntax/syntax-tree.ts';
import { type Context, fault, variable, withVariables } from './context.ts';
import { CONVERSIONS } from './known-methods.ts';
import { isSurelyWhole } from './surely-whole.ts';
import { translateCall } from './translate-call.ts';
import { translateName, translateStaticMember } from './translate-name.ts';
import { translateQuery } from './translate-query.ts';

/** The JavaScript of a C# expression. @throws LinqError where there is none */
export function translate(expression: Expression, context: Context): string {
  if (context.root.is(expression)) return context.root.script;
  switch (expression.kind) {
    case 'literal':
      return expression.isFraction ? `__cs.fraction(${expression.value})` : JSON.stringify(expression.value);
    case 'name':
      return translateName(expression, context);
    case 'member':
      return (
        translateStaticMember(expression, context) ??
        `__cs.get(${translate(expression.target, context)}, ${JSON.stringify(expression.name)})`
      );
    case 'item':
      return `__cs.item(${translate(expression.target, context)}, ${translate(expression.index, context)})`;
    case 'call':
      return translateCall(expression, context);
    case 'query':
      return translateQuery(expression, context);
    case 'lambda':
      return translateLambda(expression, context);
    case 'unary':
      return unary(expression, context);
    case 'binary':
      return binary(expression, context);
    case 'choice': {
      const { test, whenTrue, whenFalse } = expression;
      return `(__cs.isTrue(${translate(test, context)}) ? ${translate(whenTrue, context)} : ${translate(whenFalse, context)})`;
    }
    case 'cast':
      return cast(expression.type, translate(expression.operand, context));
    case 'default':
      return cast(expression.type, 'null');
    case 'list':
      return `[${expression.items.map((item) => translate(item, context)).join(', ')}]`;
    case 'object':
      return `({ ${expression.members.map(({ name, value }) => `[${JSON.stringify(name)}]: ${translate(value, context)}`).join(', ')} })`;
    case 'dictionary':
      return `Object.fromEntries([${expression.entries
        .map(({ key, value }) => `[__cs.textOf(${translate(key, context)}), ${translate(value, context)}]`)
        .join(', ')}])`;
    case 'construct':
      return construct(expression, context);
    case 'interpolation':
      return `[${expression.parts.map((part) => interpolated(part, context)).join(', ')}].join("")`;
  }
}

export function translateLambda({ parameters, body }: Lambda, context: Context): string {
  const inner = withVariables(context, parameters);
  return `((${parameters.map(variable).join(', ')}) => ${translate(body, inner)})`;
}

const UNARY = { '-': 'negative', '~': 'inverted' } as const;

function unary({ operator, operand }: Extract<Expression, { kind: 'unary' }>, context: Context): string {
  const value = translate(operand, context);
  if (operator === '!') return `(!__cs.isTrue(${value}))`;
  return operator === '+' ? value : `__cs.${UNARY[operator]}(${value})`;
}

const BINARY: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'remainder',
  '<': 'less',
  '<=': 'lessOrEqual',
  '>': 'greater',
  '>=': 'greaterOrEqual',
  '==': 'equals',
  '&': 'and',
  '|': 'or',
  '^': 'differ',
};

function binary(expression: Extract<Expression, { kind: 'binary' }>, context: Context): string {
  const { operator } = expression;
  const left = translate(expression.left, context);
  const right = translate(expression.right, context);
  if (operator === '??') return `(${left} ?? ${right})`;
  if (operator === '&&' || operator === '||') {
    return `(__cs.isTrue(${left}) ${operator} __cs.isTrue(${right}))`;
  }
  if (operator === '!=') return `(!__cs.equals(${left}, ${right}))`;
  const isExact =
    operator === '/' &&
    context.isReduce &&
    !(isSurelyWhole(expression.left) && isSurelyWhole(expression.right));
  return `__cs.${isExact ? 'quotient' : BINARY[operator]}(${left}, ${right})`;
}

function cast({ name, isNullable, isArray }: TypeName, value: string): string {
  const conversion = isArray ? undefined : CONVERSIONS.get(name);
  if (conversion === undefined) return value;
  return isNullable ? `__cs.castNullable("${conversion}", ${value})` : `__cs.casts.${conversion}(${value})`;
}

function construct(
  { type, values, at }: Extract<Expression, { kind: 'construct' }>,
  context: Context,
): string {
  const given = values.map((value) => translate(value, context));
  if (type.name === 'DateTime' || type.name === 'DateTimeOffset') {
    if (given.length > 7) throw fault(context, { at }, 'A DateTime is made of year to millisecond.');
    return `__cs.time(${given.length === 0 ? '1' : given.join(', ')})`;
  }
  if (type.name === 'TimeSpan') {
    const [days, hours, minutes, seconds, ms] =
      given.length === 3 ? ['0', ...given] : given.length > 3 ? given : ['0', '0', '0', '0', '0'];
    if (given.length === 1) return `__cs.span(${given[0]})`;
    return `__cs.span((((${days} * 24 + ${hours}) * 60 + ${minutes}) * 60 + ${seconds}) * 1e7 + ${ms ?? '0'} * 1e4)`;
  }
  throw fault(context, { at }, `'new ${type.name}(…)' is not supported.`);
}

function interpolated(part: string | Hole, context: Context): string {
  if (typeof part === 'string') return JSON.stringify(part);
  const text = `__cs.formatted(${translate(part.value, context)}, ${JSON.stringify(part.format)})`;
  return part.width === null ? text : `__cs.aligned(${text}, ${part.width})`;
}
