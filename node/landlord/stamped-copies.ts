import type { ClusterView, RecordView } from './cluster-view.ts';
import {
  ClusterNames,
  type CopyStamp,
  type GivenCopy,
  givenCopy,
  isKeptInPlace,
  isRecordOlder,
  isStaleCopy,
  stampFor,
} from './copy-stamp.ts';
import type { DatabaseFolders } from './database-folder.ts';

type Place = Pick<ClusterView, 'nodeTag' | 'serverId' | 'clusterId'>;

/** The copies that lie on the disk of this node, beside what records say of them. */
export class StampedCopies {
  readonly #folders: DatabaseFolders;
  readonly #cluster: Place;
  readonly #names = new ClusterNames();

  constructor(folders: DatabaseFolders, cluster: Place) {
    this.#folders = folders;
    this.#cluster = cluster;
    this.#names.follow(cluster.clusterId());
  }

  /** The record is from before the copy, and says nothing about it. */
  async isRecordOlder(view: RecordView): Promise<boolean> {
    const found = await this.#found(view);
    return found !== null && isRecordOlder(found, this.#givenBy(view), view.etag);
  }

  /**
   * A copy that was given up while this node was down or behind, and given back, is old, and so is one of a former
   * database of the same name: what was deleted since would come back with it.
   */
  async isStale(view: RecordView): Promise<boolean> {
    const found = await this.#found(view);
    return found !== null && isStaleCopy(found, this.#givenBy(view));
  }

  /** The files of a database that is being deleted stay, for a new one of its name to find. */
  async isKept(view: RecordView): Promise<boolean> {
    const found = await this.#found(view);
    return found !== null && isKeptInPlace(found, this.#givenBy(view));
  }

  /** Whether the copy that is open is the one that the record speaks of. */
  async isCurrent(view: RecordView): Promise<boolean> {
    const found = await this.#found(view);
    return found === null || found.groupId === view.record.Topology.DatabaseTopologyIdBase64;
  }

  /** Of the copy that the record gives to this node, which is about to be opened. */
  async stamp(view: RecordView): Promise<CopyStamp> {
    const stamp = stampFor(this.#givenBy(view), await this.#found(view));
    await this.#folders.stamp(view.record.DatabaseName, stamp);
    return stamp;
  }

  async #found({ record: { DatabaseName: name } }: RecordView): Promise<CopyStamp | null> {
    this.#names.follow(this.#cluster.clusterId());
    const found = await this.#folders.stampOf(name);
    const renamed = found === null ? null : this.#names.renamed(found);
    if (renamed !== null) await this.#folders.stamp(name, renamed);
    return renamed ?? found;
  }

  #givenBy({ record: { Topology: topology } }: RecordView): GivenCopy {
    const { serverId: nodeId } = this.#cluster;
    return givenCopy(topology, {
      tag: this.#cluster.nodeTag(),
      nodeId,
      clusterId: this.#cluster.clusterId(),
    });
  }
}
