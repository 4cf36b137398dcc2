import type { DeclaredFunction, RqlQuery } from '../rql/syntax-tree.ts';
import { readQuery } from './read-query.ts';

/** What can be said of a query by its text alone. */
export interface QueryTraits {
  /** As it is written, `@all_docs` too; null: the query is of an index by name. */
  readonly collection: string | null;
  readonly groups: boolean;
  readonly isDistinct: boolean;
  readonly isSorted: boolean;
  /** Its results are objects of JavaScript. */
  readonly isScript: boolean;
  /** Methods that it calls anywhere, in lower case. */
  readonly methods: ReadonlySet<string>;
}

/** @throws RqlSyntaxError */
export function queryTraits(text: string): QueryTraits {
  const rql = readQuery(text);
  const { from, select, groupBy, orderBy, functions } = rql;
  return {
    collection: from.isIndex ? null : from.source,
    groups: groupBy.length > 0,
    isDistinct: select?.distinct === true,
    isSorted: orderBy.length > 0,
    isScript: select?.kind === 'javascript' || callsAny(select, functions),
    methods: new Set(methodsOf(rql)),
  };
}

function callsAny(select: RqlQuery['select'], functions: readonly DeclaredFunction[]): boolean {
  if (select?.kind !== 'fields') return false;
  return select.items.some(
    ({ expression }) =>
      expression.kind === 'method' && functions.some(({ name }) => name === expression.name),
  );
}

/** A clause is a tree of plain values; parsing has bounded its depth. */
function* methodsOf(clause: unknown): Iterable<string> {
  if (typeof clause !== 'object' || clause === null) return;
  const { kind, name } = clause as { readonly kind?: unknown; readonly name?: unknown };
  if (kind === 'method' && typeof name === 'string') yield name.toLowerCase();
  for (const part of Object.values(clause)) yield* methodsOf(part);
}
