import { hash } from 'node:crypto';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryAnswer } from './query-answer.ts';

/** What an answer says of the index at the moment of the query. Notes that it was asked. */
export function indexMoment(
  index: LocalIndex,
  nowMs: number,
): Pick<QueryAnswer, 'indexName' | 'indexTimestamp' | 'lastQueryTime' | 'isStale' | 'resultEtag'> {
  const lastQueriedMs = index.lastQueriedMs;
  index.lastQueriedMs = nowMs;
  // What is read of the index is of this moment: it is written by this thread alone.
  const isStale = index.isStale();
  return {
    indexName: index.spec.name,
    indexTimestamp: index.state.lastIndexedAt,
    lastQueryTime: new Date(lastQueriedMs ?? nowMs).toISOString(),
    isStale,
    resultEtag: etagOf(index.spec.name, index.state, isStale),
  };
}

/** Changes when the answer may: 63 bits, since clients take it for a signed number. */
export function etagOf(...parts: readonly unknown[]): bigint {
  const digest = hash('sha256', JSON.stringify(parts), 'buffer') as Buffer;
  return digest.readBigInt64BE(0);
}
