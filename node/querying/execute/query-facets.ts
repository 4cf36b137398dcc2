import type { DocumentReader } from '../../documents/document-reader.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { FacetPlan, FacetRequest } from '../plan/facets/facet-plan.ts';
import { readFacetSetup } from '../plan/facets/read-facet-setup.ts';
import { FieldNeeds } from '../plan/field-need.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { MissingDocumentError } from '../query-error.ts';
import { evaluateInTurns } from './evaluate.ts';
import { type QueryContext, searchedIndex } from './execute-query.ts';
import { facetJson } from './facets/execute-facets.ts';
import { indexMoment } from './index-moment.ts';
import type { SummaryAnswer } from './summary-answer.ts';

/** Counts what matches instead of showing it. The page of the query has no part in it. Pauses as `queryIndex` does. */
export function* queryFacets(
  plan: QueryPlan,
  facets: readonly FacetRequest[],
  index: LocalIndex,
  context: QueryContext,
): Generator<void, SummaryAnswer> {
  const startedMs = performance.now();
  const moment = indexMoment(index, context.nowMs);
  const searched = searchedIndex(index, context.watch);
  const plans = facets.flatMap((facet) => planned(facet, plan, context));
  const entries = yield* evaluateInTurns(plan.where, searched);
  const results: Buffer[] = [];
  for (const facet of plans) results.push(yield* facetJson(facet, entries, searched, context.watch));
  return {
    ...moment,
    totalResults: results.length,
    durationMs: Math.round(performance.now() - startedMs),
    results,
  };
}

function planned(facet: FacetRequest, plan: QueryPlan, context: QueryContext): readonly FacetPlan[] {
  if (facet.kind === 'facet') return [facet.facet];
  const { documentId } = facet;
  return readFacetSetup(documentOf(documentId, context.documents.reader), documentId, {
    binder: plan.binder,
    needs: new FieldNeeds(),
    nowMs: context.nowMs,
  });
}

/** @throws MissingDocumentError */
function documentOf(id: string, reader: DocumentReader): unknown {
  const [document] = reader.getMany([id]);
  if (document === undefined) throw new MissingDocumentError(id);
  return JSON.parse(document.body.toString('utf8')) as unknown;
}
