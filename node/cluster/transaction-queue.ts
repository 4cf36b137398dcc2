import type { WaitingDocument } from './state/cluster-transaction.ts';
import { countOf, firstKept } from './state/prune-transactions.ts';
import { findSpace, type LostDocuments } from './state/spaces.ts';
import { transactionKey } from './state/state-keys.ts';
import type { StateReader } from './state/state-transaction.ts';

/** The documents of one cluster transaction, with their counts. */
export interface WaitingTransaction {
  readonly firstCount: number;
  readonly lastCount: number;
  readonly documents: readonly WaitingDocument[];
}

/** The documents that follow are given up, up to this count: neither the cluster nor any copy has them. */
export interface LostTransactions {
  readonly lostUpTo: number;
}

/** What cluster transactions have for the copies of one database, as this node has applied them. */
export interface TransactionQueue {
  /** Raft index at which the database first had something that the cluster keeps; 0: it never had. */
  readonly since: number;
  /** Count of the last document of all transactions. */
  readonly lastCount: number;
  /**
   * The transaction that follows a count; 'none' when there is none yet, 'pruned' when it is kept no more: then what it
   * wrote comes by replication, unless it is lost.
   */
  after(count: number): WaitingTransaction | LostTransactions | 'none' | 'pruned';
}

export function transactionQueue(state: StateReader, database: string): TransactionQueue {
  const space = findSpace(state, database);
  if (space === undefined) return { since: 0, lastCount: 0, after: () => 'none' };
  return {
    since: space.id,
    lastCount: space.documents,
    after(count) {
      if (count >= space.documents) return 'none';
      const first = state.get(transactionKey(space.id, count + 1)) as WaitingDocument | undefined;
      if (first === undefined) return isLost(space.lost, count) ? { lostUpTo: space.lost.upTo } : 'pruned';
      const documents = [first];
      for (let next = count + 2; next <= first.lastCount; next++) {
        documents.push(state.get(transactionKey(space.id, next)) as WaitingDocument);
      }
      return { firstCount: count + 1, lastCount: first.lastCount, documents };
    },
  };
}

/** A copy that is behind others of the group gets what these have: by replication, as ever. */
function isLost(lost: LostDocuments | undefined, count: number): lost is LostDocuments {
  return lost !== undefined && count >= lost.from && count < lost.upTo;
}

/** How much waits, for whoever decides what is kept. */
export interface WaitingAmount {
  readonly space: number;
  /** Count of the oldest document that waits. */
  readonly firstCount: number;
  readonly documents: number;
  readonly length: number;
}

/** null: nothing waits. */
export function waitingAmount(state: StateReader, database: string): WaitingAmount | null {
  const space = findSpace(state, database);
  if (space === undefined || space.documents === 0) return null;
  const first = firstKept(state, space.id);
  if (first === undefined) return null;
  const firstCount = countOf(first[0]);
  const { length } = first[1] as WaitingDocument;
  return {
    space: space.id,
    firstCount,
    documents: space.documents - firstCount + 1,
    length: space.length - length,
  };
}
