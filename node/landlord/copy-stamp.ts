import type { DatabaseTopology } from '../cluster/database-record.ts';

/** Names a copy: of which database group, and since which Raft index which node has been holding it. */
export interface CopyStamp {
  /** DatabaseTopologyIdBase64. */
  readonly groupId: string;
  readonly addedAt: number;
  /** ServerId of the node; absent in stamps of older versions. */
  readonly nodeId?: string;
  /** In whose log the index is; absent in stamps of older versions. */
  readonly clusterId?: string;
  /** Its database was deleted, and its files were to stay. */
  readonly isKept?: boolean;
}

/** The copy that a record gives to this node. */
export interface GivenCopy extends CopyStamp {
  /** It was given with the database itself, and not to a group that had gone on before. */
  readonly isFirst: boolean;
}

/** Where a node is, for the stamps of its copies. */
export interface CopyPlace {
  /** The node's, in the cluster; anything that no topology names while it is in none. */
  readonly tag: string;
  readonly nodeId: string;
  /** null: the node is in no cluster. */
  readonly clusterId: string | null;
}

/** The copy of a group that is to be in this place. */
export function givenCopy(
  topology: Pick<DatabaseTopology, 'DatabaseTopologyIdBase64' | 'NodesAddedAt'>,
  { tag, nodeId, clusterId }: CopyPlace,
): GivenCopy {
  const { [tag]: addedAt = 0, ...others } = topology.NodesAddedAt ?? {};
  return {
    groupId: topology.DatabaseTopologyIdBase64,
    addedAt,
    nodeId,
    ...(clusterId === null ? {} : { clusterId }),
    isFirst: addedAt > 0 && Object.values(others).every((other) => other >= addedAt),
  };
}

/** What is written about it on the disk. A mark of what is found there stays as long as it is of the same group. */
export function stampFor({ isFirst: _, ...given }: GivenCopy, found: CopyStamp | null): CopyStamp {
  return found !== null && isKeptInPlace(found, given) ? { ...given, isKept: true } : given;
}

/**
 * The clusters that a node has been in since its process began. From one to the next without being in none it goes by an
 * unsafe recovery alone, of which it is the survivor: the log goes on with the same indexes, under another name.
 */
export class ClusterNames {
  #current: string | null = null;
  readonly #former = new Set<string>();

  /** null: the node is in none. */
  follow(clusterId: string | null): void {
    if (clusterId === this.#current) return;
    if (clusterId === null) this.#former.clear();
    else if (this.#current !== null) this.#former.add(this.#current);
    this.#current = clusterId;
  }

  /** The stamp of a copy of this log with the name of now; null: it has that, or is of another log. */
  renamed(found: CopyStamp): CopyStamp | null {
    const isOfThisLog = found.clusterId !== undefined && this.#former.has(found.clusterId);
    return isOfThisLog && this.#current !== null ? { ...found, clusterId: this.#current } : null;
  }
}

/**
 * Whether a copy that is found on disk must not be taken for the one that the record speaks of. Of the same group: this
 * node was given its copy later than that, or another node was given it, whose place this one has taken. Either was given
 * up in between, and what was deleted since would come back with it. Of another group: it is that of a database which is
 * no more, unless its files were kept for a new one to find. Stamps of older versions don't tell that, and are believed.
 */
export function isStaleCopy(found: CopyStamp, given: GivenCopy): boolean {
  if (found.groupId !== given.groupId) {
    return found.clusterId !== undefined && !(found.isKept === true && given.isFirst);
  }
  const isOfAnotherNode = found.nodeId !== undefined && found.nodeId !== given.nodeId;
  return isOfAnotherNode || found.addedAt < given.addedAt;
}

/**
 * Whether a copy that the record does not give to this node stays where it is all the same: the whole database was
 * deleted but for its files, and other nodes have not told yet that theirs is closed.
 */
export function isKeptInPlace(found: CopyStamp, given: Pick<CopyStamp, 'groupId'>): boolean {
  return found.isKept === true && found.groupId === given.groupId;
}

/**
 * Whether a record is older than the copy that is found on disk: what a node has applied may be behind what it once had
 * acted on, after a crash, until it has applied its log again. Such a record says nothing about the copy. It may be that
 * of a former database of the same name.
 */
export function isRecordOlder(
  found: CopyStamp,
  { groupId, nodeId, clusterId }: Pick<CopyStamp, 'groupId' | 'nodeId' | 'clusterId'>,
  recordIndex: number,
): boolean {
  const isOwn = found.nodeId === undefined || found.nodeId === nodeId;
  const isOfThisLog =
    found.groupId === groupId || (found.clusterId !== undefined && found.clusterId === clusterId);
  return isOwn && isOfThisLog && recordIndex < found.addedAt;
}
