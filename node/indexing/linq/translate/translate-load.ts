import type { Call, Expression } from '../syntax/syntax-tree.ts';
import { type Context, fault } from './context.ts';
import { translate } from './translate-expression.ts';
import { expressionsOf } from './walk.ts';

/** `LoadDocument(id, "Companies")`, also of a list of ids. @throws LinqError */
export function loadDocument(call: Call, context: Context): string {
  if (context.isReduce) {
    throw fault(context, call, 'LoadDocument can be called in a map only: load there what the reduce needs.');
  }
  const [id, collection] = call.values;
  if (id === undefined || collection === undefined || call.values.length > 2) {
    throw fault(
      context,
      call,
      'LoadDocument takes the id of a document, or a list of them, and the name of its collection.',
    );
  }
  if (collectionOf(call) === null) {
    throw fault(
      context,
      call,
      'LoadDocument method has to be called with constant value as collection name.',
    );
  }
  return `__cs.loadDocument(${translate(id, context)}, ${translate(collection, context)})`;
}

export const LOAD_VALUE = 'LoadCompareExchangeValue';

/** `LoadCompareExchangeValue<int>("rate")`, also of a list of keys. What the type says is forgotten. @throws LinqError */
export function loadValue(call: Call, context: Context): string {
  if (context.isReduce) {
    throw fault(
      context,
      call,
      `${LOAD_VALUE} can be called in a map only: load there what the reduce needs.`,
    );
  }
  const [key, ...others] = call.values;
  if (key === undefined || others.length > 0) {
    throw fault(context, call, `${LOAD_VALUE} takes the key of a compare-exchange value, or a list of them.`);
  }
  return `__cs.loadValue(${translate(key, context)})`;
}

/** Whether a map looks up compare-exchange values. */
export function looksUpValues(tree: Expression): boolean {
  return [...expressionsOf(tree)].some((one) => one.kind === 'call' && calls(one, LOAD_VALUE));
}

/** The collections that a map loads from. */
export function loadsOf(tree: Expression): readonly string[] {
  const names = [...expressionsOf(tree)].flatMap((one) =>
    one.kind === 'call' && calls(one, 'LoadDocument') ? (collectionOf(one) ?? []) : [],
  );
  return [...new Set(names)];
}

/** A function of the index's base class, by its name or with `this`. */
function calls({ callee }: Call, name: string): boolean {
  if (callee.kind === 'name') return callee.name === name;
  return (
    callee.kind === 'member' &&
    callee.name === name &&
    callee.target.kind === 'name' &&
    callee.target.name === 'this'
  );
}

function collectionOf({ values: [, collection] }: Call): string | null {
  const isText = collection?.kind === 'literal' && typeof collection.value === 'string';
  return isText && collection.value !== '' ? (collection.value as string) : null;
}
