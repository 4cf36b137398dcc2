import type { QueryAnswer } from './query-answer.ts';

const NEVER = '0001-01-01T00:00:00.0000000Z';

/** The protocol's body of a query's answer. */
export function answerJson(answer: QueryAnswer, nodeTag: string, extras: readonly string[] = []): Buffer {
  const head = [
    `"TotalResults":${answer.totalResults}`,
    ...(answer.cappedMaxResults === undefined ? [] : [`"CappedMaxResults":${answer.cappedMaxResults}`]),
    `"ScannedResults":${answer.scannedResults}`,
    `"SkippedResults":${answer.skippedResults}`,
    `"DurationInMs":${answer.durationMs}`,
    `"IncludedPaths":${JSON.stringify(answer.includedPaths)}`,
    `"IndexName":${JSON.stringify(answer.indexName)}`,
  ].join(',');
  const tail = [
    `"IndexTimestamp":"${shown(answer.indexTimestamp)}"`,
    `"LastQueryTime":"${shown(answer.lastQueryTime)}"`,
    `"IsStale":${answer.isStale}`,
    `"ResultEtag":${answer.resultEtag}`,
    `"NodeTag":${JSON.stringify(nodeTag)}`,
    ...extras,
  ].join(',');
  const parts: Buffer[] = [Buffer.from(`{${head},"Results":[`)];
  answer.results.forEach((result, at) => {
    if (at > 0) parts.push(COMMA);
    parts.push(result);
  });
  parts.push(Buffer.from('],"Includes":{'));
  answer.includes.forEach(([id, json], at) => {
    parts.push(Buffer.from(`${at > 0 ? ',' : ''}${JSON.stringify(id)}:`), json);
  });
  parts.push(Buffer.from(`},${tail}}`));
  return Buffer.concat(parts);
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
