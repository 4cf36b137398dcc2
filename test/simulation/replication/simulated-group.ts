import { compareChangeVectors } from '../../../node/documents/change-vector.ts';
import { TransactionExecutor } from '../../../node/landlord/transaction-executor.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import type { ConflictPolicy } from '../../../node/replication/conflict-resolution.ts';
import { GroupReplication } from '../../../node/replication/group-replication.ts';
import { STREAM_LIMITS } from '../../../node/replication/limits.ts';
import { parseOperationHeader } from '../../../node/wire/operation-header.ts';
import { LinkCuts } from '../kernel/link-cuts.ts';
import { SeededRandom } from '../kernel/seeded-random.ts';
import { VirtualTime } from '../kernel/virtual-time.ts';
import { SimulatedDatabase, type WrittenVersion } from './simulated-database.ts';
import { GROUP, SimulatedLog } from './simulated-log.ts';
import { VirtualNetwork } from './virtual-network.ts';
import { WriteLedger } from './write-ledger.ts';

/** More documents than fit into one part of a batch. */
const GROUP_SIZE = 5;

interface Node {
  readonly tag: string;
  readonly database: SimulatedDatabase;
  loader: GroupReplication | null;
  executor: TransactionExecutor | null;
  /** Count of the last document of cluster transactions that the node has applied. */
  appliedCount: number;
  /** It was in the group before the first cluster transaction. */
  mayBegin: boolean;
}

/** A database group under a seed: real senders, receivers and conflict rules over a virtual network and storage. */
export class SimulatedGroup {
  readonly time: VirtualTime;
  readonly cuts = new LinkCuts<string>();
  readonly network: VirtualNetwork;
  readonly nodes: readonly Node[];
  readonly random: () => number;
  readonly #ledger: WriteLedger;
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
  #members: readonly Node[];
  readonly #log: SimulatedLog;

  constructor(seed: number, size: number, policy: ConflictPolicy = 'latest') {
    this.policy = policy;
    this.random = new SeededRandom(seed).next;
    this.time = new VirtualTime(this.random);
    this.network = new VirtualNetwork(this.time, this.cuts);
    this.nodes = Array.from({ length: size }, (_, i) => {
      const tag = String.fromCharCode(65 + i);
      const id = tag.padEnd(22, 'x');
      // Clocks differ; some by more than what others follow.
      const clockSkewMs = (this.random() - 0.5) * (this.random() < 0.2 ? 300_000 : 2_000);
      const wallMs = () => 1_000_000 + this.time.now() + clockSkewMs;
      const database = new SimulatedDatabase({
        name: 'simulated',
        nodeTag: tag,
        id,
        time: this.time,
        wallMs,
      });
      database.onInspect = () => this.#watch(() => this.#inspect(database));
      return { tag, database, loader: null, executor: null, appliedCount: 0, mayBegin: false };
    });
    this.#members = this.nodes;
    this.#log = new SimulatedLog(this.nodes.map(({ tag }) => tag));
    this.#ledger = new WriteLedger(this.#log.writes);
  }

  start(members: readonly Node[] = this.nodes): void {
    this.#members = members;
    if (this.#log.lastCount === 0) for (const node of members) node.mayBegin = true;
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
    node.executor = new TransactionExecutor({
      database: node.database,
      logger: silentLogger,
      group: () => GROUP,
      queue: () => this.#log.queue(node.appliedCount),
      mayBegin: () => node.mayBegin,
    });
    node.executor.wake();
    void loader.setConflictPolicy(this.policy);
    this.network.listen(node.tag, (connection, header) => loader.accept(connection, header));
    loader.setTopology(this.#peersOf(node));
  }

  crashNode(node: Node): void {
    node.database.crash();
    void node.loader?.close();
    void node.executor?.close();
    node.loader = null;
    node.executor = null;
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
      (written) => this.#ledger.acknowledged(written),
      () => {
        // The node crashed before the write was durable: it never was.
      },
    );
  }

  /** A cluster transaction, on documents that others write too or on such that only those do. Nodes learn of it in time. */
  transact(keys: number): void {
    const value = `T${this.#counter++}`;
    const dice = this.random();
    const kind = dice < 0.5 ? 'things' : 'cluster';
    const writes =
      dice > 0.85
        ? Array.from({ length: GROUP_SIZE }, (_, i) => ({ id: `groups/${value}/${i}`, value }))
        : Array.from({ length: 1 + Math.floor(this.random() * 3) }, () => ({
            id: `${kind}/${Math.floor(this.random() * keys)}`,
            value: this.random() < 0.3 ? null : value,
          }));
    const vectors = this.#log.transact(writes);
    for (const [at, { id, value: put }] of writes.entries()) {
      const changeVector = vectors[at];
      // The tombstone of a deletion goes in the end.
      if (put !== null && changeVector !== undefined) this.#ledger.acknowledged([{ id, changeVector }]);
    }
    const { lastCount } = this.#log;
    for (const node of this.nodes) {
      this.time.after(this.random() * (this.random() < 0.1 ? 30_000 : 100), () => {
        node.appliedCount = Math.max(node.appliedCount, lastCount);
        node.executor?.wake();
      });
    }
  }

  /** As the leader does, from what running members report; also beyond what all have, as with too much that waits. */
  pruneTransactions(): void {
    const vectorOf = (tag: string) => {
      const node = this.#members.find((member) => member.tag === tag);
      return node?.loader ? node.database.changeVector : undefined;
    };
    const tags = this.#members.map(({ tag }) => tag);
    this.#log.prune(tags, vectorOf, this.random() < 0.5);
  }

  /**
   * What cluster transactions alone have written is what the last of them made it, and no document is an older version
   * than one that somebody was told of.
   */
  expectNothingBroughtBack(): void {
    for (const { database, tag } of this.#members) {
      for (const [id, expected] of this.#log.writes.outcome()) {
        if (!id.startsWith('cluster/')) continue;
        const [version] = database.versionsOf(id);
        const body = version?.kind === 'document' ? version.body.toString() : null;
        const value = body === null ? null : (JSON.parse(body) as { value: string }).value;
        if (value !== expected) throw new Error(`${tag} has ${value} as ${id} instead of ${expected}`);
      }
      this.#ledger.checkNothingOlder(database);
    }
  }

  get members(): readonly Node[] {
    return this.#members;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  /** Lets everything that is still due happen, then says how many batches and items the last silent hour took. */
  async settle(): Promise<{ readonly batches: number; readonly items: number }> {
    this.cuts.heal();
    await this.time.run(120_000);
    this.check();
    const { batches, items } = this.network.traffic;
    await this.time.run(60_000);
    this.check();
    return { batches: this.network.traffic.batches - batches, items: this.network.traffic.items - items };
  }

  async cleanTombstones(node: Node): Promise<void> {
    const cleaned = await node.database.cleanTombstones((tombstones) => this.#ledger.cleaning(tombstones));
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
    this.#ledger.checkVectorGrows(database);
    this.#ledger.checkNewClaims(database);
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
