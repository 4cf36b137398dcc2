import { LinqError } from '../linq-error.ts';
import { parseLinq } from '../syntax/parse-linq.ts';
import type { Expression } from '../syntax/syntax-tree.ts';
import { type Context, isOfRoot } from './context.ts';
import { outputShape } from './output-shape.ts';
import { translate } from './translate-expression.ts';
import type { TranslatedMap } from './translate-map.ts';
import { expressionsOf } from './walk.ts';

/**
 * A C# reduce as JavaScript that calls `groupBy` and `aggregate`: the key is what the group clause says for one value,
 * and the values of one group are reduced by the whole text.
 *
 * @throws LinqError
 */
export function translateReduce(source: string): TranslatedMap {
  const tree = parseLinq(source);
  const context = contextOf(source, '__values');
  const all = [...expressionsOf(tree)];
  if (!all.some(context.root.is)) {
    throw new LinqError(
      source,
      0,
      'A reduce must read from results: from r in results group r by r.A into g …',
    );
  }
  const key = all.map((one) => keyOf(one, context)).find((one) => one !== null);
  if (key === undefined || key === null) {
    throw new LinqError(source, tree.at, 'Reduce function must contain a group by expression.');
  }
  const fields = outputShape(tree, context);
  const keyScript = translate(key, contextOf(source, '[__value]'));
  const script = [
    `groupBy((__value) => ${keyScript}[0])`,
    `.aggregate(({ values: __values }) => __cs.only(__cs.outputs(${translate(tree, context)})));`,
  ].join('');
  return { script, fields, loads: [], looksUpValues: false };
}

function contextOf(source: string, script: string): Context {
  return {
    source,
    variables: new Set(),
    groups: new Set(),
    root: { is: (expression) => expression.kind === 'name' && expression.name === 'results', script },
    isReduce: true,
  };
}

/** What gives the keys of values in place of their groups; null where nothing is grouped here. */
function keyOf(expression: Expression, context: Context): Expression | null {
  if (!isOfRoot(expression, context)) return null;
  if (expression.kind === 'query') {
    const { end } = expression;
    return end.kind === 'group'
      ? { ...expression, end: { kind: 'select', at: end.at, value: end.key } }
      : null;
  }
  if (expression.kind !== 'call' || expression.callee.kind !== 'member') return null;
  const { callee, values } = expression;
  if (callee.name !== 'GroupBy') return null;
  return { ...expression, callee: { ...callee, name: 'Select' }, values: values.slice(0, 1) };
}
