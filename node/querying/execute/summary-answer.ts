import type { QueryAnswer } from './query-answer.ts';

/** What a query came to that says something about its results instead of showing them: facets, suggestions. */
export type SummaryAnswer = Pick<
  QueryAnswer,
  | 'totalResults'
  | 'durationMs'
  | 'indexName'
  | 'results'
  | 'indexTimestamp'
  | 'lastQueryTime'
  | 'isStale'
  | 'resultEtag'
>;
