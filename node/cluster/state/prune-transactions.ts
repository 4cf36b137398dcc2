import type { PruneTransactions } from '../cluster-command.ts';
import { PRUNED_AT_ONCE } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { findSpace, type Space } from './spaces.ts';
import { transactionKey, transactionsOf } from './state-keys.ts';
import type { StateEntry, StateReader } from './state-transaction.ts';

/** Forgets the oldest documents of cluster transactions, a bounded number of them. */
export function pruneTransactions(context: ApplyContext, { database, space, upTo }: PruneTransactions): null {
  if (findSpace(context.state, database)?.id !== space) return null;
  const first = firstKept(context.state, space);
  if (first === undefined) return null;
  const from = countOf(first[0]);
  const last = Math.min(upTo, from + PRUNED_AT_ONCE - 1);
  for (let count = from; count <= last; count++) context.state.delete(transactionKey(space, count));
  return null;
}

/** The oldest document that is kept, with its key; undefined: none is. */
export function firstKept(state: StateReader, space: number): StateEntry | undefined {
  return state.scan(transactionsOf(space), { limit: 1 })[0];
}

/** Count up to which documents are not kept any more. */
export function forgottenUpTo(state: StateReader, { id, documents }: Space): number {
  const first = firstKept(state, id);
  return first === undefined ? documents : countOf(first[0]) - 1;
}

/** The count in a key of a waiting document. */
export function countOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}
