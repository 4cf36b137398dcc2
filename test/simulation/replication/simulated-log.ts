import type { ClusterCommand, ClusterTransactionResult } from '../../../node/cluster/cluster-command.ts';
import type { DatabaseTopology } from '../../../node/cluster/database-record.ts';
import { WAITING_DOCUMENTS_MAX } from '../../../node/cluster/limits.ts';
import { pruneTarget } from '../../../node/cluster/observer/prune-target.ts';
import { applyCommand } from '../../../node/cluster/state/apply-command.ts';
import { ClusterState } from '../../../node/cluster/state/cluster-state.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import {
  type TransactionQueue,
  transactionQueue,
  waitingAmount,
} from '../../../node/cluster/transaction-queue.ts';
import { ClusterWrites } from './cluster-writes.ts';

const DATABASE = 'simulated';
export const GROUP = 'GROUPxxxxxxxxxxxxxxxxx';
const TRANSACTIONS = 'TRANSACTIONSxxxxxxxxxx';

/** A document that a cluster transaction writes; null deletes it. */
export interface TransactionWrite {
  readonly id: string;
  readonly value: string | null;
}

/** The cluster's log and state, which every node applies in its own time. Always with a quorum: Raft is not the matter. */
export class SimulatedLog {
  readonly #state = new ClusterState();
  readonly writes = new ClusterWrites(GROUP);
  /** Change vector of the last cluster transaction on a document; none after a deletion. */
  readonly #guarded = new Map<string, string>();
  #index = 0;

  constructor(members: readonly string[]) {
    const Topology = {
      Members: members,
      DatabaseTopologyIdBase64: GROUP,
      ClusterTransactionIdBase64: TRANSACTIONS,
    };
    this.#apply({ type: 'AddDatabase', record: { DatabaseName: DATABASE, Topology }, expectedEtag: null });
  }

  /** Count of the last document of all transactions. */
  get lastCount(): number {
    return transactionQueue(this.#state, DATABASE).lastCount;
  }

  /** Gives the change vectors of the documents. */
  transact(writes: readonly TransactionWrite[]): readonly string[] {
    const result = this.#apply({
      type: 'ClusterTransaction',
      database: DATABASE,
      values: [],
      reads: [],
      hasGuards: true,
      documents: writes.map(({ id, value }) => ({
        type: value === null ? 'DELETE' : 'PUT',
        id,
        document: value === null ? null : JSON.stringify({ value, '@metadata': { '@collection': 'Things' } }),
        // As a session that has loaded it: so that it passes, and knows what others wrote on top only by chance.
        changeVector: value === null ? null : (this.#guarded.get(id) ?? null),
        expires: null,
      })),
    }) as ClusterTransactionResult;
    if (result.violations.length > 0) throw new Error(JSON.stringify(result.violations));
    return writes.map(({ id, value }, at) => {
      const count = result.firstCount + at;
      const changeVector = `RAFT:${count}-${GROUP},TRXN:${result.index}-${TRANSACTIONS}`;
      if (value === null) this.#guarded.delete(id);
      else this.#guarded.set(id, changeVector);
      this.writes.record(id, { count, value });
      return changeVector;
    });
  }

  /** What a node sees that has applied the transactions up to a count. */
  queue(appliedCount: number): TransactionQueue {
    const queue = transactionQueue(this.#state, DATABASE);
    return {
      since: queue.since,
      lastCount: Math.min(appliedCount, queue.lastCount),
      after: (count) => (count >= appliedCount ? 'none' : queue.after(count)),
    };
  }

  /** As the leader does; `isTooMuch`: as if more waited than may. */
  prune(members: readonly string[], vectorOf: (tag: string) => string | undefined, isTooMuch: boolean): void {
    const waiting = waitingAmount(this.#state, DATABASE);
    const topology = findRecord(this.#state, DATABASE)?.record.Topology;
    if (waiting === null || topology === undefined) return;
    const group: DatabaseTopology = { ...topology, Members: members };
    const amount = isTooMuch ? { ...waiting, documents: WAITING_DOCUMENTS_MAX + 1 } : waiting;
    const upTo = pruneTarget(amount, group, (tag) => {
      const changeVector = vectorOf(tag);
      return changeVector === undefined ? undefined : { changeVector };
    });
    if (upTo === null) return;
    this.#apply({ type: 'PruneTransactions', database: DATABASE, space: waiting.space, upTo });
  }

  #apply(command: ClusterCommand): unknown {
    const position = { index: ++this.#index, term: 1, timeMs: 1_000_000 + this.#index };
    const { outcome, changes } = applyCommand(this.#state, position, command);
    if ('error' in outcome) throw new Error(outcome.error.message);
    this.#state.apply(changes);
    return outcome.result;
  }
}
