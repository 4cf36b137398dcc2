import { type TokenSpan, tokenSpans } from '../../../indexing/analysis/token-spans.ts';
import type { IndexField } from '../../../indexing/definitions/index-field.ts';
import type { IndexEntry } from '../../../indexing/store/index-entry.ts';
import type { FieldValues } from '../../../indexing/values/index-value.ts';
import type { HighlightPlan } from '../../plan/highlight-plan.ts';
import type { QueryPlan } from '../../plan/query-plan.ts';
import type { SearchedIndex } from '../evaluate.ts';
import { resultKey } from '../result-key.ts';
import { fragmentsOf, type Hit } from './fragments.ts';
import { type SearchedText, searchedTexts } from './searched-texts.ts';

/** Fragments by the field, and by the result: its id, or the value of the group key. */
export type Highlightings = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A result that is shown: its id, or the name of its group. */
export interface ShownResult {
  readonly id: string;
  readonly lowerId: string;
}

/** Shows where the results hold what was searched. A field that was not searched has no member. */
export function highlightings(
  plan: QueryPlan,
  results: readonly ShownResult[],
  index: SearchedIndex,
  isGrouped: boolean,
): Highlightings {
  const found: Record<string, Record<string, readonly string[]>> = {};
  for (const one of plan.include.highlights) {
    const searched = searchedTexts(plan.where, one.field, index);
    if (searched.length === 0) continue;
    found[one.field] = Object.fromEntries(
      results.flatMap((result) => {
        const rows = index.reader.entryRows([...index.reader.entriesOf(result.lowerId)]);
        const fragments = rows.flatMap((row) =>
          row === undefined ? [] : inEntry(row, one, searched, index),
        );
        const key = resultKey(result, one.groupKey, index, isGrouped, 'highlight');
        return fragments.length === 0 ? [] : [[key, fragments.slice(0, one.count)] as const];
      }),
    );
  }
  return found;
}

function inEntry(
  row: IndexEntry,
  plan: HighlightPlan,
  searched: readonly SearchedText[],
  index: SearchedIndex,
): readonly string[] {
  const source = searched
    .map(({ field }) => index.fields.get(field)?.source)
    .find((one) => one !== undefined);
  const texts = textsOf(source === undefined ? [] : (row.values[source] ?? []));
  const hits: Hit[] = [];
  let start = 0;
  for (const text of texts) {
    hits.push(...hitsIn(text, searched, index).map((hit) => moved(hit, start)));
    start += text.length + 1;
  }
  return fragmentsOf(texts.join(' '), hits, plan);
}

function textsOf(values: FieldValues): readonly string[] {
  return values.flatMap((value) => (value === null || typeof value === 'object' ? [] : [String(value)]));
}

function moved({ start, end, kind }: Hit, by: number): Hit {
  return { start: start + by, end: end + by, kind };
}

/** Hits in their order; of those that overlap the first and longest. */
function hitsIn(text: string, searched: readonly SearchedText[], index: SearchedIndex): readonly Hit[] {
  const spansBy = new Map<IndexField, readonly TokenSpan[]>();
  const all = searched.flatMap((one, kind) => {
    const field = index.fields.get(one.field);
    if (field === undefined) return [];
    const spans = spansBy.get(field) ?? tokenSpans(field.analysis, text);
    spansBy.set(field, spans);
    return one.kind === 'token' ? tokenHits(spans, one.passes, kind) : phraseHits(spans, one.tokens, kind);
  });
  all.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Hit[] = [];
  for (const hit of all) if (hit.start >= (kept.at(-1)?.end ?? 0)) kept.push(hit);
  return kept;
}

function tokenHits(
  spans: readonly TokenSpan[],
  passes: (token: string) => boolean,
  kind: number,
): readonly Hit[] {
  return spans.filter(({ tokens }) => tokens.some(passes)).map(({ start, end }) => ({ start, end, kind }));
}

/** Stop words between the tokens are no hindrance: they are in no index. */
function phraseHits(spans: readonly TokenSpan[], tokens: readonly string[], kind: number): readonly Hit[] {
  const words = spans.filter((span) => span.tokens.length > 0);
  return words.flatMap((first, at) => {
    const isHere = tokens.every((token, n) => words[at + n]?.tokens.includes(token) === true);
    const last = words[at + tokens.length - 1];
    return isHere && last !== undefined ? [{ start: first.start, end: last.end, kind }] : [];
  });
}
