import { hash } from 'node:crypto';
import type { IndexStateRow } from '../../indexing/local/index-state.ts';
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
    resultEtag: etagOfState(index, isStale),
  };
}

/** By the state, which is another value after every batch. */
const ETAGS = new WeakMap<IndexStateRow, Map<boolean, bigint>>();

function etagOfState({ spec, state }: LocalIndex, isStale: boolean): bigint {
  const known = ETAGS.get(state) ?? new Map<boolean, bigint>();
  ETAGS.set(state, known);
  const etag = known.get(isStale) ?? etagOf(spec.name, state, isStale);
  known.set(isStale, etag);
  return etag;
}

/** Changes when the answer may: 63 bits, since clients take it for a signed number. */
export function etagOf(...parts: readonly unknown[]): bigint {
  const digest = hash('sha256', JSON.stringify(parts), 'buffer') as Buffer;
  return digest.readBigInt64BE(0);
}
