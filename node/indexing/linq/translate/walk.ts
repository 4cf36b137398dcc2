import type { Expression } from '../syntax/syntax-tree.ts';

/** All expressions within one, itself first. */
export function* expressionsOf(tree: unknown): Generator<Expression> {
  if (typeof tree !== 'object' || tree === null) return;
  if ('kind' in tree && 'at' in tree && !CLAUSES.has(String(tree.kind))) yield tree as Expression;
  for (const child of Object.values(tree)) yield* expressionsOf(child);
}

/** Parts of queries that have a kind and are no expressions. */
const CLAUSES = new Set(['from', 'let', 'where', 'orderby', 'select', 'group']);
