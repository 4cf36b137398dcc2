import type { DocumentReader } from '../../documents/document-reader.ts';
import type { HeldDocuments } from '../../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { LostIndexError, LostMomentError, UnknownMethodError } from '../query-error.ts';
import { collectionRows } from './collection-rows.ts';
import { evaluateInTurns } from './evaluate.ts';
import { answerAt, kindOf, pageOf, type QueryContext, rowsOf, searchedIndex } from './execute-query.ts';
import { inOneMoment } from './in-one-moment.ts';
import { indexMoment } from './index-moment.ts';
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
 * Of a collection query: everything is shown as it is now, with what it loads.
 *
 * @param nowMs a clock that only goes forward
 */
export function streamCollection(
  plan: QueryPlan,
  context: QueryContext,
  nowMs: () => number = () => performance.now(),
): QueryStream {
  refuseUnstreamed(plan);
  const moment = context.documents.hold();
  try {
    const { filter: _, ...unfiltered } = plan;
    const head = withoutPause(answerAt(moment, { ...unfiltered, skip: 0, take: 0 }, context));
    return streamOf(plan, head, collectionSource(plan, moment, nowMs), context);
  } catch (error) {
    moment.close();
    throw error;
  }
}

/** Of an index: which entries match, and how many, is of one moment of it. Pauses as `queryIndex` does until it is open. */
export function streamIndex(
  plan: QueryPlan,
  index: LocalIndex,
  context: QueryContext,
): Generator<void, QueryStream> {
  refuseUnstreamed(plan);
  return inOneMoment(index, context.watch, () => openIndex(plan, index, context));
}

function* openIndex(plan: QueryPlan, index: LocalIndex, context: QueryContext): Generator<void, QueryStream> {
  const { documents, watch, nowMs } = context;
  const moment = indexMoment(index, nowMs);
  const searched = searchedIndex(index, watch);
  const entries = yield* evaluateInTurns(plan.where, searched);
  const ordered = orderOf(plan, entries, searched);
  const source: StreamSource = {
    kind: kindOf(index),
    rows: rowsOf(ordered, entries.length, index, documents.reader),
    reader: documents.reader,
    check() {
      if (index.isDropped) throw new LostIndexError(index.spec.name);
    },
    close() {},
  };
  return streamOf(plan, { totalResults: entries.length, ...moment }, source, context);
}

function refuseUnstreamed({ include, facets, suggestions }: QueryPlan): void {
  const { paths, valuePaths, highlights, explanations } = include;
  if (paths.length + valuePaths.length + highlights.length > 0 || explanations !== undefined) {
    throw new UnknownMethodError('include in a stream');
  }
  if (facets !== undefined) throw new UnknownMethodError('facet() in a stream');
  if (suggestions !== undefined) throw new UnknownMethodError('suggest() in a stream');
}

/** Where the results of a stream come from. */
interface StreamSource {
  readonly kind: RowKind;
  readonly rows: Generator<FoundRow, unknown>;
  /** What scripts load from. */
  readonly reader: DocumentReader;
  /** @throws when it is not there any more */
  check(): void;
  close(): void;
}

function collectionSource({ source }: QueryPlan, moment: HeldDocuments, nowMs: () => number): StreamSource {
  if (source.kind !== 'collection') throw new TypeError('The plan is not one of a collection.');
  const endMs = nowMs() + STREAM_MOMENT_MS_MAX;
  return {
    kind: 'collection',
    rows: foundIn(moment, source),
    reader: moment.reader,
    check() {
      if (nowMs() > endMs) throw new LostMomentError(STREAM_MOMENT_MS_MAX);
    },
    close: () => moment.close(),
  };
}

function* foundIn(
  { reader }: HeldDocuments,
  source: Extract<QueryPlan['source'], { kind: 'collection' }>,
): Generator<FoundRow, undefined> {
  for (const document of collectionRows(reader, source)) yield { document, stored: NOTHING_STORED };
  return undefined;
}

function streamOf(
  plan: QueryPlan,
  head: QueryStream['head'],
  source: StreamSource,
  context: QueryContext,
): QueryStream {
  const { watch } = context;
  const page = pageOf(plan, source.kind, context, source.reader);
  const { rows } = source;
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
