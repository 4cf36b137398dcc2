import type { RemoveNodeFromDatabase } from '../../../node/cluster/cluster-command.ts';
import type { DatabaseReport } from '../../../node/cluster/node-report.ts';
import { findRecord, type StoredRecord } from '../../../node/cluster/state/stored-record.ts';
import { foreignClusterIn } from '../../../node/landlord/cluster-fence.ts';
import {
  ClusterNames,
  type CopyStamp,
  type GivenCopy,
  givenCopy,
  isKeptInPlace,
  isRecordOlder,
  isStaleCopy,
  stampFor,
} from '../../../node/landlord/copy-stamp.ts';
import { depart } from '../../../node/landlord/departure.ts';
import { writtenEtag } from '../../../node/landlord/hand-over.ts';
import { copyHolders } from '../../../node/landlord/placement.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import type { ReplicationConnection } from '../../../node/replication/replication-connection.ts';
import type { OperationHeader } from '../../../node/wire/operation-header.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import type { VirtualNetwork } from '../replication/virtual-network.ts';
import { SimulatedCopy, type StoredCopy } from './simulated-copy.ts';
import type { WorldNode } from './world-node.ts';

/** What a keeper finds around it. */
export interface KeeperSurroundings {
  readonly clock: ReplicationClock;
  readonly network: VirtualNetwork;
  /** Names that databases of the cluster may have. */
  readonly names: readonly string[];
  /** What lies on the disk of this node, by database; what is taken out of it is set aside. */
  readonly stored: Map<string, StoredCopy>;
  create(name: string, tag: string): SimulatedDatabase;
  setAside(copy: StoredCopy): void;
  /** What it holds is with another one, unless it was the last. */
  deleted(copy: StoredCopy, isLast: boolean): void;
  /** Tells the cluster that the copy is gone; rejects when that was not to be done. */
  confirmDeletion(command: RemoveNodeFromDatabase): Promise<void>;
}

/** Opens and closes the copies of a node as the records say, as the landlord of a node does. */
export class CopyKeeper {
  readonly #node: WorldNode;
  readonly #surroundings: KeeperSurroundings;
  readonly #open = new Map<string, SimulatedCopy>();
  readonly #names = new ClusterNames();
  /** Copies that the cluster took from this node: they hand over what they have before they go. */
  readonly #leaving = new Set<string>();
  #isClosed = false;

