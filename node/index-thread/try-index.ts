import type { StaticIndexDefinition } from '../indexing/definitions/index-definition.ts';
import type { IndexSpec, IndexType } from '../indexing/local/index-spec.ts';
import { ALL_DOCUMENTS } from '../indexing/local/index-state.ts';
import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../indexing/local/local-index.ts';
import type { LocalIndexes } from '../indexing/local/local-indexes.ts';
import { staticIndexSpec } from '../indexing/static/static-index-spec.ts';
import { answerFromIndex } from '../querying/execute/answer-query.ts';
import type { QueryContext } from '../querying/execute/execute-query.ts';
import { findBases } from '../querying/execute/more-like-this/find-bases.ts';
import { queryEntries } from '../querying/execute/query-entries.ts';
import { withoutPause } from '../querying/execute/query-watch.ts';
import { compileQuery, type QueryRequest } from '../querying/plan/compile-query.ts';
import type { QueryPlan } from '../querying/plan/query-plan.ts';
import { InvalidQueryError } from '../querying/query-error.ts';
import type { ScriptEngine } from '../scripting/script-engine.ts';
import type { KnownValues, ValueLookup } from '../scripting/value-lookup.ts';
import { entryFields } from './debug-index.ts';
import { type TrialChoice, TrialDocuments } from './trial-documents.ts';

/** The name by which queries ask for the index that is tried out: no index can have it. */
export const TRIAL_NAME = '<TestIndexName>';

/** A definition that is to be tried out on some documents. */
export interface IndexTrial {
  readonly definition: StaticIndexDefinition;
  readonly query: QueryRequest;
  readonly documents: TrialChoice;
  readonly timeoutMs: number;
  /** Compare-exchange values that the query may ask for; others are asked for by `ValuesMissing`. */
  readonly values?: KnownValues;
}

/** What came of it: lists of JSON texts. */
export interface TrialOutcome {
  /** Entries that the query finds, as their terms. */
  readonly entries: readonly string[];
  /** What the query answers. */
  readonly results: readonly string[];
  /** What the maps gave, in the order of the documents: each the JSON of a list. */
  readonly mapped: readonly string[];
  /** All results of groups. */
  readonly reduced: readonly string[];
  readonly hasDynamicFields: boolean;
  /** There are documents that it has not mapped. */
  readonly isStale: boolean;
  /** Time was up before it had mapped what it was to be tried out with. */
  readonly isCutShort: boolean;
  readonly type: IndexType;
  readonly errors: LocalIndex['state']['errors'];
}

export interface TrialContext {
  readonly indexes: LocalIndexes;
  readonly documents: IndexedDocuments;
  readonly scripts: ScriptEngine;
  /** The database is not being closed. */
  readonly isOpen: () => boolean;
}

/**
 * Makes an index of some documents, asks it, and leaves nothing of it.
 *
 * @throws IndexDefinitionError, and what a query throws
 */
export async function tryIndex(
  trial: IndexTrial,
  values: ValueLookup,
  { indexes, documents, scripts, isOpen }: TrialContext,
): Promise<TrialOutcome> {
  const nowMs = Date.now();
  const plan = compileQuery(trial.query, nowMs, values);
  if (plan.source.kind !== 'index') {
    throw new InvalidQueryError(
      `The query of a test must read from the index: from index '${TRIAL_NAME}'`,
      plan.text,
    );
  }
  const spec = staticIndexSpec({ ...trial.definition, Name: TRIAL_NAME }, scripts);
  const chosen = new TrialDocuments(spec.collections, trial.documents);
  const isDone = (index: LocalIndex): boolean =>
    chosen.hasAllNamed ||
    (spec.collections ?? [null]).every((collection) => {
      const key = (collection ?? ALL_DOCUMENTS).toLowerCase();
      return chosen.hasMore(key) || documents.lastEtag(collection) <= index.progressOf(key).seenEtag;
    });
  const until = performance.now() + trial.timeoutMs;
  return indexes.withTrial(limited(spec, chosen), async (index) => {
    while (!isDone(index) && performance.now() < until && isOpen()) {
      await index.indexSome();
      // Queries and other indexes have their turn in between.
      await new Promise(setImmediate);
    }
    await index.settled();
    const outcome = outcomeOf(plan, index, chosen, { documents, scripts, nowMs });
    return { ...outcome, isCutShort: !isDone(index) };
  });
}

/** The same index of chosen documents only, which writes nothing of its groups. */
function limited({ output: _, ...spec }: IndexSpec, chosen: TrialDocuments): IndexSpec {
  return {
    ...spec,
    map: (documents, load, values) => {
      const own = documents.filter((document) => chosen.takes(document));
      const results = new Map(spec.map(own, load, values).map((result, at) => [own[at], result]));
      return documents.map((document) => {
        const result = results.get(document) ?? { entries: [] };
        if (results.has(document)) chosen.mapped(document, result);
        return result;
      });
    },
  };
}

function outcomeOf(
  plan: QueryPlan,
  index: LocalIndex,
  chosen: TrialDocuments,
  context: QueryContext,
): Omit<TrialOutcome, 'isCutShort'> {
  const settled = findBases(plan, index, context.documents.reader);
  const { spec, state } = index;
  return {
    entries: texts(withoutPause(queryEntries(settled, index, context)).results),
    results: texts(withoutPause(answerFromIndex(settled, index, context)).results),
    mapped: chosen.given,
    reduced:
      spec.reduce === undefined
        ? []
        : texts(withoutPause(answerFromIndex(everything(), index, context)).results),
    hasDynamicFields: entryFields(index).some(({ isStatic }) => !isStatic),
    isStale: chosen.isCut || index.isStale(),
    type: spec.type,
    errors: state.errors,
  };
}

function everything(): QueryPlan {
  const query = `from index '${TRIAL_NAME}'`;
  return compileQuery({ query, parameters: {}, start: 0, pageSize: Number.MAX_SAFE_INTEGER }, 0);
}

function texts(results: readonly Buffer[]): readonly string[] {
  return results.map((result) => result.toString('utf8'));
}
