import type { IndexedDocuments } from '../../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { UnsuitedIndexError } from '../query-error.ts';
import { collectionRows } from './collection-rows.ts';
import { evaluateInTurns } from './evaluate.ts';
import { kindOf, searchedIndex } from './execute-query.ts';
import { inOneMoment } from './in-one-moment.ts';
import type { QueryWatch } from './query-watch.ts';
import { sortEntries } from './sort-entries.ts';

export interface FoundIds {
  readonly ids: readonly string[];
  readonly isStale: boolean;
}

/** Ids of the documents of a collection query, page and all, of one moment. Has turns, as many as it takes. */
export function* collectionIds(
  plan: QueryPlan,
  documents: IndexedDocuments,
  watch: QueryWatch,
): Generator<void, readonly string[]> {
  const { source } = plan;
  if (source.kind !== 'collection') throw new TypeError('The plan is not one of a collection.');
  return yield* documents.readInTurns(function* ({ reader }) {
    const ids: string[] = [];
    for (const { id } of collectionRows(reader, source)) {
      watch.check();
      ids.push(id);
      if (!watch.isTurnOver) continue;
      yield;
      watch.restart();
    }
    return page(ids, plan);
  });
}

/**
 * Ids of the documents of an index query, each once, of one moment of the index. Has turns.
 *
 * @throws UnsuitedIndexError when its results are no documents
 */
export function indexIds(plan: QueryPlan, index: LocalIndex, watch: QueryWatch): Generator<void, FoundIds> {
  if (kindOf(index) === 'group') {
    throw new UnsuitedIndexError(
      `Cannot execute bulk operation on Map-Reduce indexes: the results of '${index.spec.name}' are no documents.`,
    );
  }
  return inOneMoment(index, watch, () => idsOf(plan, index, watch));
}

function* idsOf(plan: QueryPlan, index: LocalIndex, watch: QueryWatch): Generator<void, FoundIds> {
  const searched = searchedIndex(index, watch);
  const isStale = index.isStale();
  const matching = yield* evaluateInTurns(plan.where, searched);
  const entries = [...sortEntries(matching, plan.order, searched, () => 0)];
  const ids = index.reader.entryRows(entries).flatMap((row) => (row === undefined ? [] : [row.id]));
  return { ids: page([...new Set(ids)], plan), isStale };
}

function page(ids: readonly string[], { skip, take }: QueryPlan): readonly string[] {
  return ids.slice(skip, take === Number.POSITIVE_INFINITY ? undefined : skip + take);
}
