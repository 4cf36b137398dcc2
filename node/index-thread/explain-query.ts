import { type ExplainedChoice, explainChoice } from '../indexing/auto/explain-choice.ts';
import type { AutoIndexDefinition } from '../indexing/definitions/index-definition.ts';
import { compileAny, type QueryRequest } from '../querying/plan/compile-query.ts';
import { ValueLookup } from '../scripting/value-lookup.ts';

/** What can be said of a query without asking it. */
export interface QueryExplanation {
  /** Which auto index would answer, and why the others don't; null: it asks for none. */
  readonly choice: ExplainedChoice | null;
  /** The script of its UPDATE clause; null: it has none. */
  readonly update: string | null;
}

/** `existing`: auto indexes of the database. */
export function explainQuery(
  query: QueryRequest,
  existing: readonly AutoIndexDefinition[],
  values: ValueLookup,
): QueryExplanation {
  const { plan, update } = compileAny(query, Date.now(), values);
  const { source } = plan;
  const isAuto = source.kind === 'auto' || source.kind === 'group';
  return { choice: isAuto ? explainChoice(source, existing) : null, update };
}

/** Name of the index that a query asks as things stand: also of one that it would have made. `?`: it can't be read. */
export function indexNameOf(query: QueryRequest, existing: readonly AutoIndexDefinition[]): string {
  try {
    const { source } = compileAny(query, Date.now(), new ValueLookup(new Map())).plan;
    if (source.kind === 'collection') return `collection/${source.collection ?? '@all_docs'}`;
    return source.kind === 'index' ? source.name : explainChoice(source, existing).index;
  } catch {
    // Whoever asks it is told why.
    return '?';
  }
}
