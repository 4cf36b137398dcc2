import type { Call, Expression, Member } from '../syntax/syntax-tree.ts';
import { type Context, fault, isOfRoot, withGroups } from './context.ts';
import { CONVERSIONS, LIST_CLASSES, METHODS, STATIC_METHODS, UNSERVED } from './known-methods.ts';
import { translate } from './translate-expression.ts';
import { LOAD_VALUE, loadDocument, loadValue } from './translate-load.ts';
import { typeOf } from './translate-name.ts';

/** @throws LinqError */
export function translateCall(call: Call, context: Context): string {
  const { callee } = call;
  if (callee.kind === 'name') return freeCall(call, callee.name, context);
  if (callee.kind !== 'member') throw fault(context, call, 'Only methods can be called.');
  const { target } = callee;
  if (target.kind === 'name' && target.name === 'this') return freeCall(call, callee.name, context);
  const type = typeOf(target, context);
  return type === null
    ? method(callee, target, call.values, context)
    : staticCall(call, callee, type, context);
}

type Free = (values: readonly string[], call: Call) => string;

/** Functions of the index's base class. */
const FREE: Readonly<
  Record<string, { readonly least: number; readonly most: number; readonly write: Free }>
> = {
  Id: { least: 1, most: 1, write: ([value]) => `__cs.idOf(${value})` },
  MetadataFor: { least: 1, most: 1, write: ([value]) => `__cs.metadataOf(${value})` },
  AsJson: { least: 1, most: 1, write: ([value]) => `${value}` },
  AsDateOnly: { least: 1, most: 1, write: ([value]) => `__cs.call("ToString", ${value}, "yyyy-MM-dd")` },
  Recurse: { least: 2, most: 2, write: ([value, of]) => `__cs.recurse(${value}, ${of})` },
  CreateField: { least: 2, most: 4, write: (values) => `__cs.createField(${values.join(', ')})` },
  CreateSpatialField: {
    least: 1,
    most: 2,
    write: (values) => `createSpatialField(${values.join(', ')})`,
  },
  CreateVector: { least: 1, most: 1, write: ([value]) => `createVector(${value})` },
  TryConvert: {
    least: 1,
    most: 1,
    write: ([value], { types }) =>
      `__cs.converted.${CONVERSIONS.get(types[0]?.name ?? '') ?? 'text'}(${value})`,
  },
};

function freeCall(call: Call, name: string, context: Context): string {
  if (name === 'LoadDocument') return loadDocument(call, context);
  if (name === LOAD_VALUE) return loadValue(call, context);
  const unserved = UNSERVED.get(name);
  if (unserved !== undefined) throw fault(context, call, `${unserved}.`);
  const known = Object.hasOwn(FREE, name) ? FREE[name] : undefined;
  if (known === undefined) {
    throw fault(context, call, `The name '${name}' does not exist in the current context.`);
  }
  const { length } = call.values;
  if (length < known.least || length > known.most) {
    throw fault(context, call, `'${name}' does not take ${length} values.`);
  }
  return known.write(
    call.values.map((value) => translate(value, context)),
    call,
  );
}

function staticCall(call: Call, callee: Member, type: string, context: Context): string {
  const { name } = callee;
  const isStatic = Object.hasOwn(STATIC_METHODS, type) && STATIC_METHODS[type]?.has(name) === true;
  if (isStatic) {
    const values = call.values.map((value) => translate(value, context));
    return `__cs.statics[${JSON.stringify(`${type}.${name}`)}](${values.join(', ')})`;
  }
  const [target, ...values] = call.values;
  if (LIST_CLASSES.has(type) && target !== undefined) return method(callee, target, values, context);
  throw fault(context, callee, `'${type}.${name}' is not supported.`);
}

function method(callee: Member, target: Expression, values: readonly Expression[], context: Context): string {
  const { name } = callee;
  if (name === 'Boost') return boost(callee, target, values, context);
  if (!METHODS.has(name)) throw fault(context, callee, `The method '${name}' is not supported.`);
  requireSense(callee, target, context);
  const own = withGroups(context, isGrouped(target, context) ? parametersOf(values[0]) : []);
  const grouped = name === 'GroupBy' ? withGroups(own, parametersOf(values.at(-1)).slice(1)) : own;
  const given = [target, ...values].map((value) => translate(value, grouped));
  return `__cs.call(${[JSON.stringify(name), ...given].join(', ')})`;
}

/** `value.Boost(factor)`: of a field, or of the whole object. */
function boost(callee: Member, target: Expression, values: readonly Expression[], context: Context): string {
  const [factor, more] = values;
  if (factor === undefined || more !== undefined) throw fault(context, callee, "'Boost' takes one value.");
  return `__cs.boosted(${translate(target, context)}, ${translate(factor, context)})`;
}

function parametersOf(value: Expression | undefined): readonly string[] {
  return value?.kind === 'lambda' ? value.parameters : [];
}

/** Whether its items are groups: `results.GroupBy(…)`, maybe filtered. */
function isGrouped(expression: Expression, context: Context): boolean {
  if (expression.kind === 'query') return expression.end.kind === 'group';
  if (expression.kind !== 'call' || expression.callee.kind !== 'member') return false;
  const { target, name } = expression.callee;
  if (name === 'GroupBy') return isOfRoot(target, context);
  return name === 'Where' && isGrouped(target, context);
}

/** What RavenDB refuses, too, because it can't be right: it would depend on how documents come together. */
function requireSense(callee: Member, target: Expression, context: Context): void {
  const { name } = callee;
  if (/^(OrderBy|ThenBy)/.test(name) && isOfRoot(target, context)) {
    throw fault(
      context,
      callee,
      `${name} calls are not valid during map or reduce phase: order the results in the query.`,
    );
  }
  if ((name === 'Count' || name === 'LongCount') && isOfGroup(target, context)) {
    throw fault(
      context,
      callee,
      'Reduce cannot contain Count() methods in grouping: results are reduced again. Map Count = 1, and use g.Sum(x => x.Count).',
    );
  }
}

/** A group, or its items by other methods; what SelectMany gives may well be counted. */
function isOfGroup(expression: Expression, context: Context): boolean {
  if (expression.kind === 'name') return context.groups.has(expression.name);
  if (expression.kind !== 'call' || expression.callee.kind !== 'member') return false;
  return expression.callee.name !== 'SelectMany' && isOfGroup(expression.callee.target, context);
}
