import { LinqError } from '../linq-error.ts';
import { parseLinq } from '../syntax/parse-linq.ts';
import type { Expression } from '../syntax/syntax-tree.ts';
import type { Context } from './context.ts';
import { outputShape } from './output-shape.ts';
import { translate } from './translate-expression.ts';
import { loadsOf, looksUpValues } from './translate-load.ts';
import { expressionsOf } from './walk.ts';

export interface TranslatedMap {
  /** JavaScript that calls `map` for each of its collections. */
  readonly script: string;
  /** Names of fields; null where the text does not tell. */
  readonly fields: readonly string[] | null;
  /** Collections that it loads documents from. */
  readonly loads: readonly string[];
  /** It looks up compare-exchange values. */
  readonly looksUpValues: boolean;
}

const ALL = '@all_docs';

/** A C# map as JavaScript. @throws LinqError */
export function translateMap(source: string): TranslatedMap {
  const tree = parseLinq(source);
  const roots = rootsOf(tree);
  const [root, second] = roots;
  if (root === undefined)
    throw new LinqError(source, 0, 'A map must read from docs: from o in docs.Orders select …');
  if (second !== undefined) {
    throw new LinqError(source, second.at, 'A map reads from one collection: write a map for each of them.');
  }
  const context: Context = {
    source,
    variables: new Set(),
    groups: new Set(),
    root: { is: (expression) => expression === root, script: '[__document]' },
    isReduce: false,
  };
  const fields = outputShape(tree, context);
  const body = translate(tree, context);
  const maps = collectionsOf(root, source).map(
    (collection) => `map(${JSON.stringify(collection)}, (__document) => __cs.outputs(${body}));`,
  );
  return { script: maps.join('\n'), fields, loads: loadsOf(tree), looksUpValues: looksUpValues(tree) };
}

/** What reads documents: `docs.Orders`, `docs["Orders"]`, `docs.WhereEntityIs(…)`, or `docs` alone. */
function rootsOf(tree: Expression): readonly Expression[] {
  const all = [...expressionsOf(tree)];
  const callees = new Set(all.flatMap((one) => (one.kind === 'call' ? [one.callee] : [])));
  const found = all.filter((one) => isDocs(one) || (isPartOfDocs(one) && !callees.has(one)));
  const inner = new Set(
    found.flatMap((one) => {
      if (one.kind === 'member' || one.kind === 'item') return [one.target];
      return one.kind === 'call' && one.callee.kind === 'member' ? [one.callee.target] : [];
    }),
  );
  return found.filter((one) => !inner.has(one));
}

function isDocs(expression: Expression): boolean {
  return expression.kind === 'name' && expression.name === 'docs';
}

function isPartOfDocs(expression: Expression): boolean {
  if (expression.kind === 'member' || expression.kind === 'item') return isDocs(expression.target);
  if (expression.kind !== 'call' || expression.callee.kind !== 'member') return false;
  return expression.callee.name === 'WhereEntityIs' && isDocs(expression.callee.target);
}

function collectionsOf(root: Expression, source: string): readonly string[] {
  if (root.kind === 'member') return [root.name];
  const names = root.kind === 'item' ? [root.index] : root.kind === 'call' ? root.values : [];
  if (root.kind === 'name') return [ALL];
  return names
    .flatMap((one) => (one.kind === 'list' ? one.items : [one]))
    .map((one) => {
      if (one.kind === 'literal' && typeof one.value === 'string') return one.value;
      throw new LinqError(source, one.at, 'The name of a collection must be a text.');
    });
}
