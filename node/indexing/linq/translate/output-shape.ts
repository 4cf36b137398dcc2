import type { Expression } from '../syntax/syntax-tree.ts';
import { type Context, fault } from './context.ts';
import { LIST_CLASSES } from './known-methods.ts';

/** Methods that leave the items of a list as they are. */
const KEEPING = new Set([
  'Where',
  'Distinct',
  'Take',
  'Skip',
  'ToList',
  'ToArray',
  'AsEnumerable',
  'Concat',
  'Union',
]);

/**
 * The names of the fields that a map or reduce gives; null where its text does not tell.
 *
 * @throws LinqError where what it gives is no object with fields
 */
export function outputShape(tree: Expression, context: Context): readonly string[] | null {
  if (context.root.is(tree)) throw noObject(tree, context);
  if (tree.kind === 'query') {
    if (tree.end.kind === 'group') throw noObject(tree, context);
    return fieldsOf(tree.end.value, context);
  }
  if (tree.kind !== 'call' || tree.callee.kind !== 'member') throw noObject(tree, context);
  const { name, target: receiver } = tree.callee;
  const isStatic = receiver.kind === 'name' && LIST_CLASSES.has(receiver.name);
  const [target, ...values] = isStatic ? tree.values : [receiver, ...tree.values];
  const last = values.at(-1);
  if (target === undefined) throw noObject(tree, context);
  if (name === 'SelectMany' && values.length === 1 && last?.kind === 'lambda') {
    return last.body.kind === 'query' || last.body.kind === 'call' ? outputShape(last.body, context) : null;
  }
  if (/^(Select|SelectMany)$/.test(name) || (name === 'GroupBy' && values.length > 1)) {
    return last?.kind === 'lambda' ? fieldsOf(last.body, context) : null;
  }
  if (KEEPING.has(name)) return outputShape(target, context);
  throw noObject(tree, context);
}

function fieldsOf(value: Expression, context: Context): readonly string[] | null {
  switch (value.kind) {
    case 'object':
      if (value.type !== null) throw noObject(value, context);
      if (value.members.length === 0)
        throw fault(context, value, "Could not extract any fields from 'new { }'.");
      return value.members.map(({ name }) => name);
    case 'dictionary': {
      const names = value.entries.map(({ key }) => (key.kind === 'literal' ? String(key.value) : null));
      return names.includes(null) ? null : names.filter((name) => name !== null);
    }
    case 'cast':
      return fieldsOf(value.operand, context);
    case 'call':
      if (value.callee.kind === 'member' && value.callee.name === 'Boost') {
        return fieldsOf(value.callee.target, context);
      }
      throw noObject(value, context);
    case 'choice': {
      const whenTrue = fieldsOf(value.whenTrue, context);
      const whenFalse = fieldsOf(value.whenFalse, context);
      return isSame(whenTrue, whenFalse) ? whenTrue : null;
    }
    default:
      throw noObject(value, context);
  }
}

/** Whether two shapes have the same names; one that is not known may be any. */
export function isSame(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return true;
  return one.length === other.length && one.every((name) => other.includes(name));
}

function noObject(where: Expression, context: Context) {
  return fault(
    context,
    where,
    "Indexing function must return an anonymous object or Dictionary<string, object>. Did you forget to add 'new' in last select clause?",
  );
}
