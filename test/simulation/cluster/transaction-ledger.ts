import type {
  AbandonTransactions,
  ClusterTransaction,
  ClusterTransactionResult,
  CompareExchangeResult,
  PruneTransactions,
  PutCompareExchange,
} from '../../../node/cluster/cluster-command.ts';
import { holdersOf } from '../../../node/cluster/state/change-topology.ts';
import { findValue } from '../../../node/cluster/state/compare-exchange.ts';
import { guardKey } from '../../../node/cluster/state/guards.ts';
import { findSpace } from '../../../node/cluster/state/spaces.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import { etagOf } from '../../../node/documents/change-vector.ts';
import { check } from '../kernel/invariant-violation.ts';
import { ClusterWrites } from '../replication/cluster-writes.ts';
import type { SimulatedDatabase, WrittenVersion } from '../replication/simulated-database.ts';
import {
  accountsOf,
  BALANCE,
  balanceOf,
  isOfClusterOnly,
  type LifeIds,
  lifeOf,
  TOTAL,
  valueIn,
} from './database-group.ts';
import type { AppliedCommand, ReplicatedCluster } from './replicated-cluster.ts';

/** A version as it is on one copy. */
interface SeenVersion {
  readonly count: number;
  readonly etag: number;
}

interface Register {
  readonly index: number;
  readonly value: string;
}

/** Knows in the order of the log what clients of a database may see of cluster transactions and compare-exchange values. */
export class TransactionLedger {
  readonly writes: ClusterWrites;
  readonly #database: string;
  readonly #ids: LifeIds;
  /** Finds the index of the cluster transaction in a change vector. */
  readonly #place: RegExp;
  readonly #copyOf: (tag: string) => SimulatedDatabase | undefined;
  readonly #onWritten: (versions: readonly WrittenVersion[]) => void;
  /** Id → Raft index of the last cluster transaction that wrote it; none once it is deleted. */
  readonly #guards = new Map<string, number>();
  readonly #balances: Map<string, number>;
  /** Raft index of a transaction → count of its first document. */
  readonly #firstCounts = new Map<number, number>();
  /** Count up to which documents were given up; what is older may be older than its guard. */
  #lostUpTo = 0;
  readonly #registers = new Map<string, Register>();
  /** Every value that a register ever had, by its index. */
  readonly #registerWrites = new Map<string, string>();
  /** By database id and document. */
  readonly #seen = new Map<string, Map<string, SeenVersion>>();
  /** By database id: up to where it was looked at. */
  readonly #checked = new Map<string, { readonly etag: number; readonly executed: number }>();
  transactionCount = 0;
  refusedCount = 0;
  auditCount = 0;
  abandonCount = 0;
  registerCount = 0;

  constructor(
    database: string,
    ids: LifeIds,
    copyOf: (tag: string) => SimulatedDatabase | undefined,
    onWritten: (versions: readonly WrittenVersion[]) => void,
  ) {
    this.#database = database;
    this.#ids = ids;
    this.#place = new RegExp(`TRXN:(\\d+)-${ids.transactionsId}`);
    this.writes = new ClusterWrites(ids.groupId);
    this.#balances = new Map(accountsOf(ids.number).map((id) => [id, BALANCE]));
    this.#copyOf = copyOf;
    this.#onWritten = onWritten;
  }

