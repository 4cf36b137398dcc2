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

/** The collections that a map loads from. */
export function loadsOf(tree: Expression): readonly string[] {
  const names = [...expressionsOf(tree)].flatMap((one) =>
    one.kind === 'call' && isLoad(one) ? (collectionOf(one) ?? []) : [],
  );
  return [...new Set(names)];
}

function isLoad({ callee }: Call): boolean {
  if (callee.kind === 'name') return callee.name === 'LoadDocument';
  return (
    callee.kind === 'member' &&
    callee.name === 'LoadDocument' &&
    callee.target.kind === 'name' &&
    callee.target.name === 'this'
  );
}

function collectionOf({ values: [, collection] }: Call): string | null {
  const isText = collection?.kind === 'literal' && typeof collection.value === 'string';
  return isText && collection.value !== '' ? (collection.value as string) : null;
}
