import type { PruneTransactions } from '../cluster-command.ts';
import { PRUNED_AT_ONCE } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { findSpace } from './spaces.ts';
import { transactionKey, transactionsOf } from './state-keys.ts';

/** Forgets the oldest documents of cluster transactions, a bounded number of them. */
export function pruneTransactions(context: ApplyContext, { database, space, upTo }: PruneTransactions): null {
  if (findSpace(context.state, database)?.id !== space) return null;
  const [first] = context.state.scan(transactionsOf(space), { limit: 1 });
  if (first === undefined) return null;
  const from = countOf(first[0]);
  const last = Math.min(upTo, from + PRUNED_AT_ONCE - 1);
  for (let count = from; count <= last; count++) context.state.delete(transactionKey(space, count));
  return null;
}

/** The count in a key of a waiting document. */
export function countOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}
