import type { Expression, Member, Name } from '../syntax/syntax-tree.ts';
import { type Context, fault, variable } from './context.ts';
import { CONVERSIONS, ENUMERATIONS, LIST_CLASSES, STATIC_METHODS, STATIC_VALUES } from './known-methods.ts';

/** @throws LinqError when nothing has that name */
export function translateName({ name, at }: Name, context: Context): string {
  if (context.variables.has(name)) return variable(name);
  throw fault(context, { at }, `The name '${name}' does not exist in the current context.`);
}

/** The names of `System.Math.Max`; null where it begins with a variable or is no chain of names. */
function pathOf(expression: Expression, context: Context): readonly string[] | null {
  if (expression.kind === 'name') return context.variables.has(expression.name) ? null : [expression.name];
  if (expression.kind !== 'member') return null;
  const before = pathOf(expression.target, context);
  return before === null ? null : [...before, expression.name];
}

/** The type that an expression names, such as `string` or `System.Math`; null: it is a value. */
export function typeOf(expression: Expression, context: Context): string | null {
  const name = pathOf(expression, context)?.at(-1) ?? '';
  const isType =
    Object.hasOwn(STATIC_METHODS, name) ||
    ENUMERATIONS.has(name) ||
    LIST_CLASSES.has(name) ||
    CONVERSIONS.has(name);
  return isType || name === 'CultureInfo' || name === 'Guid' ? name : null;
}

/** `string.Empty`; null: it is no static member. @throws LinqError */
export function translateStaticMember({ target, name, at }: Member, context: Context): string | null {
  const type = typeOf(target, context);
  if (type === null) return null;
  const value = STATIC_VALUES.get(`${type}.${name}`);
  if (value !== undefined) return value;
  if (ENUMERATIONS.has(type)) return JSON.stringify(name);
  if (type.startsWith('DateTime') && /^(Now|UtcNow|Today)$/.test(name)) {
    throw fault(
      context,
      { at },
      `Cannot use ${type}.${name} during a map or reduce phase. The value would be that of the time of indexing: store the time in the document, or compare with it in the query.`,
    );
  }
  throw fault(context, { at }, `'${type}.${name}' is not supported.`);
}
