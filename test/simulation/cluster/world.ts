import { etagOf } from '../../../node/documents/change-vector.ts';
import type { NodeId } from '../../../node/rachis/core/entry.ts';
import { check } from '../kernel/invariant-violation.ts';
import { SeededRandom } from '../kernel/seeded-random.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { drain, VirtualTime } from '../kernel/virtual-time.ts';
import { FaultInjector } from '../rachis/fault-injector.ts';
import type { FaultKind } from '../rachis/fault-profile.ts';
import { SimulatedCluster } from '../rachis/simulated-cluster.ts';
import { SimulatedDatabase, type WrittenVersion } from '../replication/simulated-database.ts';
import { VirtualNetwork } from '../replication/virtual-network.ts';
import { Administrator } from './administrator.ts';
import { Clients } from './clients.ts';
import { DATABASES } from './database-group.ts';
import { type DatabaseLife, isOfLife } from './database-life.ts';
import { DatabaseLives } from './database-lives.ts';
import { Machines } from './machines.ts';
import { NodeProgram } from './node-program.ts';
import { LATEST_VERSION, ReplicatedCluster } from './replicated-cluster.ts';
import { SharedHashes } from './shared-hashes.ts';
import type { StoredCopy } from './simulated-copy.ts';
import { UnsafeRecovery } from './unsafe-recovery.ts';
import type { WorldCluster, WorldNode } from './world-node.ts';
import type { ScheduledFault, WorldProfile } from './world-profile.ts';

/** How long a copy waits at most to know what was agreed on, and its pause between two looks, in virtual milliseconds. */
const BARRIER_WITHIN_MS = 15_000;
const BARRIER_LOOK_MS = 20;

/** A whole cluster with its databases and its clients: one clock, one network, one seed. */
export class World {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly profile: WorldProfile;
  readonly network: VirtualNetwork;
  readonly lives: DatabaseLives;
  readonly clients: Clients;
  readonly administrator: Administrator;
  readonly recovery: UnsafeRecovery;
  readonly cluster: WorldCluster;
  /** Copies that were given up with what they hold, in the order of that. */
  readonly asideIds = new Set<string>();
  /** Copies that were deleted because the group was to have fewer. */
  readonly handedOverIds = new Set<string>();
  readonly #programs = new Map<WorldNode, NodeProgram>();
  readonly #copies = new Map<NodeId, Map<string, StoredCopy>>();
  readonly #machines: Machines;
  #lastRequest = 0;
  #lastDatabase = 0;
  #violation: unknown = null;
  #frontier = 0;

  constructor(random: SeededRandom, profile: WorldProfile, onTrace: ((line: string) => void) | null) {
    this.random = random;
    this.profile = profile;
    this.#machines = new Machines(random, profile);
    const time = new VirtualTime(random.next, this.clock);
    this.network = new VirtualNetwork(
      time,
      { isCut: (from, to) => this.cluster.network.cuts.isCut(Number(from), Number(to)) },
      (slot) => this.cluster.nodes[Number(slot)]?.isPaused === true,
    );
    this.lives = new DatabaseLives(DATABASES.slice(0, profile.replicationFactors.length), {
      now: () => this.clock.nowMs,
      copyOf: (groupId, tag) => this.#databaseOf(groupId, tag),
    });
    this.clients = new Clients(this);
    this.administrator = new Administrator(this);
    this.recovery = new UnsafeRecovery(this);
    const hashes = new SharedHashes();
    this.cluster = new SimulatedCluster(
      random,
      profile.raft,
      {
        create: (appliedIndex) => new ReplicatedCluster(hashes, appliedIndex),
        started: (node) => this.#started(node),
        stopped: (node) => this.#stopped(node),
        applied: (node) => this.#applied(node),
        readAnswered: (node, context, index) => this.#programs.get(node)?.route.readAnswered(context, index),
      },
      onTrace,
      this.clock,
    );
  }

