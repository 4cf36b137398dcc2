import type { ExpireCopy, UpdateTopology } from '../../../node/cluster/cluster-command.ts';
import type { DatabaseTopology } from '../../../node/cluster/database-record.ts';
import { isExpired } from '../../../node/cluster/expired-copy.ts';
import type { TopologyDecision } from '../../../node/cluster/observer/decide-topology.ts';
import type { ObserverInput } from '../../../node/cluster/observer/observer-input.ts';
import { holdersOf } from '../../../node/cluster/state/change-topology.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import { etagOf } from '../../../node/documents/change-vector.ts';
import type { OperationHeader } from '../../../node/wire/operation-header.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import type { AppliedCommand, ReplicatedCluster } from './replicated-cluster.ts';
import type { WorldNode } from './world-node.ts';

/** A proof may rest on reports that are as old as this, in milliseconds. */
const REPORTS_OLD_MS = 10_000;

interface EtagAt {
  readonly atMs: number;
  readonly etag: number;
}

/** Watches what becomes of the database group, and that the observer had reason for what it did. */
export class TopologyLedger {
  readonly #database: string;
  readonly #now: () => number;
  readonly #copyOf: (tag: string) => SimulatedDatabase | undefined;
  /** By database id: how far a copy was at some times. */
  readonly #etags = new Map<string, EtagAt[]>();
  /** Tag → since when it has been in the group without being a member. */
  readonly #comingSinceMs = new Map<string, number>();
  #topology: DatabaseTopology | null = null;
  /** Raft index of the record. */
  #etag = 0;
  /** Ids of the databases of copies that were not trusted any more, with the Raft index from which on. */
  readonly expiredIds = new Map<string, number>();
  /** Changes by the observer. */
  changeCount = 0;

  constructor(database: string, now: () => number, copyOf: (tag: string) => SimulatedDatabase | undefined) {
    this.#database = database;
    this.#now = now;
    this.#copyOf = copyOf;
  }

  /** As it is after the last command that any node has applied. */
  get topology(): DatabaseTopology | null {
    return this.#topology;
  }

  /** Etags are passed over when a storage is opened again: what it has is what it claims. */
  seen({ id, changeVector }: SimulatedDatabase): void {
    const seen = { atMs: this.#now(), etag: etagOf(changeVector, id) };
    const known = this.#etags.get(id);
    if (known === undefined) this.#etags.set(id, [seen]);
    else known.push(seen);
  }

  /** The observer of a leader is about to propose it. */
  decided(leader: WorldNode, input: ObserverInput, { topology, reason }: TopologyDecision): void {
    const before = findRecord(leader.list.state, this.#database)?.record.Topology;
    if (before === undefined) return;
    const isWell = (tag: string) => this.#isWell(input, before, tag);
    const trusted = holdersOf(before).filter((tag) => !isExpired(before, tag));
    // Of members that are silent, and not yet for long, nothing is decided; what becomes of others may be.
    const isKept = topology.Members.join() === before.Members.join();
    check(
      isKept || topology.Members.some(isWell) || !trusted.some(isWell),
      'a group with a copy that is well keeps a member that is well',
      () => `${leader.id} decides for [${topology.Members}] of [${holdersOf(before)}]: ${reason}`,
    );
    // Without any member that is well, the best of the others are taken without proof.
    if (!before.Members.some(isWell)) return;
    for (const tag of topology.Members) {
      if (!before.Members.includes(tag)) this.#checkProof(tag, before.Members.filter(isWell));
    }
  }

  /** A copy that follows the record of this Raft index takes what the source of this header sends. */
  taken({ Info, SourceNodeTag }: OperationHeader, recordIndex: number): void {
    check(
      recordIndex < (this.expiredIds.get(String(Info.SourceDatabaseId)) ?? Number.POSITIVE_INFINITY),
      'nothing is taken of a copy that is not trusted any more',
      () => `by a record of ${recordIndex}, ${Info.SourceDatabaseId} on ${SourceNodeTag} was`,
    );
  }

  /** In the order of the log, each entry once. */
  applied({ command, outcome, index, isFirst }: AppliedCommand, list: ReplicatedCluster): void {
    const stored = findRecord(list.state, this.#database);
    if (stored === undefined || stored.etag !== index) return;
    const { Topology: topology, DeletionInProgress: deletion } = stored.record;
    check(
      holdersOf(topology).length > 0 || Object.keys(deletion).length > 0,
      'a group has copies',
      () => `not after ${index}`,
    );
    check(
      topology.Stamp.Index >= (this.#topology?.Stamp.Index ?? 0),
      'the stamp of a topology grows',
      () => `not at ${index}`,
    );
    const isObserved = command.type === 'UpdateTopology' || command.type === 'ExpireCopy';
    if (isObserved && isFirst && !('error' in outcome)) this.#observed(command, index);
    this.#topology = topology;
    this.#etag = index;
    const coming = [...topology.Promotables, ...topology.Rehabs];
    for (const tag of coming) if (!this.#comingSinceMs.has(tag)) this.#comingSinceMs.set(tag, this.#now());
    for (const tag of this.#comingSinceMs.keys()) if (!coming.includes(tag)) this.#comingSinceMs.delete(tag);
  }

  #observed(command: UpdateTopology | ExpireCopy, index: number): void {
    this.changeCount++;
    if (command.type === 'ExpireCopy') this.expiredIds.set(this.#copyOf(command.node)?.id ?? '', index);
    const { expectedEtag } = command;
    check(
      expectedEtag === this.#etag,
      'one structural change at a time',
      () => `${index} was decided on ${expectedEtag}, but the record stood at ${this.#etag}`,
    );
  }

  /** Not by a report of the copy that the node had before this one. */
  #isWell({ nodes, nowMs, settings }: ObserverInput, topology: DatabaseTopology, tag: string): boolean {
    const report = nodes.find((node) => node.tag === tag)?.report ?? null;
    const copy = report?.databases.get(this.#database);
    return (
      report !== null &&
      nowMs - report.receivedAtMs <= settings.reportTimeoutMs &&
      copy?.status === 'Loaded' &&
      (copy.copySince ?? 0) >= (topology.NodesAddedAt[tag] ?? 0)
    );
  }

  /** It has what the members that are well had well before it came. */
  #checkProof(tag: string, members: readonly string[]): void {
    const copy = this.#copyOf(tag);
    const sinceMs = this.#comingSinceMs.get(tag);
    if (copy === undefined || sinceMs === undefined) return;
    for (const member of members) {
      const database = this.#copyOf(member);
      const etags = database === undefined ? [] : (this.#etags.get(database.id) ?? []);
      const had = etags.findLast(({ atMs }) => atMs < sinceMs - REPORTS_OLD_MS)?.etag ?? 0;
      const has = etagOf(copy.changeVector, database?.id ?? '');
      check(
        has >= had,
        'who becomes a member has what the members had',
        () => `${tag} has ${has} of ${member}, which had ${had} long before`,
      );
    }
  }
}
