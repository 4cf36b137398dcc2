import type { Explanations } from './explanations.ts';
import type { Highlightings } from './highlight/highlight.ts';

/** What a query came to: everything that the protocol's answer is made of. */
export interface QueryAnswer {
  /** -1: not counted. */
  readonly totalResults: number;
  /** Results there could be on this page; absent without paging. */
  readonly cappedMaxResults?: number;
  readonly scannedResults: number;
  readonly skippedResults: number;
  readonly durationMs: number;
  /** Null when no documents were to be included. */
  readonly includedPaths: readonly string[] | null;
  readonly indexName: string;
  /** JSON of each. */
  readonly results: readonly Buffer[];
  /** JSON of each, by id. */
  readonly includes: readonly (readonly [id: string, json: Buffer])[];
  /** Keys of the compare-exchange values that go with it, which the index thread does not have; null: none are asked for. */
  readonly includedValueKeys: readonly string[] | null;
  /** Times in the protocol's form; null for a collection. */
  readonly indexTimestamp: string | null;
  readonly lastQueryTime: string | null;
  readonly isStale: boolean;
  /** By the state of the index or the collection: see `wholeEtag`. */
  readonly resultEtag: bigint;
  /** Scripts have looked at, or include, documents that the plan does not tell of. */
  readonly scriptsRead: boolean;
  /** Absent when none were asked for. */
  readonly highlightings?: Highlightings;
  readonly explanations?: Explanations;
  /** The answer is to say how long it took. */
  readonly withTimings: boolean;
}
