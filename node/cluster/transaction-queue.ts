import type { WaitingDocument } from './state/cluster-transaction.ts';
import { countOf } from './state/prune-transactions.ts';
import { findSpace } from './state/spaces.ts';
import { transactionKey, transactionsOf } from './state/state-keys.ts';
import type { StateReader } from './state/state-transaction.ts';

/** The documents of one cluster transaction, with their counts. */
export interface WaitingTransaction {
  readonly firstCount: number;
  readonly lastCount: number;
  readonly documents: readonly WaitingDocument[];
}

/** What cluster transactions have for the copies of one database, as this node has applied them. */
export interface TransactionQueue {
  /** Raft index at which the database first had something that the cluster keeps; 0: it never had. */
  readonly since: number;
  /** Count of the last document of all transactions. */
  readonly lastCount: number;
  /**
   * The transaction that follows a count; 'none' when there is none yet, 'pruned' when it is kept no more: then what it
   * wrote comes by replication.
   */
  after(count: number): WaitingTransaction | 'none' | 'pruned';
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
      if (first === undefined) return 'pruned';
      const documents = [first];
      for (let next = count + 2; next <= first.lastCount; next++) {
        documents.push(state.get(transactionKey(space.id, next)) as WaitingDocument);
      }
      return { firstCount: count + 1, lastCount: first.lastCount, documents };
    },
  };
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
  const [first] = state.scan(transactionsOf(space.id), { limit: 1 });
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
