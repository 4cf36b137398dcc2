import { compareChangeVectors, mergeChangeVectors } from '../../../node/documents/change-vector.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import type { ConflictPolicy } from '../../../node/replication/conflict-resolution.ts';
import { GroupReplication } from '../../../node/replication/group-replication.ts';
import { STREAM_LIMITS } from '../../../node/replication/limits.ts';
import { parseOperationHeader } from '../../../node/wire/operation-header.ts';
import { SimulatedDatabase, type WrittenVersion } from './simulated-database.ts';
import { VirtualNetwork } from './virtual-network.ts';
import { seededRandom, VirtualTime } from './virtual-time.ts';

/** More documents than fit into one part of a batch. */
const GROUP_SIZE = 5;

interface Node {
  readonly tag: string;
  readonly database: SimulatedDatabase;
  loader: GroupReplication | null;
}

/** A database group under a seed: real senders, receivers and conflict rules over a virtual network and storage. */
export class SimulatedGroup {
  readonly time: VirtualTime;
  readonly network: VirtualNetwork;
  readonly nodes: readonly Node[];
  readonly random: () => number;
  readonly #written: WrittenVersion[] = [];
  readonly #vectors = new Map<string, string>();
  /** Small, so that transactions are cut into parts, windows fill and left items overflow. */
  readonly #limits = {
    ...STREAM_LIMITS,
    batchItems: 3,
    scanItems: 7,
    windowBatches: 2,
    relaysRemembered: 4,
  };
  policy: ConflictPolicy;
  #counter = 0;
  #violation: Error | null = null;
  /** By id: the merged vectors of the tombstones that were cleaned anywhere. */
  readonly #cleaned = new Map<string, string>();
  #members: readonly Node[];

  constructor(seed: number, size: number, policy: ConflictPolicy = 'latest') {
    this.policy = policy;
    this.random = seededRandom(seed);
    this.time = new VirtualTime(this.random);
    this.network = new VirtualNetwork(this.time);
    this.nodes = Array.from({ length: size }, (_, i) => {
      const tag = String.fromCharCode(65 + i);
      const id = tag.padEnd(22, 'x');
      // Clocks differ; some by more than what others follow.
      const clockSkewMs = (this.random() - 0.5) * (this.random() < 0.2 ? 300_000 : 2_000);
      const database = new SimulatedDatabase(tag, id, this.time, clockSkewMs);
      database.onInspect = () => this.#watch(() => this.#inspect(database));
      return { tag, database, loader: null };
    });
    this.#members = this.nodes;
  }

  start(members: readonly Node[] = this.nodes): void {
    this.#members = members;
    for (const node of members) {
      if (node.loader === null) this.startNode(node);
      else node.loader.setTopology(this.#peersOf(node));
    }
  }

  startNode(node: Node): void {
    const loader = new GroupReplication({
      database: node.database,
      nodeTag: node.tag,
      logger: silentLogger,
      clock: this.time,
      limits: this.#limits,
      connect: (options) => {
        const header = parseOperationHeader({
          Operation: options.operation,
          OperationVersion: options.version,
          DatabaseName: options.databaseName,
          SourceNodeTag: options.sourceNodeTag,
          Info: options.info,
        });
        return this.network.connect(node.tag, options.address, header);
      },
    });
    node.loader = loader;
    void loader.setConflictPolicy(this.policy);
    this.network.listen(node.tag, (connection, header) => loader.accept(connection, header));
    loader.setTopology(this.#peersOf(node));
  }

  crashNode(node: Node): void {
    node.database.crash();
    void node.loader?.close();
    node.loader = null;
    this.network.remove(node.tag);
  }

  /** One random client request at a random running member. */
  write(keys: number): void {
    const node = this.pick(this.#members.filter((each) => each.loader !== null));
    if (node === undefined) return;
    const value = `${node.tag}${this.#counter++}`;
    const id = () => `things/${Math.floor(this.random() * keys)}`;
    const dice = this.random();
    const documents =
      dice < 0.2
        ? [{ id: id(), value: null }]
        : dice < 0.3
          ? // Identical content from several writers.
            [{ id: id(), value: 'same' }]
          : dice < 0.4
            ? // Documents of one transaction that nobody writes again: everywhere all or none.
              Array.from({ length: GROUP_SIZE }, (_, i) => ({ id: `groups/${value}/${i}`, value }))
            : [{ id: id(), value }];
    node.database.write(documents).then(
      (written) => this.#written.push(...written),
      () => {
        // The node crashed before the write was durable: it never was.
      },
    );
  }

  get members(): readonly Node[] {
    return this.#members;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  /** Lets everything that is still due happen, then says how many batches and items the last silent hour took. */
  async settle(): Promise<{ readonly batches: number; readonly items: number }> {
    this.network.heal();
    await this.time.run(120_000);
    this.check();
    const { batches, items } = this.network.traffic;
    await this.time.run(60_000);
    this.check();
    return { batches: this.network.traffic.batches - batches, items: this.network.traffic.items - items };
  }

  async cleanTombstones(node: Node): Promise<void> {
    const cleaned = await node.database.cleanTombstones((tombstones) => {
      for (const { id, changeVector } of tombstones) {
        this.#cleaned.set(id, mergeChangeVectors(this.#cleaned.get(id) ?? '', changeVector));
      }
    });
    this.#watch(() => this.#expectNotNeeded(node, cleaned));
  }

  /** Throws the first violation that was seen in the middle of things. */
  check(): void {
    if (this.#violation !== null) throw this.#violation;
  }

  #watch(inspection: () => void): void {
    try {
      inspection();
    } catch (error) {
      this.#violation ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  #expectNotNeeded(node: Node, cleaned: readonly WrittenVersion[]): void {
    for (const tombstone of cleaned) {
      for (const other of this.#members) {
        const stale = other.database
          .versionsOf(tombstone.id)
          .filter((version) => version.kind === 'document')
          .find((version) => compareChangeVectors(tombstone.changeVector, version.changeVector) === 'Update');
        if (stale !== undefined) {
          throw new Error(
            `${node.tag} cleaned tombstone [${tombstone.changeVector}] though ${other.tag} has [${stale.changeVector}]`,
          );
        }
      }
    }
  }

  /** After each commit: vectors only grow, transactions are whole, and the vector's claim is true. */
  #inspect(database: SimulatedDatabase): void {
    const before = this.#vectors.get(database.nodeTag) ?? '';
    const now = database.changeVector;
    if (compareChangeVectors(before, now) !== 'AlreadyMerged') {
      throw new Error(`The vector of ${database.nodeTag} went back from [${before}] to [${now}]`);
    }
    this.#vectors.set(database.nodeTag, now);
    for (const { id, changeVector } of this.#written) {
      if (compareChangeVectors(changeVector, now) !== 'AlreadyMerged') continue;
      // What was deleted, and its tombstone cleaned, may have been created anew by a member that never saw it.
      const joined = mergeChangeVectors(database.joinedVector(id), this.#cleaned.get(id) ?? '');
      if (compareChangeVectors(changeVector, joined) === 'AlreadyMerged') continue;
      throw new Error(
        `${database.nodeTag} claims [${now}] but has ${id} [${joined}] instead of [${changeVector}]`,
      );
    }
    const groups = new Map<string, number>();
    for (const id of database.documents()) {
      const group = /^groups\/(\w+)\//.exec(id)?.[1];
      if (group !== undefined) groups.set(group, (groups.get(group) ?? 0) + 1);
    }
    for (const [group, count] of groups) {
      if (count !== GROUP_SIZE) {
        throw new Error(
          `${database.nodeTag} has ${count} of the ${GROUP_SIZE} documents of transaction ${group}`,
        );
      }
    }
  }

  setPolicy(policy: ConflictPolicy): void {
    this.policy = policy;
    for (const { loader } of this.nodes) void loader?.setConflictPolicy(policy);
  }

  #peersOf(node: Node): { tag: string; tcpAddress: string; database: string }[] {
    return this.#members
      .filter((other) => other !== node)
      .map(({ tag }) => ({ tag, tcpAddress: tag, database: 'model' }));
  }
}
