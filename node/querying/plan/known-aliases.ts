import { InvalidQueryError } from '../query-error.ts';
import type { Field, RqlQuery } from '../rql/syntax-tree.ts';

/**
 * Where a query names its documents, a path begins with such a name: else a misspelt one would be a field that no
 * document has. A filter reads documents as they are, and the conditions of a static index name its fields.
 *
 * @throws InvalidQueryError
 */
export function requireKnownAliases(rql: RqlQuery, text: string): void {
  const { from, load, select, where, orderBy, groupBy, include } = rql;
  const aliases = [from.alias, ...load.map(({ alias }) => alias)].filter((alias) => alias !== undefined);
  if (aliases.length === 0) return;
  const known = new Set(aliases);
  const ofFields = from.isIndex ? [] : [where, orderBy];
  // Conditions nest as deep as they like: no recursion.
  const left: unknown[] = [groupBy, load, select, include, ...ofFields];
  for (let node = left.pop(); node !== undefined || left.length > 0; node = left.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    if (!isField(node)) {
      left.push(...Object.values(node));
      continue;
    }
    const [first, ...more] = node.parts;
    const isPath = more.length > 0 || (first?.indexers.length ?? 0) > 0;
    if (!isPath || first === undefined || known.has(first.name)) continue;
    throw new InvalidQueryError(
      `Unknown alias ${first.name}, but there are aliases specified in the query (${aliases.join(', ')})`,
      text,
    );
  }
}

function isField(node: object): node is Field {
  return 'kind' in node && node.kind === 'field';
}
