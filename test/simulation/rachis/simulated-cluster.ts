import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Entry, NodeId } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { emptyRestoredState } from '../../../node/rachis/core/restored-state.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { ClusterLedgers, type Survivor } from './cluster-ledgers.ts';
import type { FaultProfile } from './fault-profile.ts';
import { canDecide, clusterNode } from './membership-admin.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';
import type { SimulationWorld } from './simulation-world.ts';

const FIRST_CLUSTER = 'simulated';

/** The state machine of a run, and who is told what becomes of its nodes. */
export interface SimulatedMachine<State extends SimulatedState<State>> {
  /** Before any command. */
  create(appliedIndex: number): State;
  /** A process begins, with an empty memory. */
  started?(node: SimulatedNode<State>): void;
  /** It has crashed. */
  stopped?(node: SimulatedNode<State>): void;
  /** It has applied an entry, or put a snapshot in the place of its state (null). */
  applied?(node: SimulatedNode<State>, entry: Entry | null): void;
  readAnswered?(node: SimulatedNode<State>, context: number, index: number | null): void;
}

/** All the nodes of a run, what connects them, and the ledgers that watch them. */
export class SimulatedCluster<State extends SimulatedState<State>> implements SimulationWorld<State> {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly profile: FaultProfile;
  /** By cluster. */
  readonly #ledgers = new Map<string, ClusterLedgers>([[FIRST_CLUSTER, new ClusterLedgers()]]);
  #currentCluster = FIRST_CLUSTER;
  /** An unsafe recovery that is not durable yet. */
  #recovery: { readonly survivor: NodeId; readonly clusterId: string } | null = null;
  #lastCluster = 0;
  readonly network: SimulatedNetwork<State>;
  readonly nodes: SimulatedNode<State>[] = [];
  isCalm = false;
  readonly #disks = new Map<NodeId, SimulatedDisk<State>>();
  readonly #wiped = new Set<NodeId>();
  readonly #onTrace: ((line: string) => void) | null;
  readonly #machine: SimulatedMachine<State>;

