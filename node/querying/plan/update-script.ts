import type { LoadItem, RqlQuery, Value } from '../rql/syntax-tree.ts';
import { functionText } from './declared-function.ts';
import { documentPath, isValue } from './names.ts';

/**
 * The script of an UPDATE clause: the document goes by the alias of the query, too; declared functions and what the
 * query loads are there by their names.
 */
export function updateScript({ update, from, functions, load }: RqlQuery): string {
  const { alias } = from;
  const loaded = load.map((item, at) => loadText(item, alias, namesBefore(load, at)));
  return [
    ...functions.map(functionText),
    ...(alias === undefined ? [] : [`const ${alias} = this;`]),
    ...loaded,
    update?.text ?? '',
  ].join('\n');
}

function namesBefore(load: readonly LoadItem[], at: number): ReadonlySet<string> {
  return new Set(load.slice(0, at).map(({ alias }) => alias));
}

function loadText(item: LoadItem, alias: string | undefined, before: ReadonlySet<string>): string {
  const { expression } = item;
  const name = JSON.stringify(item.alias);
  const [from, path] = isValue(expression)
    ? [valueText(expression), []]
    : before.has(expression.parts[0]?.name ?? '')
      ? [expression.parts[0]?.name, documentPath({ kind: 'field', parts: expression.parts.slice(1) })]
      : ['this', documentPath(expression, alias)];
  return `const ${item.alias} = __loaded(${from}, ${JSON.stringify(path)}, ${item.isArray}, ${name});`;
}

/** Only texts and lists of them name documents. */
function valueText(value: Value): string {
  if (value.kind === 'string') return JSON.stringify(value.value);
  return value.kind === 'parameter' ? `$${value.name}` : 'null';
}
