import type { DocumentReader } from '../../documents/document-reader.ts';
import type { HeldDocuments } from '../../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { LostIndexError, LostMomentError, UnknownMethodError } from '../query-error.ts';
import { collectionRows } from './collection-rows.ts';
import { evaluate } from './evaluate.ts';
import {
  answerAt,
  kindOf,
  pageOf,
  type QueryContext,
  queryIndex,
  rowsOf,
  searchedIndex,
} from './execute-query.ts';
import { STREAM_MOMENT_MS_MAX } from './limits.ts';
import type { RowKind } from './project.ts';
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

/**
 * `index`: null for a collection query, of which everything is shown as it is now, with what it loads.
 *
 * @param nowMs a clock that only goes forward
 */
export function streamQuery(
  plan: QueryPlan,
  index: LocalIndex | null,
  context: QueryContext,
  nowMs: () => number = () => performance.now(),
): QueryStream {
  const { paths, valuePaths, highlights, explanations } = plan.include;
  if (paths.length + valuePaths.length + highlights.length > 0 || explanations !== undefined) {
    throw new UnknownMethodError('include in a stream');
  }
  if (plan.facets !== undefined) throw new UnknownMethodError('facet() in a stream');
  if (plan.suggestions !== undefined) throw new UnknownMethodError('suggest() in a stream');
  if (index !== null) return streamOf(plan, indexSource(plan, index, context), context);
  const moment = context.documents.hold();
  try {
    return streamOf(plan, collectionSource(plan, moment, nowMs), context);
  } catch (error) {
    moment.close();
    throw error;
  }
}

/** Where the results of a stream come from. */
interface StreamSource {
  readonly kind: RowKind;
  /** What the query answers with this plan. */
  answer(plan: QueryPlan, context: QueryContext): Generator<void, QueryAnswer>;
  rows(): Generator<FoundRow, undefined>;
  /** What scripts load from. */
  readonly reader: DocumentReader;
  /** @throws when it is not there any more */
  check(): void;
  close(): void;
}

function collectionSource(plan: QueryPlan, moment: HeldDocuments, nowMs: () => number): StreamSource {
  const { source } = plan;
  if (source.kind !== 'collection') throw new TypeError('The plan is not one of a collection.');
  const endMs = nowMs() + STREAM_MOMENT_MS_MAX;
  return {
    kind: 'collection',
    answer: (of, context) => answerAt(moment, of, context),
    *rows() {
      for (const document of collectionRows(moment.reader, source)) {
        yield { document, stored: NOTHING_STORED };
      }
      return undefined;
    },
    reader: moment.reader,
    check() {
      if (nowMs() > endMs) throw new LostMomentError(STREAM_MOMENT_MS_MAX);
    },
    close: () => moment.close(),
  };
}

function indexSource(
  plan: QueryPlan,
  index: LocalIndex,
  { documents, watch }: Pick<QueryContext, 'documents' | 'watch'>,
): StreamSource {
  return {
    kind: kindOf(index),
    answer: (of, context) => queryIndex(of, index, context),
    *rows() {
      const searched = searchedIndex(index, watch);
      const entries = evaluate(plan.where, searched);
      yield* rowsOf(orderOf(plan, entries, searched), entries.length, index, documents.reader);
      return undefined;
    },
    reader: documents.reader,
    check() {
      if (index.isDropped) throw new LostIndexError(index.spec.name);
    },
    close() {},
  };
}

function streamOf(plan: QueryPlan, source: StreamSource, context: QueryContext): QueryStream {
  const { filter: _, ...unfiltered } = plan;
  const head = withoutPause(source.answer({ ...unfiltered, skip: 0, take: 0 }, context));
  const { watch } = context;
  const page = pageOf(plan, source.kind, context, source.reader);
  const rows = source.rows();
  let isDone = plan.take === 0;
  const close = (): void => {
    isDone = true;
    rows.return(undefined);
    source.close();
  };
  return {
    head,
    next(bytes) {
      // What it reads from is closed then.
      if (!isDone) source.check();
      watch?.restart();
      while (!isDone && page.bytes < bytes) {
        watch?.check();
        const { value, done } = rows.next();
        isDone = done === true || !page.take(value);
        if (!isDone && watch?.isTurnOver === true && page.bytes === 0) return null;
        if (watch?.isTurnOver === true) break;
      }
      if (isDone) close();
      return page.drain();
    },
    close,
  };
}