  constructor(
    random: SeededRandom,
    profile: FaultProfile,
    machine: SimulatedMachine<State>,
    onTrace: ((line: string) => void) | null,
    clock = new VirtualClock(),
  ) {
    this.clock = clock;
    this.random = random;
    this.profile = profile;
    this.#machine = machine;
    this.#onTrace = onTrace;
    this.network = new SimulatedNetwork(this);
    const memberIds = Array.from(
      { length: profile.isGrown ? 1 : profile.memberCount },
      (_, slot) => `n${slot}.0`,
    );
    const configuration: Configuration = {
      clusterId: FIRST_CLUSTER,
      nodes: memberIds.map((id) => clusterNode(id, 'member')),
      outgoingMembers: [],
      lastTag: 'Z',
    };
    const base = { index: 1, term: 1, configuration };
    if (!profile.isGrown) this.ledgers.logs.startAt(base, machine.create(base.index).digest);
    for (let slot = 0; slot < profile.slotCount; slot++) {
      const isFounder = !profile.isGrown && slot < profile.memberCount;
      const restored = isFounder
        ? { hardState: { term: 1, votedFor: null }, snapshot: base, entries: [], appliedIndex: 1 }
        : emptyRestoredState;
      const disk = new SimulatedDisk(machine.create(restored.appliedIndex), restored);
      const founded = profile.isGrown && slot === 0 ? configuration : null;
      this.nodes.push(this.#startNode(slot, `n${slot}.0`, disk, founded));
    }
  }

  /** The cluster that counts in the end: the first one, or the one that the last unsafe recovery made. */
  get currentCluster(): string {
    return this.#currentCluster;
  }

  /** An unsafe recovery was begun and is not durable yet. */
  get isRecovering(): boolean {
    return this.#recovery !== null;
  }

  /** Of the cluster that counts. */
  get ledgers(): ClusterLedgers {
    return this.ledgersOf(this.#currentCluster);
  }

  get allLedgers(): readonly ClusterLedgers[] {
    return [...this.#ledgers.values()];
  }

  ledgersOf(clusterId: string | null): ClusterLedgers {
    const ledgers = this.#ledgers.get(clusterId ?? FIRST_CLUSTER);
    if (ledgers === undefined) throw new Error(`there is no cluster ${clusterId}`);
    return ledgers;
  }

  /** Orders a node of the current cluster to go on alone. False when that is not done, or not yet. */
  recover(node: SimulatedNode<State>, commands: readonly Uint8Array[]): boolean {
    // Nobody recovers a cluster that is not on the disk yet.
    if (node.disk.clusterId !== this.#currentCluster || this.#recovery !== null) return false;
    const clusterId = `recovered-${++this.#lastCluster}`;
    return node.recover(clusterId, commands);
  }

  recoveryBegan(survivor: Survivor, fromClusterId: string | null, clusterId: string): void {
    const others = new Set(
      [...this.#disks.keys()].filter((id) => id !== survivor.id && this.#isNodeOf(id, fromClusterId)),
    );
    this.#ledgers.set(clusterId, this.ledgersOf(fromClusterId).recoveredBy(survivor, others));
    this.#recovery = { survivor: survivor.id, clusterId };
    this.trace(
      () => `${survivor.id} goes on alone as ${clusterId}, with its log up to ${survivor.image.lastIndex}`,
    );
  }

  clusterDurable(node: SimulatedNode<State>, clusterId: string | null): void {
    if (this.#recovery?.survivor !== node.id) return;
    // A crash before the write was durable has undone it.
    if (this.#recovery.clusterId === clusterId) this.#currentCluster = clusterId;
    this.#recovery = null;
  }

  /** The operator's last step: whoever is still of a former cluster loses its data, and may come back as a new node. */
  endFormerClusters(): void {
    for (const { slot, clusterId, disk } of [...this.nodes]) {
      const isFormer = clusterId !== null && clusterId !== this.#currentCluster && disk.clusterId !== null;
      if (isFormer) this.#replace(slot);
      else if (disk.clusterId === null) disk.adoptedCluster = null;
    }
  }

  #isNodeOf(id: NodeId, clusterId: string | null): boolean {
    const disk = this.#disks.get(id);
    return (
      disk !== undefined && (disk.clusterId ?? disk.adoptedCluster) === clusterId && disk.clusterId !== null
    );
  }

  get wipedIds(): ReadonlySet<NodeId> {
    return this.#wiped;
  }

  diskOf(id: NodeId): SimulatedDisk<State> | undefined {
    return this.#disks.get(id);
  }

  /** An address belongs to a slot: what is meant for a wiped identity reaches the one that came after it. */
  send(from: SimulatedNode<State>, message: Message, content: State | null): void {
    const slot = Number(message.to.slice(1).split('.')[0]);
    const target = () => {
      const node = this.nodes[slot];
      if (node === undefined) throw new Error(`there is no slot for ${message.to}`);
      return node;
    };
    this.network.carry(from, slot, target, message, content);
  }

  started(node: SimulatedNode<State>): void {
    this.#machine.started?.(node);
  }

  stopped(node: SimulatedNode<State>): void {
    this.#machine.stopped?.(node);
  }

  applied(node: SimulatedNode<State>, entry: Entry | null): void {
    this.#machine.applied?.(node, entry);
  }

  readAnswered(node: SimulatedNode<State>, context: number, index: number | null): void {
    this.#machine.readAnswered?.(node, context, index);
  }

  trace(describe: () => string): void {
    this.#onTrace?.(`${this.clock.nowMs.toFixed(0).padStart(7)} ms  ${describe()}`);
  }

  /** A node that believes it leads; there may be several. */
  get someLeader(): SimulatedNode<State> | undefined {
    return this.random.pick(this.nodes.filter((node) => node.isLeading && !node.isPaused));
  }

  /** The disk is gone: the slot comes back as another node. Only where the cluster can live without it. */
  wipe(slot: number): void {
    const old = this.nodes[slot];
    if (old === undefined || old.isFounding) return;
    const isFormer = old.clusterId !== this.#currentCluster && old.disk.clusterId !== this.#currentCluster;
    if (!isFormer && !this.canDecideWithout(old.id)) return;
    this.#replace(slot);
  }

  #replace(slot: number): void {
    const old = this.nodes[slot];
    if (old === undefined) return;
    this.trace(() => `${old.id} loses its disk`);
    old.crash();
    this.#wiped.add(old.id);
    const incarnation = Number(old.id.split('.')[1]) + 1;
    this.nodes[slot] = this.#startNode(
      slot,
      `n${slot}.${incarnation}`,
      new SimulatedDisk(this.#machine.create(0)),
      null,
    );
  }

  /**
   * Whether every configuration of the current cluster that any node holds has a quorum without this one and the wiped,
   * also when its leader is about to make members of some that caught up: at the worst of those that are gone.
   */
  canDecideWithout(without: NodeId): boolean {
    const isGone = (id: NodeId) => id === without || this.#wiped.has(id);
    return this.nodes
      .filter(
        (node) => node.clusterId === this.#currentCluster || node.disk.clusterId === this.#currentCluster,
      )
      .flatMap((node) => [...node.image.configurations, ...node.disk.log.configurations])
      .every(
        (configuration) =>
          canDecide(configuration, isGone) && canDecide(withPromoted(configuration, isGone), isGone),
      );
  }

  #startNode(
    slot: number,
    id: NodeId,
    disk: SimulatedDisk<State>,
    founded: Configuration | null,
  ): SimulatedNode<State> {
    this.#disks.set(id, disk);
    const node = new SimulatedNode(this, slot, id, disk, founded);
    node.start();
    return node;
  }
}

function withPromoted(configuration: Configuration, isPromoted: (id: NodeId) => boolean): Configuration {
  const nodes = configuration.nodes.map((node) =>
    node.role === 'promotable' && isPromoted(node.id) ? { ...node, role: 'member' as const } : node,
  );
  return { ...configuration, nodes };
}
