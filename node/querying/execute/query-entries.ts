import type { IndexField } from '../../indexing/definitions/index-field.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import { fieldTerms } from '../../indexing/store/field-terms.ts';
import type { IndexEntry } from '../../indexing/store/index-entry.ts';
import { NULL, TEXT_TERM, type Term, termText } from '../../indexing/store/term.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import { evaluate } from './evaluate.ts';
import { type QueryContext, searchedIndex } from './execute-query.ts';
import { indexMoment } from './index-moment.ts';
import { ENTRIES_SHOWN_MAX } from './limits.ts';
import type { QueryAnswer } from './query-answer.ts';
import { orderOf } from './result-order.ts';

/** Answers with the entries that match, as the terms they are found by, in place of their documents. */
export function queryEntries(
  plan: QueryPlan,
  index: LocalIndex,
  { nowMs, watch }: QueryContext,
): QueryAnswer {
  const startedMs = performance.now();
  const moment = indexMoment(index, nowMs);
  const searched = searchedIndex(index, watch);
  const matching = evaluate(plan.where, searched);
  const page = [...orderOf(plan, matching, searched)].slice(plan.skip, plan.skip + plan.take);
  if (page.length > ENTRIES_SHOWN_MAX) {
    throw new InvalidQueryError(
      `A query shows ${ENTRIES_SHOWN_MAX} entries of an index at most: ask for a page of them with 'limit'`,
      plan.text,
    );
  }
  const fields = [...index.fields.values()];
  const isGrouped = index.spec.reduce !== undefined;
  const results = index.reader
    .entryRows(page)
    .flatMap((row) =>
      row === undefined ? [] : [Buffer.from(JSON.stringify(shown(row, fields, isGrouped)))],
    );
  return {
    totalResults: matching.length,
    scannedResults: 0,
    skippedResults: 0,
    durationMs: Math.round(performance.now() - startedMs),
    includedPaths: null,
    results,
    includes: [],
    includedValueKeys: null,
    withTimings: false,
    ...moment,
  };
}

function shown(
  { id, values }: IndexEntry,
  fields: readonly IndexField[],
  isGrouped: boolean,
): Readonly<Record<string, unknown>> {
  const named = fields.flatMap((field) => {
    const texts = fieldTerms(field, values[field.source] ?? []).flatMap(({ term }) => textOf(term));
    return texts.length === 0 ? [] : [[field.name, texts.length === 1 ? texts[0] : texts] as const];
  });
  return {
    [isGrouped ? 'hash(key())' : 'id()']: isGrouped ? id : id.toLowerCase(),
    ...Object.fromEntries(named),
  };
}

/** Numbers and dates are shown by the text they have as well. */
function textOf(term: Term): readonly (string | null)[] {
  if (term === NULL) return [null];
  return term.kind === TEXT_TERM ? [termText(term.bytes)] : [];
}