  /** In the order of the log, each entry once. */
  applied({ index, command, outcome, isFirst }: AppliedCommand, list: ReplicatedCluster): void {
    if (!isFirst || 'error' in outcome || !('database' in command) || command.database !== this.#database)
      return;
    if (command.type === 'ClusterTransaction') {
      this.#transaction(index, command, outcome.result as ClusterTransactionResult, list);
    } else if (command.type === 'PutCompareExchange') {
      this.#register(index, command, outcome.result as CompareExchangeResult);
    } else if (command.type === 'PruneTransactions') {
      this.#pruned(command, list);
    } else if (command.type === 'AbandonTransactions') {
      this.#abandoned(command, list);
    }
  }

  /** Whether a register had this value with this index. */
  wasRegister(key: string, { index, value }: Register): boolean {
    return this.#registerWrites.get(`${key} ${index}`) === value;
  }

  #pruned({ database, space, upTo }: PruneTransactions, list: ReplicatedCluster): void {
    // That of a former database changes nothing.
    if (findSpace(list.state, database)?.id !== space) return;
    for (const tag of findRecord(list.state, database)?.record.Topology.Members ?? []) {
      const copy = this.#copyOf(tag);
      const executed = copy === undefined ? null : etagOf(copy.changeVector, this.#ids.groupId);
      check(
        executed === null || executed >= upTo,
        'what is forgotten is executed everywhere',
        () => `transactions up to ${upTo} are forgotten, but ${tag} has executed ${executed}`,
      );
    }
  }

  #abandoned({ database, space, from, upTo }: AbandonTransactions, list: ReplicatedCluster): void {
    const known = findSpace(list.state, database);
    if (known?.id !== space || known.lost?.upTo !== upTo || upTo <= this.#lostUpTo) return;
    const topology = findRecord(list.state, database)?.record.Topology;
    for (const tag of topology === undefined ? [] : holdersOf(topology)) {
      const executed = etagOf(this.#copyOf(tag)?.changeVector ?? '', this.#ids.groupId);
      check(
        executed <= from,
        'what is given up is on no copy',
        () => `transactions after ${from} are given up, but ${tag} has executed ${executed}`,
      );
    }
    this.abandonCount++;
    this.#lostUpTo = upTo;
    this.writes.abandon(from, upTo);
  }

  /** After a commit of a copy: what was written since the last one, and what the copy has come to have executed. */
  checkCommit(database: SimulatedDatabase): void {
    const { id, lastEtag, changeVector } = database;
    const checked = this.#checked.get(id) ?? { etag: 0, executed: 0 };
    const executed = etagOf(changeVector, this.#ids.groupId);
    this.#checked.set(id, { etag: lastEtag, executed });
    const written = database.writtenSince(checked.etag);
    this.#check(database, new Set([...written, ...this.writes.idsBetween(checked.executed, executed)]));
  }

  /** Everything that a copy should have. */
  checkCopy(database: SimulatedDatabase): void {
    this.#check(database, this.writes.ids);
  }

  #check(database: SimulatedDatabase, ids: Iterable<string>): void {
    const executed = etagOf(database.changeVector, this.#ids.groupId);
    const seen = this.#seen.get(database.id) ?? new Map<string, SeenVersion>();
    this.#seen.set(database.id, seen);
    for (const id of ids) if (this.isOwn(id)) this.#checkDocument(database, id, executed, seen);
  }

  /** Written by cluster transactions on this database alone; what is of a former one may have been found there. */
  isOwn(id: string): boolean {
    return isOfClusterOnly(id) && lifeOf(id) === this.#ids.number;
  }

  #checkDocument(
    database: SimulatedDatabase,
    id: string,
    executed: number,
    seen: Map<string, SeenVersion>,
  ): void {
    const versions = database.versionsOf(id);
    const [version] = versions;
    const last = this.writes.lastUpTo(id, executed);
    const where = () => `${id} on ${database.nodeTag}, which has executed up to ${executed}`;
    check(versions.length < 2, 'documents of cluster transactions have no conflicts', where);
    if (version === undefined) {
      check(last === undefined || last.value === null, 'executed in order', () => `${where()}, is missing`);
      return;
    }
    const count = etagOf(version.changeVector, this.#ids.groupId);
    const write = this.writes.at(id, count);
    const value = version.kind === 'document' ? valueIn(version.body) : null;
    check(
      write !== undefined && write.value === value,
      'the same documents on every node',
      () => `${where()}, is ${value} of [${version.changeVector}] instead of ${write?.value}`,
    );
    check(
      count >= (last?.count ?? 0),
      'executed in order',
      () => `${where()}, is that of ${count}, older than that of ${last?.count}`,
    );
    const before = seen.get(id);
    check(
      before === undefined ||
        before.count < count ||
        (before.count === count && before.etag === version.etag),
      'executed once',
      () =>
        `${where()}, was that of ${before?.count} with etag ${before?.etag} and is that of ${count} with etag ${version.etag}`,
    );
    seen.set(id, { count, etag: version.etag });
  }

  #transaction(
    index: number,
    command: ClusterTransaction,
    result: ClusterTransactionResult,
    list: ReplicatedCluster,
  ): void {
    this.#checkRefusal(command, result);
    if (result.violations.length > 0) {
      this.refusedCount++;
      return;
    }
    this.transactionCount++;
    this.#firstCounts.set(index, result.firstCount);
    const space = findSpace(list.state, command.database)?.id ?? 0;
    const written: WrittenVersion[] = [];
    for (const [at, { type, id, document }] of command.documents.entries()) {
      const count = result.firstCount + at;
      const value = document === null ? null : valueIn(document);
      this.writes.record(id, { count, value });
      if (type === 'PUT') this.#guards.set(id, index);
      else this.#guards.delete(id);
      const guard = findValue(list.state, space, guardKey(id))?.index;
      check(
        guard === this.#guards.get(id),
        'a guard has the index of the last cluster write',
        () => `that of ${id} has ${guard} after ${index}`,
      );
      if (value === null) continue;
      if (this.#balances.has(id)) this.#balances.set(id, balanceOf(value));
      // Of accounts that a former database left, nothing tells whether they are of one moment.
      if (id.includes('/audits/') && lifeOf(id) === this.#ids.number) this.#checkAudit(id, value);
      // A deletion's tombstone goes in the end.
      written.push({
        id,
        changeVector: `RAFT:${count}-${this.#ids.groupId},TRXN:${index}-${this.#ids.transactionsId}`,
      });
    }
    const sum = [...this.#balances.values()].reduce((total, balance) => total + balance, 0);
    check(
      sum === TOTAL || this.#lostUpTo > 0,
      'the accounts keep their sum',
      () => `it is ${sum} after ${index}`,
    );
    this.#onWritten(written);
  }

  /** What a transaction expects decides alone whether it is refused. */
  #checkRefusal({ documents, reads }: ClusterTransaction, result: ClusterTransactionResult): void {
    const expected = [
      ...documents.filter(({ type, changeVector }) => type === 'PUT' || changeVector !== null),
      ...reads,
    ];
    const isStale = expected.some(
      ({ id, changeVector }) => !this.#isNewest(id, Number(this.#place.exec(changeVector ?? '')?.[1] ?? 0)),
    );
    check(
      isStale === result.violations.length > 0,
      'a transaction is refused when what it has seen is not the newest, and only then',
      () =>
        `that of ${result.index} was ${isStale ? 'taken' : 'refused'}: ${JSON.stringify(result.violations)}`,
    );
  }

  /** Nobody can have seen what was given up: then any older version will do. */
  #isNewest(id: string, seenIndex: number): boolean {
    const guard = this.#guards.get(id) ?? 0;
    const isOfLost = guard > 0 && (this.#firstCounts.get(guard) ?? 0) <= this.#lostUpTo;
    return seenIndex === guard || (isOfLost && seenIndex < guard);
  }

  #checkAudit(id: string, value: string): void {
    this.auditCount++;
    check(
      balanceOf(value) === TOTAL || this.#lostUpTo > 0,
      'a transaction with a read set sees one moment',
      () => `${id} saw a sum of ${value}`,
    );
  }

  #register(index: number, command: PutCompareExchange, result: CompareExchangeResult): void {
    const { key, value } = command;
    const stands = this.#registers.get(key)?.index ?? 0;
    check(
      result.isSuccessful === (stands === command.index),
      'a register changes only from the value that was seen',
      () => `${key} stands at ${stands}; a change from ${command.index} was ${result.isSuccessful}`,
    );
    if (!result.isSuccessful) return;
    this.registerCount++;
    this.#registers.set(key, { index, value });
    this.#registerWrites.set(`${key} ${index}`, value);
  }
}
