import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { NodeId } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { emptyRestoredState } from '../../../node/rachis/core/restored-state.ts';
import { ClusterLedgers, type Survivor } from './cluster-ledgers.ts';
import type { FaultProfile } from './fault-profile.ts';
import { canDecide, clusterNode } from './membership-admin.ts';
import { type ReplicatedList, requestCommand } from './replicated-list.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedNode } from './simulated-node.ts';
import type { SimulationWorld } from './simulation-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const FIRST_CLUSTER = 'simulated';

/** All the nodes of a run, what connects them, and the ledgers that watch them. */
export class SimulatedCluster implements SimulationWorld {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly profile: FaultProfile;
  /** By cluster. */
  readonly #ledgers = new Map<string, ClusterLedgers>([[FIRST_CLUSTER, new ClusterLedgers()]]);
  #currentCluster = FIRST_CLUSTER;
  /** An unsafe recovery that is not durable yet. */
  #recovery: { readonly survivor: NodeId; readonly clusterId: string } | null = null;
  #lastCluster = 0;
  readonly network: SimulatedNetwork;
  readonly nodes: SimulatedNode[] = [];
  isCalm = false;
  readonly #disks = new Map<NodeId, SimulatedDisk>();
  readonly #wiped = new Set<NodeId>();
  readonly #onTrace: ((line: string) => void) | null;
  #lastRequestId = 0;
  #lastReadContext = 0;

  constructor(random: SeededRandom, profile: FaultProfile, onTrace: ((line: string) => void) | null) {
    this.random = random;
    this.profile = profile;
    this.#onTrace = onTrace;
    this.network = new SimulatedNetwork(this, profile.slotCount);
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
    if (!profile.isGrown) this.ledgers.logs.startAt(base);
    for (let slot = 0; slot < profile.slotCount; slot++) {
      const isFounder = !profile.isGrown && slot < profile.memberCount;
      const disk = new SimulatedDisk(
        isFounder
          ? { hardState: { term: 1, votedFor: null }, snapshot: base, entries: [], appliedIndex: 1 }
          : emptyRestoredState,
      );
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
  recover(node: SimulatedNode): boolean {
    // Nobody recovers a cluster that is not on the disk yet.
    if (node.disk.clusterId !== this.#currentCluster || this.#recovery !== null) return false;
    const clusterId = `recovered-${++this.#lastCluster}`;
    return node.recover(clusterId, ++this.#lastRequestId);
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

  clusterDurable(node: SimulatedNode, clusterId: string | null): void {
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

  diskOf(id: NodeId): SimulatedDisk | undefined {
    return this.#disks.get(id);
  }

  /** An address belongs to a slot: what is meant for a wiped identity reaches the one that came after it. */
  send(from: SimulatedNode, message: Message, content: ReplicatedList | null): void {
    const slot = Number(message.to.slice(1).split('.')[0]);
    const target = () => {
      const node = this.nodes[slot];
      if (node === undefined) throw new Error(`there is no slot for ${message.to}`);
      return node;
    };
    this.network.carry(from, slot, target, message, content);
  }

  trace(describe: () => string): void {
    this.#onTrace?.(`${this.clock.nowMs.toFixed(0).padStart(7)} ms  ${describe()}`);
  }

  /** A node that believes it leads; there may be several. */
  get someLeader(): SimulatedNode | undefined {
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
    this.nodes[slot] = this.#startNode(slot, `n${slot}.${incarnation}`, new SimulatedDisk(), null);
  }

  /** Whether every configuration of the current cluster that any node holds has a quorum without this one and the wiped. */
  canDecideWithout(without: NodeId): boolean {
    const isGone = (id: NodeId) => id === without || this.#wiped.has(id);
    return this.nodes
      .filter(
        (node) => node.clusterId === this.#currentCluster || node.disk.clusterId === this.#currentCluster,
      )
      .flatMap((node) => [...node.image.configurations, ...node.disk.log.configurations])
      .every((configuration) => canDecide(configuration, isGone));
  }

  /** Mostly where a client would go, to a leader; sometimes to whoever answers; sometimes a repeated request. */
  propose(count: number): void {
    const { random } = this;
    const node = random.chance(0.85) ? this.someLeader : random.pick(this.nodes);
    if (node === undefined) return;
    const requestIds: number[] = [];
    for (let made = 0; made < count; made++) {
      const isRepeated = this.#lastRequestId > 0 && random.chance(0.15);
      requestIds.push(isRepeated ? random.between(1, this.#lastRequestId) : ++this.#lastRequestId);
    }
    node.propose(requestIds, requestIds.map(requestCommand));
  }

  /** Gives the id of the request, which may or may not have been accepted. */
  proposeAnew(): number {
    const requestId = ++this.#lastRequestId;
    this.someLeader?.propose([requestId], [requestCommand(requestId)]);
    return requestId;
  }

  read(): void {
    const node = this.random.chance(0.9) ? this.someLeader : this.random.pick(this.nodes);
    node?.read(++this.#lastReadContext);
  }

  #startNode(slot: number, id: NodeId, disk: SimulatedDisk, founded: Configuration | null): SimulatedNode {
    this.#disks.set(id, disk);
    const node = new SimulatedNode(this, slot, id, disk, founded);
    node.start();
    return node;
  }
}