  constructor(node: WorldNode, surroundings: KeeperSurroundings) {
    this.#node = node;
    this.#surroundings = surroundings;
    this.#names.follow(node.clusterId);
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
    const isForeign = foreignClusterIn(header, this.#node.clusterId) !== null;
    if (isForeign || copy === undefined || copy.refuse(header) !== null) connection.close();
    else copy.replication.accept(connection, header);
  }

  /** The records, or who is in the cluster, may have changed. */
  settle(): void {
    for (const name of this.#surroundings.names) {
      const view = findRecord(this.#node.list.state, name);
      if (view !== undefined) this.#settle(view);
      // What was deleted softly stays where it is.
      else this.#close(name);
    }
  }

  /** The process ends. */
  close(): void {
    this.#isClosed = true;
    for (const copy of this.#open.values()) copy.close();
    this.#open.clear();
  }

  #settle(view: StoredRecord): void {
    const name = view.record.DatabaseName;
    const tag = this.#tag;
    const found = this.#found(name);
    const given = this.#given(view);
    if (found !== undefined && isRecordOlder(found, given, view.etag)) {
      this.#close(name);
      return;
    }
    if (this.#leaving.has(name)) return;
    if (found !== undefined && isStaleCopy(found, given) && !this.#leave(name)) return;
    if (tag !== null && view.record.DeletionInProgress[tag] !== undefined) {
      void this.#depart(view, tag, view.record.DeletionInProgress[tag] === 'HardDelete');
      return;
    }
    if (tag === null || !copyHolders(view.record.Topology).includes(tag)) {
      if (found !== undefined && isKeptInPlace(found, given)) this.#close(name);
      else this.#leave(name);
      return;
    }
    // Files that were kept may be open as those of the former database.
    if (this.#open.get(name)?.groupId !== given.groupId) this.#close(name);
    const copy = this.#open.get(name) ?? this.#openCopy(view, tag);
    copy.update(view, (other) => this.#addressOf(other));
  }

  #found(name: string): CopyStamp | undefined {
    const { stored } = this.#surroundings;
    this.#names.follow(this.#node.clusterId);
    const copy = stored.get(name);
    const stamp = copy === undefined ? null : this.#names.renamed(copy.stamp);
    if (copy === undefined || stamp === null) return copy?.stamp;
    stored.set(name, { ...copy, stamp });
    return stamp;
  }

  #given({ record: { Topology: topology } }: StoredRecord): GivenCopy {
    const { id: nodeId, clusterId } = this.#node;
    return givenCopy(topology, { tag: this.#tag ?? '?', nodeId, clusterId });
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
    const { stored, create } = this.#surroundings;
    const name = view.record.DatabaseName;
    const found = stored.get(name);
    const stamp = stampFor(this.#given(view), found?.stamp ?? null);
    const kept = { stamp, database: found?.database ?? create(name, tag) };
    stored.set(name, kept);
    const copy = this.#openStored(kept, view);
    this.#open.set(name, copy);
    return copy;
  }

  #openStored(stored: StoredCopy, view: StoredRecord): SimulatedCopy {
    const { clock, network } = this.#surroundings;
    return new SimulatedCopy(stored, view, this.#node, clock, network);
  }

  /** Tried again with the next look at the record, if it comes to no end. */
  async #depart(view: StoredRecord, tag: string, isHard: boolean): Promise<void> {
    const { stored, deleted, confirmDeletion } = this.#surroundings;
    const { DatabaseName: name, Topology: topology } = view.record;
    this.#leaving.add(name);
    const copy = this.#open.get(name);
    this.#open.delete(name);
    const leaving = (open: SimulatedCopy) => ({
      handOver: (_: unknown, timeoutMs: number) =>
        open.handOver(view.record, (other) => this.#addressOf(other), timeoutMs),
      get writtenEtag() {
        return writtenEtag(open.database);
      },
      close: () => open.drain(),
    });
    const quarantine = async () => {
      this.#leave(name);
      return null;
    };
    try {
      await depart({
        view,
        tag,
        isHard,
        loaded: copy === undefined ? null : leaving(copy),
        open: async () => {
          const found = stored.get(name);
          return found === undefined ? null : leaving(this.#openStored(found, view));
        },
        isStopping: () => this.#isClosed,
        folders: {
          quarantine,
          keep: async () => {
            const copy = stored.get(name);
            if (copy !== undefined) stored.set(name, { ...copy, stamp: { ...copy.stamp, isKept: true } });
          },
          delete: async () => {
            const gone = stored.get(name);
            stored.delete(name);
            if (gone !== undefined) deleted(gone, copyHolders(topology).length === 0);
          },
        },
        cluster: {
          recordsDurable: async () => {
            // A process that has ended does nothing to the files any more.
            if (this.#isClosed) await new Promise<never>(() => {});
            if (!this.#node.flush()) throw new Error('The state can not be written now.');
          },
          confirmDeletion: () =>
            confirmDeletion({
              type: 'RemoveNodeFromDatabase',
              name,
              node: tag,
              topologyId: topology.DatabaseTopologyIdBase64,
            }),
        },
        logger: silentLogger,
      });
    } catch {
      // The cluster could not be told.
    } finally {
      this.#leaving.delete(name);
    }
  }

  #close(name: string): void {
    this.#open.get(name)?.close();
    this.#open.delete(name);
  }

  /** Whether it is gone; else it is tried again with the next look at the record. */
  #leave(name: string): boolean {
    const { stored, setAside } = this.#surroundings;
    this.#close(name);
    const copy = stored.get(name);
    if (copy === undefined) return true;
    if (!this.#node.flush()) return false;
    stored.delete(name);
    setAside(copy);
    return true;
  }
}
