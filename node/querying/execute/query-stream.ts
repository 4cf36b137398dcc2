import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { LostIndexError, UnknownMethodError } from '../query-error.ts';
import { collectionRows } from './collection-rows.ts';
import { evaluate } from './evaluate.ts';
import {
  kindOf,
  pageOf,
  type QueryContext,
  queryCollection,
  queryIndex,
  rowsOf,
  searchedIndex,
} from './execute-query.ts';
import type { QueryAnswer } from './query-answer.ts';
import { withoutPause } from './query-watch.ts';
import { orderOf } from './result-order.ts';
import { type FoundRow, NOTHING_STORED } from './row.ts';

/** Results of a query, some at a time: as many as there are, without ever holding all of them. */
export interface QueryStream {
  /** What is known before the first result. */
  readonly head: Pick<
    QueryAnswer,
    'totalResults' | 'indexName' | 'isStale' | 'indexTimestamp' | 'resultEtag'
  >;
  /** JSON of the next results, about so many bytes; empty at the end; null: others should have a turn first. */
  next(bytes: number): readonly Buffer[] | null;
  close(): void;
}

/** `index`: null for a collection query. */
export function streamQuery(plan: QueryPlan, index: LocalIndex | null, context: QueryContext): QueryStream {
  const { paths, valuePaths, highlights, explanations } = plan.include;
  if (paths.length + valuePaths.length + highlights.length > 0 || explanations !== undefined) {
    throw new UnknownMethodError('include in a stream');
  }
  if (plan.facets !== undefined) throw new UnknownMethodError('facet() in a stream');
  if (plan.suggestions !== undefined) throw new UnknownMethodError('suggest() in a stream');
  const { filter: _, ...unfiltered } = plan;
  const nothing: QueryPlan = { ...unfiltered, skip: 0, take: 0 };
  const head = withoutPause(
    index === null ? queryCollection(nothing, context) : queryIndex(nothing, index, context),
  );
  const { watch } = context;
  const { reader } = context.documents;
  const page = pageOf(plan, index === null ? 'collection' : kindOf(index), context, reader);
  const rows = foundRows(plan, index, context);
  let isDone = plan.take === 0;
  return {
    head,
    next(bytes) {
      if (index?.isDropped === true) {
        throw new LostIndexError(index.spec.name);
      }
      watch?.restart();
      while (!isDone && page.bytes < bytes) {
        watch?.check();
        const { value, done } = rows.next();
        isDone = done === true || !page.take(value);
        if (!isDone && watch?.isTurnOver === true && page.bytes === 0) return null;
        if (watch?.isTurnOver === true) break;
      }
      if (isDone) rows.return(undefined);
      return page.drain();
    },
    close() {
      isDone = true;
      rows.return(undefined);
    },
  };
}

function* foundRows(
  plan: QueryPlan,
  index: LocalIndex | null,
  { documents, watch }: QueryContext,
): Generator<FoundRow, undefined> {
  if (index === null) {
    if (plan.source.kind !== 'collection') throw new TypeError('The plan is not one of a collection.');
    for (const document of collectionRows(documents.reader, plan.source))
      yield { document, stored: NOTHING_STORED };
    return undefined;
  }
  const searched = searchedIndex(index, watch);
  const entries = evaluate(plan.where, searched);
  yield* rowsOf(orderOf(plan, entries, searched), entries.length, index, documents.reader);
  return undefined;
}
