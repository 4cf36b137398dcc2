import { randomBytes } from 'node:crypto';
import { differencesOf, essenceOf } from './compare-answers.ts';
import { requestDifferences } from './compare-requests.ts';
import { AUTO_INDEX_NAMES, QUERIES } from './corpus/queries.ts';
import type { CorpusQuery } from './corpus/query-lists.ts';
import { type CorpusRequest, REQUESTS } from './corpus/requests.ts';
import { EXPLAINED, explanationOf } from './explained.ts';
import { Peer } from './peer.ts';

/** A query that is answered differently. */
export interface Difference {
  readonly topic: string;
  readonly query: CorpusQuery | CorpusRequest;
  readonly lines: readonly string[];
  /** Why that is meant; undefined: nobody knows yet. */
  readonly explanation: string | undefined;
}

export interface DifferentialReport {
  readonly asked: number;
  readonly differences: readonly Difference[];
  /** Explanations of which nothing differs any more. */
  readonly settled: readonly string[];
}

/** Loads the corpus into both servers, asks both the queries of these topics, and drops it again. */
export async function runDifferential(
  ourUrl: string,
  theirUrl: string,
  topics: readonly string[] = [...Object.keys(QUERIES), ...Object.keys(REQUESTS)],
): Promise<DifferentialReport> {
  const database = `differential-${randomBytes(4).toString('hex')}`;
  const ours = new Peer(ourUrl, `${database}-a`);
  const theirs = new Peer(theirUrl, `${database}-b`);
  try {
    await Promise.all([ours.load(), theirs.load()]);
    return await compareAll(ours, theirs, topics);
  } finally {
    await Promise.allSettled([ours.drop(), theirs.drop()]);
  }
}

async function compareAll(ours: Peer, theirs: Peer, topics: readonly string[]): Promise<DifferentialReport> {
  const differences: Difference[] = [];
  let asked = 0;
  for (const topic of topics) {
    // One after the other: the auto indexes that queries make depend on those before them.
    for (const query of QUERIES[topic] ?? []) {
      asked++;
      const [our, their] = await Promise.all([ours.ask(query), theirs.ask(query)]);
      const namesAutoIndex = topic === AUTO_INDEX_NAMES;
      const lines = differencesOf(essenceOf(our, namesAutoIndex), essenceOf(their, namesAutoIndex));
      if (lines.length > 0) {
        differences.push({ topic, query, lines, explanation: explanationOf(topic, query) });
      }
    }
  }
  // At the end: some of them change documents.
  for (const topic of topics) {
    for (const request of REQUESTS[topic] ?? []) {
      asked++;
      const lines = requestDifferences(...(await Promise.all([ours.do(request), theirs.do(request)])));
      if (lines.length > 0) {
        differences.push({ topic, query: request, lines, explanation: explanationOf(topic, request) });
      }
    }
  }
  const settled = EXPLAINED.filter(
    ({ topic, why }) => topics.includes(topic) && !differences.some(({ explanation }) => explanation === why),
  ).map(({ why }) => why);
  return { asked, differences, settled };
}