  /** Keeps the first violation that is found where nobody could catch it. */
  watch(inspection: () => void): void {
    try {
      inspection();
    } catch (error) {
      this.#violation ??= error;
    }
  }

  /** Runs what is due up to a time. @throws the first violation. */
  async runUntil(untilMs: number): Promise<void> {
    const { clock } = this;
    while (clock.nextMs <= untilMs) {
      clock.advance();
      await drain();
      if (this.#violation !== null) throw this.#violation;
    }
    clock.nowMs = Math.max(clock.nowMs, untilMs);
  }

  /** Of nodes that are not left behind in a former cluster. */
  get running(): readonly NodeProgram[] {
    return this.cluster.nodes.flatMap((node) =>
      node.isPaused || !this.isCurrent(node) ? [] : (this.#programs.get(node) ?? []),
    );
  }

  get former(): readonly NodeProgram[] {
    return this.cluster.nodes.flatMap((node) =>
      node.isPaused || this.isCurrent(node) ? [] : (this.#programs.get(node) ?? []),
    );
  }

  isRunning(program: NodeProgram): boolean {
    return this.#programs.get(program.node) === program && this.isCurrent(program.node);
  }

  /** Not of a cluster that an unsafe recovery has left behind. */
  isCurrent({ core, disk }: WorldNode): boolean {
    const clusterId = core?.clusterId ?? disk.clusterId;
    return clusterId === null || clusterId === this.cluster.currentCluster;
  }

  /** Index of the last entry that any node has applied. */
  get frontier(): number {
    return this.#frontier;
  }

  programOf(node: WorldNode): NodeProgram | undefined {
    return this.#programs.get(node);
  }

  /** Of those that believe to lead, the one with the newest term. */
  get leadingProgram(): NodeProgram | undefined {
    return this.running
      .filter(({ node }) => node.isLeading)
      .toSorted((a, b) => (b.node.core?.term ?? 0) - (a.node.core?.term ?? 0))[0];
  }

  nodeOf(id: NodeId | null): WorldNode | undefined {
    return id === null ? undefined : this.cluster.nodes.find((node) => node.id === id);
  }

  /** A message from one node to another: late or lost, and for who runs there when it comes. */
  tell(from: WorldNode, to: WorldNode, deliver: (program: NodeProgram) => void): void {
    const { clusterId } = from;
    this.cluster.network.tell(from.slot, to.slot, () =>
      to.later(0, () => {
        const program = this.#programs.get(to);
        // Nodes of different clusters have no connection.
        const isApart = clusterId !== null && to.clusterId !== null && clusterId !== to.clusterId;
        if (program !== undefined && !isApart) deliver(program);
      }),
    );
  }

  nextRequest(): number {
    return ++this.#lastRequest;
  }

  versionOf(node: WorldNode): number {
    return this.#machines.versionOf(node);
  }

  wallMs(node: WorldNode): number {
    return this.#machines.wallMs(node, this.clock.nowMs);
  }

  upgrade(node: WorldNode, version: number): void {
    if (this.versionOf(node) >= version) return;
    this.cluster.trace(() => `${node.id} is updated to version ${version}`);
    this.#machines.upgrade(node, version);
    if (node.core === null) return;
    node.crash();
    this.clock.schedule(500, () => {
      if (node.core === null && !this.cluster.wipedIds.has(node.id)) node.start();
    });
  }

  copiesOf(id: NodeId): Map<string, StoredCopy> {
    const copies = this.#copies.get(id) ?? new Map<string, StoredCopy>();
    this.#copies.set(id, copies);
    return copies;
  }

  createDatabase(node: WorldNode, name: string, tag: string): SimulatedDatabase {
    const id = `copy${++this.#lastDatabase}`.padEnd(22, 'x');
    const database = new SimulatedDatabase({
      name,
      nodeTag: tag,
      id,
      time: {
        now: () => this.clock.nowMs,
        random: this.random.next,
        after: (delayMs, callback) => {
          node.later(delayMs, callback);
          return () => {};
        },
      },
      wallMs: () => this.wallMs(node),
      failure: () => this.#machines.storageFailure(node),
    });
    this.cluster.trace(() => `${node.id} has a new copy of ${name}, ${id}`);
    database.onInspect = () => {
      const stored = this.copiesOf(node.id).get(name);
      if (stored?.database !== database || !this.isCurrent(node)) return;
      this.watch(() => {
        this.recovery.checkNothingForeign(database);
        this.lives.ofGroup(stored.stamp.groupId)?.committed(database);
      });
    };
    return database;
  }

  setAside(node: WorldNode, { database }: StoredCopy): void {
    this.cluster.trace(() => `${node.id} sets its copy ${database.id} of ${database.name} aside`);
    this.asideIds.add(database.id);
  }

  /** While others keep copies, and the database is to stay, only what another one has is deleted. */
  deleted(node: WorldNode, { database: { id, name }, stamp }: StoredCopy, isLast: boolean): void {
    this.cluster.trace(() => `${node.id} deletes its copy ${id} of ${name}`);
    const life = this.lives.ofGroup(stamp.groupId);
    if (isLast || !this.isCurrent(node) || life === undefined || life.deletion !== null) return;
    this.handedOverIds.add(id);
    for (const { databaseId, version } of life.acknowledgedWrites) {
      if (databaseId === id) this.#checkHandedOver(id, version);
    }
  }

  acknowledged(life: DatabaseLife, database: SimulatedDatabase, written: readonly WrittenVersion[]): void {
    life.acknowledged(database, written);
    if (!this.handedOverIds.has(database.id)) return;
    for (const version of written) this.#checkHandedOver(database.id, version);
  }

  #checkHandedOver(id: string, { changeVector }: WrittenVersion): void {
    const etag = etagOf(changeVector, id);
    const others = [...this.#copies.values()].flatMap((copies) => [...copies.values()]);
    this.watch(() =>
      check(
        others.some(({ database }) => etagOf(database.changeVector, id) >= etag),
        'a copy that leaves has handed over what was acknowledged on it',
        () => `nobody has [${changeVector}] of ${id}, which was deleted`,
      ),
    );
  }

  inject({ kind, seed }: ScheduledFault): void {
    const random = new SeededRandom(seed);
    const node = random.pick(this.cluster.nodes) as WorldNode;
    switch (kind) {
      case 'upgrade':
        this.upgrade(node, LATEST_VERSION);
        break;
      case 'clockJump':
        this.#machines.setSkewMs(node, random.between(-30_000, 30_000));
        this.cluster.trace(() => `the clock of ${node.id} jumps`);
        break;
      case 'breakReplication':
        this.network.breakOne();
        break;
      case 'diskFull':
        node.fillDisk();
        this.clock.schedule(random.between(500, 12_000), () => node.emptyDisk());
        break;
      case 'factor':
        this.administrator.changeFactor(random);
        break;
      case 'deleteDatabase':
        this.administrator.deleteDatabase(random);
        break;
      case 'zone':
        this.administrator.changeZone(node, random);
        break;
      case 'storageFails':
        this.cluster.trace(() => `the storage of ${node.id} fails`);
        this.#machines.failNextWrite(node);
        break;
      case 'cleanTombstones':
        this.cleanTombstones(node);
        if (random.chance(0.5)) this.#crashSoon(node, random);
        break;
      case 'goAway':
        this.#goAway(node, random.between(15_000, 40_000));
        break;
      default:
        this.#injector(random).inject(kind satisfies FaultKind);
    }
  }

  /** As a node does it: once it knows, durably, what the cluster has agreed on by now, or not at all. */
  cleanTombstones(node: WorldNode): void {
    if (!this.isCurrent(node)) return;
    const program = this.#programs.get(node);
    const agreed = this.cluster.ledgers.logs.commitMax;
    const deadlineMs = this.clock.nowMs + BARRIER_WITHIN_MS;
    const look = () => {
      if (program === undefined || this.#programs.get(node) !== program) return;
      if (node.list.appliedIndex >= agreed) this.#cleanNow(node);
      else if (this.clock.nowMs < deadlineMs) this.clock.schedule(BARRIER_LOOK_MS, look);
    };
    look();
  }

  #cleanNow(node: WorldNode): void {
    if (!node.flush()) return;
    for (const { database, groupId, isGroupCurrent } of this.#programs.get(node)?.keeper.copies ?? []) {
      if (!isGroupCurrent) continue;
      const life = this.lives.ofGroup(groupId);
      database
        .cleanTombstones((tombstones) => life?.writes.cleaning(tombstones))
        .catch(() => {
          // The copy was closed meanwhile.
        });
    }
  }

  /** It may come back with an older state than that by which it has just done something. */
  #crashSoon(node: WorldNode, random: SeededRandom): void {
    this.clock.schedule(random.between(1, 60), () => this.#injector(random).crash(node));
  }

  /** For long enough that its copy may not be trusted any more. The others clean up meanwhile. */
  #goAway(node: WorldNode, forMs: number): void {
    if (node.core === null) return;
    this.cluster.trace(() => `${node.id} is away for ${forMs} ms`);
    node.crash();
    this.clock.schedule(forMs, () => {
      // While nothing happens any more, nobody cleans: that would be news for the others.
      if (!this.cluster.isCalm) for (const { node: other } of this.running) this.cleanTombstones(other);
      if (node.core === null && !this.cluster.wipedIds.has(node.id)) node.start();
    });
  }

  #injector(random: SeededRandom): FaultInjector<ReplicatedCluster> {
    return new FaultInjector(this.cluster, random, {
      burst: () => {
        for (let made = 0; made < 10; made++) this.clients.request();
      },
      membership: (node) => this.administrator.remove(node),
      recover: (node) => this.recovery.begin(node, random),
      wipe: (node) => {
        if (this.#mayBeLost(node)) this.cluster.wipe(node.slot);
      },
    });
  }

  /** Of each database another member has to be left with its disk, else the data would be gone for good. */
  #mayBeLost(node: WorldNode): boolean {
    const own = node.image.configuration?.nodes.find(({ id }) => id === node.id)?.tag;
    return this.lives.living.every(({ name, groupId, topologies: { topology } }) => {
      const members = topology?.Members ?? [];
      const others = members.filter((tag) => tag !== own && this.#databaseOf(groupId, tag) !== undefined);
      return !this.administrator.isRemovingCopy(name) && others.length > 0;
    });
  }

  #databaseOf(groupId: string, tag: string): SimulatedDatabase | undefined {
    const life = this.lives.ofGroup(groupId);
    if (life === undefined) return undefined;
    for (const { id } of this.cluster.nodes) {
      const found = this.copiesOf(id).get(life.name);
      if (found?.database.nodeTag === tag && isOfLife(found, life)) return found.database;
    }
    return undefined;
  }

  #started(node: WorldNode): void {
    node.list.version = this.versionOf(node);
    this.#programs.set(node, new NodeProgram(this, node));
    // Whoever counts as lost is stopped again until the survivor stands.
    this.clock.schedule(0, () => {
      if (this.recovery.isUnderWay && this.isCurrent(node)) node.crash();
    });
  }

  #stopped(node: WorldNode): void {
    this.#programs.get(node)?.close();
    this.#programs.delete(node);
  }

  #applied(node: WorldNode): void {
    const { list } = node;
    list.version = this.versionOf(node);
    const isNext = list.appliedIndex === this.#frontier + 1 || this.#frontier === 0;
    if (isNext && this.isCurrent(node)) {
      this.#frontier = list.appliedIndex;
      if (list.lastApplied !== null) this.lives.applied(list.lastApplied, list);
    }
    this.#programs.get(node)?.applied();
  }
}
