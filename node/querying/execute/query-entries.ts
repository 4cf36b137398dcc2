import type { IndexField } from '../../indexing/definitions/index-field.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import { isBoost } from '../../indexing/static/boosts.ts';
import { fieldTerms } from '../../indexing/store/field-terms.ts';
import type { IndexEntry } from '../../indexing/store/index-entry.ts';
import { NULL, TEXT_TERM, type Term, termText } from '../../indexing/store/term.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import { evaluateInTurns } from './evaluate.ts';
import { type QueryContext, searchedIndex } from './execute-query.ts';
import { indexMoment } from './index-moment.ts';
import { ENTRIES_READ_AT_ONCE, ENTRIES_SHOWN_MAX, RESULT_BYTES_MAX } from './limits.ts';
import type { QueryAnswer } from './query-answer.ts';
import type { QueryWatch } from './query-watch.ts';
import { orderOf } from './result-order.ts';

/** Answers with the entries that match, as the terms they are found by, in place of their documents. Pauses as `queryIndex` does. */
export function* queryEntries(
  plan: QueryPlan,
  index: LocalIndex,
  { nowMs, watch }: QueryContext,
): Generator<void, QueryAnswer> {
  const startedMs = performance.now();
  const moment = indexMoment(index, nowMs);
  const searched = searchedIndex(index, watch);
  const matching = yield* evaluateInTurns(plan.where, searched);
  const page = yield* pageOf(plan, orderOf(plan, matching, searched), watch);
  const fields = [...index.fields.values()].filter(({ name }) => !isBoost(name));
  const isGrouped = index.spec.reduce !== undefined;
  const results: Buffer[] = [];
  let bytes = 0;
  for (let at = 0; at < page.length; at += ENTRIES_READ_AT_ONCE) {
    for (const row of searched.reader.entryRows(page.slice(at, at + ENTRIES_READ_AT_ONCE))) {
      watch?.check();
      if (row === undefined) continue;
      const json = Buffer.from(JSON.stringify(shown(row, fields, isGrouped)));
      bytes += json.byteLength;
      if (bytes > RESULT_BYTES_MAX) throw tooLong(`${RESULT_BYTES_MAX} bytes`, plan);
      results.push(json);
    }
    if (watch?.isTurnOver === true) yield;
  }
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
    scriptsRead: false,
    ...moment,
  };
}

/** @throws InvalidQueryError when it has more entries than are shown */
function* pageOf(
  plan: QueryPlan,
  ordered: Iterable<number>,
  watch: QueryWatch | undefined,
): Generator<void, readonly number[]> {
  const page: number[] = [];
  let skip = plan.skip;
  if (plan.take === 0) return page;
  for (const entry of ordered) {
    if (watch?.isTurnOver === true) yield;
    if (skip-- > 0) continue;
    page.push(entry);
    if (page.length > ENTRIES_SHOWN_MAX) throw tooLong(`${ENTRIES_SHOWN_MAX} entries`, plan);
    if (page.length >= plan.take) break;
  }
  return page;
}

function tooLong(limit: string, { text }: QueryPlan): InvalidQueryError {
  return new InvalidQueryError(
    `A query shows ${limit} of an index at most: ask for a page of them with 'limit'`,
    text,
  );
}

function shown(
  { id, values }: IndexEntry,
  fields: readonly IndexField[],
  isGrouped: boolean,
): Readonly<Record<string, unknown>> {
  const named = fields.flatMap((field) => {
    const texts = fieldTerms(field, values[field.source] ?? []).terms.flatMap(textOf);
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
