import type { DatabaseReport } from '../../../node/cluster/node-report.ts';
import { findRecord, type StoredRecord } from '../../../node/cluster/state/stored-record.ts';
import { type CopyStamp, isRecordOlder, isStaleCopy } from '../../../node/landlord/database-folder.ts';
import { copyHolders } from '../../../node/landlord/placement.ts';
import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import type { ReplicationConnection } from '../../../node/replication/replication-connection.ts';
import type { OperationHeader } from '../../../node/wire/operation-header.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import type { VirtualNetwork } from '../replication/virtual-network.ts';
import { DATABASE } from './database-group.ts';
import { SimulatedCopy, type StoredCopy } from './simulated-copy.ts';
import type { WorldNode } from './world-node.ts';

/** What a keeper finds around it. */
export interface KeeperSurroundings {
  readonly clock: ReplicationClock;
  readonly network: VirtualNetwork;
  /** What lies on the disk of this node, by database; what is taken out of it is set aside. */
  readonly stored: Map<string, StoredCopy>;
  create(name: string, tag: string): SimulatedDatabase;
  setAside(copy: StoredCopy): void;
}

/** Opens and closes the copies of a node as the records say, as the landlord of a node does. */
export class CopyKeeper {
  readonly #node: WorldNode;
  readonly #surroundings: KeeperSurroundings;
  readonly #open = new Map<string, SimulatedCopy>();

  constructor(node: WorldNode, surroundings: KeeperSurroundings) {
    this.#node = node;
    this.#surroundings = surroundings;
  }

  get copies(): readonly SimulatedCopy[] {
    return [...this.#open.values()];
  }

  copyOf(database: string): SimulatedCopy | undefined {
    return this.#open.get(database);
  }

  reports(): readonly DatabaseReport[] {
    return this.copies.map((copy) => copy.report());
  }

  accept(connection: ReplicationConnection, header: OperationHeader): void {
    const copy = this.#open.get(header.DatabaseName ?? '');
    if (copy === undefined || copy.refuse(header) !== null) connection.close();
    else copy.replication.accept(connection, header);
  }

  /** The records, or who is in the cluster, may have changed. */
  settle(): void {
    const view = findRecord(this.#node.list.state, DATABASE);
    if (view !== undefined) this.#settle(view);
  }

  /** The process ends. */
  close(): void {
    for (const copy of this.#open.values()) copy.close();
    this.#open.clear();
  }

  #settle(view: StoredRecord): void {
    const name = view.record.DatabaseName;
    const tag = this.#tag;
    const found = this.#surroundings.stored.get(name)?.stamp;
    const wanted = this.#stampBy(view, tag);
    if (found !== undefined && isRecordOlder(found, wanted, view.etag)) {
      this.#close(name);
      return;
    }
    if (tag === null || !copyHolders(view.record.Topology).includes(tag)) {
      this.#leave(name);
      return;
    }
    if (found !== undefined && isStaleCopy(found, wanted)) this.#leave(name);
    const copy = this.#open.get(name) ?? this.#openCopy(view, tag);
    copy.update(view, (other) => this.#addressOf(other));
  }

  #stampBy({ record: { Topology: topology } }: StoredRecord, tag: string | null): CopyStamp {
    return {
      groupId: topology.DatabaseTopologyIdBase64,
      addedAt: tag === null ? 0 : (topology.NodesAddedAt[tag] ?? 0),
      nodeId: this.#node.id,
    };
  }

  /** Of this node in the configuration that it has; a node that is in no cluster keeps what it has. */
  get #tag(): string | null {
    return this.#node.image.configuration?.nodes.find(({ id }) => id === this.#node.id)?.tag ?? null;
  }

  #addressOf(tag: string): string {
    const id = this.#node.image.configuration?.nodes.find((node) => node.tag === tag)?.id;
    return id === undefined ? '' : String(Number(id.slice(1).split('.')[0]));
  }

  #openCopy(view: StoredRecord, tag: string): SimulatedCopy {
    const { clock, network, stored, create } = this.#surroundings;
    const name = view.record.DatabaseName;
    const database = stored.get(name)?.database ?? create(name, tag);
    const kept = { stamp: this.#stampBy(view, tag), database };
    stored.set(name, kept);
    const copy = new SimulatedCopy(kept, view, this.#node, clock, network);
    this.#open.set(name, copy);
    return copy;
  }

  #close(name: string): void {
    this.#open.get(name)?.close();
    this.#open.delete(name);
  }

  #leave(name: string): void {
    const { stored, setAside } = this.#surroundings;
    this.#close(name);
    const copy = stored.get(name);
    stored.delete(name);
    if (copy !== undefined) setAside(copy);
  }
}
