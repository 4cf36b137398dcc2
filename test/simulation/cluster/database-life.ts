import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import { copyHolders } from '../../../node/landlord/placement.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { SimulatedDatabase, WrittenVersion } from '../replication/simulated-database.ts';
import { WriteLedger } from '../replication/write-ledger.ts';
import { type LifeIds, lifeOf } from './database-group.ts';
import type { AppliedCommand, ReplicatedCluster } from './replicated-cluster.ts';
import type { StoredCopy } from './simulated-copy.ts';
import { TopologyLedger } from './topology-ledger.ts';
import { TransactionLedger } from './transaction-ledger.ts';

export interface AcknowledgedWrite {
  readonly databaseId: string;
  readonly version: WrittenVersion;
  /** In virtual time. */
  readonly atMs: number;
}

export interface LifeSurroundings {
  /** In virtual milliseconds. */
  now(): number;
  /** The copy of this group on the node with this tag, whether that runs or not; tags name the identities of a run. */
  copyOf(groupId: string, tag: string): SimulatedDatabase | undefined;
}

/** One database from its creation to its deletion, and all that is known of what was done in it. */
export class DatabaseLife implements LifeIds {
  readonly name: string;
  readonly number: number;
  readonly groupId: string;
  readonly transactionsId: string;
  /** Raft index of its creation. */
  readonly bornAt: number;
  /** Lives of the same name whose documents its copies may have found: they were deleted softly. */
  readonly mayFind: ReadonlySet<DatabaseLife>;
  readonly transactions: TransactionLedger;
  readonly topologies: TopologyLedger;
  readonly writes: WriteLedger;
  /** Written on one node alone. */
  readonly acknowledgedWrites: AcknowledgedWrite[] = [];
  readonly #now: () => number;
  /** By database id: up to which etag a copy was looked through. */
  readonly #looked = new Map<string, number>();
  /** As the whole of it is to go; null: it is not. */
  deletion: 'HardDelete' | 'SoftDelete' | null = null;
  /** Raft index at which nothing was left of it in the cluster's state. */
  endedAt = Number.POSITIVE_INFINITY;

  constructor(
    name: string,
    ids: LifeIds,
    bornAt: number,
    mayFind: ReadonlySet<DatabaseLife>,
    { now, copyOf }: LifeSurroundings,
  ) {
    this.name = name;
    this.number = ids.number;
    this.groupId = ids.groupId;
    this.transactionsId = ids.transactionsId;
    this.bornAt = bornAt;
    this.mayFind = mayFind;
    this.#now = now;
    const copyOn = (tag: string) => copyOf(ids.groupId, tag);
    this.topologies = new TopologyLedger(name, now, copyOn);
    this.transactions = new TransactionLedger(name, ids, copyOn, (written) =>
      this.writes.acknowledged(written),
    );
    this.writes = new WriteLedger(this.transactions.writes);
  }

  get isOver(): boolean {
    return this.endedAt < Number.POSITIVE_INFINITY;
  }

  /** In the order of the log, each entry once. */
  applied(applied: AppliedCommand, list: ReplicatedCluster): void {
    const { index, command, outcome } = applied;
    this.transactions.applied(applied, list);
    const record = findRecord(list.state, this.name)?.record;
    if (record?.Topology.DatabaseTopologyIdBase64 !== this.groupId) {
      check(
        this.deletion !== null || command.type === 'RecoverCluster',
        'a database is there until it is deleted',
        () => `${this.name} is gone after ${index}`,
      );
      this.endedAt = index;
      return;
    }
    const isLast = command.type === 'DeleteDatabase' && copyHolders(record.Topology).length === 0;
    if (command.type === 'DeleteDatabase' && isLast && !('error' in outcome)) {
      const modes = Object.values(record.DeletionInProgress);
      // Asked for once more and for good, it reaches those nodes only that have not closed their files yet.
      const isSoft = this.deletion === 'SoftDelete' || modes.includes('SoftDelete');
      if (command.names.includes(this.name)) this.deletion = isSoft ? 'SoftDelete' : 'HardDelete';
    }
    this.topologies.applied(applied, list);
  }

  /** After a commit of a copy, be it one that the cluster has given up: it serves until its node hears of that. */
  committed(database: SimulatedDatabase): void {
    if (this.isOver) return;
    this.writes.checkVectorGrows(database);
    this.#checkNothingFormer(database);
    this.writes.checkNewClaims(database);
    this.transactions.checkCommit(database);
  }

  /** Of a copy that serves. */
  checkMember(database: SimulatedDatabase): void {
    check(
      !this.topologies.expiredIds.has(database.id),
      'no copy serves that is not trusted',
      () => database.id,
    );
    this.writes.checkClaims(database);
    this.writes.checkNothingOlder(database);
    this.transactions.checkCopy(database);
  }

  acknowledged({ id }: SimulatedDatabase, written: readonly WrittenVersion[]): void {
    this.writes.acknowledged(written);
    const atMs = this.#now();
    for (const version of written) this.acknowledgedWrites.push({ databaseId: id, version, atMs });
  }

  /** `written`: the life whose number its id begins with. Cluster transactions write where their client was, too late. */
  #mayHave(document: string, written: number): boolean {
    return written === this.number || this.transactions.writes.has(document);
  }

  /** Whose ids begin with the number of another life was written there, or by one who had not heard of its end. */
  #checkNothingFormer(database: SimulatedDatabase): void {
    const { id, lastEtag, nodeTag } = database;
    const written = database.writtenSince(this.#looked.get(id) ?? 0);
    this.#looked.set(id, lastEtag);
    for (const document of written) {
      const life = lifeOf(document);
      check(
        this.#mayHave(document, life) || [...this.mayFind].some((former) => former.#mayHave(document, life)),
        'nothing of a former database comes back',
        () => `${nodeTag} has ${document} in ${this.name}, which is number ${this.number}`,
      );
    }
  }
}

/** Whether a copy that lies on a disk is of this life. */
export function isOfLife({ stamp }: StoredCopy, { groupId }: LifeIds): boolean {
  return stamp.groupId === groupId;
}
