import type { AbandonTransactions } from '../cluster-command.ts';
import type { ApplyContext } from './apply-context.ts';
import type { WaitingDocument } from './cluster-transaction.ts';
import { firstKept, forgottenUpTo } from './prune-transactions.ts';
import { findSpace } from './spaces.ts';
import { spaceKey } from './state-keys.ts';

/** Notes in the space which documents nobody has any more, so that no copy waits for them. */
export function abandonTransactions(
  { state, index }: ApplyContext,
  { database, space: id, from, upTo }: AbandonTransactions,
): null {
  const space = findSpace(state, database);
  if (space?.id !== id || forgottenUpTo(state, space) !== upTo || upTo <= (space.lost?.upTo ?? 0))
    return null;
  const next = firstKept(state, space.id)?.[1] as WaitingDocument | undefined;
  const lastIndex = next === undefined ? index : next.index - 1;
  state.put(spaceKey(database), { ...space, lost: { from, upTo, lastIndex } });
  return null;
}
