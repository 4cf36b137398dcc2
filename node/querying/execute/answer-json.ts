import type { QueryAnswer } from './query-answer.ts';
import type { SummaryAnswer } from './summary-answer.ts';

const NEVER = '0001-01-01T00:00:00.0000000Z';

/** The protocol's body of a query's answer. */
export function answerJson(
  answer: QueryAnswer | SummaryAnswer,
  nodeTag: string,
  extras: readonly string[] = [],
): Buffer {
  if (!('scannedResults' in answer)) return summaryJson(answer, nodeTag, extras);
  const head = [
    `"TotalResults":${answer.totalResults}`,
    ...(answer.cappedMaxResults === undefined ? [] : [`"CappedMaxResults":${answer.cappedMaxResults}`]),
    `"ScannedResults":${answer.scannedResults}`,
    `"SkippedResults":${answer.skippedResults}`,
    `"DurationInMs":${answer.durationMs}`,
    `"IncludedPaths":${JSON.stringify(answer.includedPaths)}`,
    `"IndexName":${JSON.stringify(answer.indexName)}`,
  ].join(',');
  const parts = [...resultsAfter(head, answer.results), Buffer.from('],"Includes":{')];
  answer.includes.forEach(([id, json], at) => {
    parts.push(Buffer.from(`${at > 0 ? ',' : ''}${JSON.stringify(id)}:`), json);
  });
  parts.push(Buffer.from(`},${tailOf(answer, nodeTag, [...ownExtras(answer), ...extras])}}`));
  return Buffer.concat(parts);
}

function ownExtras({ highlightings, explanations, withTimings, durationMs }: QueryAnswer): readonly string[] {
  const took = `"DurationInMs":${durationMs}`;
  return [
    ...(highlightings === undefined ? [] : [`"Highlightings":${JSON.stringify(highlightings)}`]),
    ...(explanations === undefined ? [] : [`"Explanations":${JSON.stringify(explanations)}`]),
    ...(withTimings ? [`"Timings":{${took},"Timings":{"Query":{${took},"Timings":{}}}}`] : []),
  ];
}

/** Facets and suggestions: nothing was scanned, skipped or included. */
function summaryJson(answer: SummaryAnswer, nodeTag: string, extras: readonly string[]): Buffer {
  const head = [
    `"TotalResults":${answer.totalResults}`,
    `"DurationInMs":${answer.durationMs}`,
    `"IndexName":${JSON.stringify(answer.indexName)}`,
  ].join(',');
  const tail = tailOf(answer, nodeTag, extras);
  return Buffer.concat([...resultsAfter(head, answer.results), Buffer.from(`],"Includes":{},${tail}}`)]);
}

function resultsAfter(head: string, results: readonly Buffer[]): Buffer[] {
  const parts: Buffer[] = [Buffer.from(`{${head},"Results":[`)];
  results.forEach((result, at) => {
    if (at > 0) parts.push(COMMA);
    parts.push(result);
  });
  return parts;
}

function tailOf(answer: SummaryAnswer, nodeTag: string, extras: readonly string[]): string {
  return [
    `"IndexTimestamp":"${shown(answer.indexTimestamp)}"`,
    `"LastQueryTime":"${shown(answer.lastQueryTime)}"`,
    `"IsStale":${answer.isStale}`,
    `"ResultEtag":${answer.resultEtag}`,
    `"NodeTag":${JSON.stringify(nodeTag)}`,
    ...extras,
  ].join(',');
}

/** Members of the statistics that a stream begins with. */
export function streamHead(
  answer: Pick<QueryAnswer, 'totalResults' | 'indexName' | 'isStale' | 'indexTimestamp' | 'resultEtag'>,
): string {
  return [
    `"ResultEtag":${answer.resultEtag}`,
    `"IsStale":${answer.isStale}`,
    `"IndexName":${JSON.stringify(answer.indexName)}`,
    `"TotalResults":${answer.totalResults}`,
    `"IndexTimestamp":"${shown(answer.indexTimestamp)}"`,
  ].join(',');
}

const COMMA = Buffer.from(',');

/** ISO text with seven digits of fraction. */
function shown(time: string | null): string {
  return time === null ? NEVER : `${time.slice(0, -1)}0000Z`;
}
