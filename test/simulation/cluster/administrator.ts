import { toldVersions } from '../../../node/cluster/cluster-nodes.ts';
import { checkJoiner } from '../../../node/cluster/command-version.ts';
import { holdersOf } from '../../../node/cluster/state/change-topology.ts';
import { nodePropertiesIn } from '../../../node/cluster/state/node-properties.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import type { NodeId } from '../../../node/rachis/core/entry.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import { canDecide, clusterNode } from '../rachis/membership-admin.ts';
import type { DatabaseLife } from './database-life.ts';
import type { NodeProgram } from './node-program.ts';
import { isLeavingOrdered } from './orders-under-way.ts';
import { LATEST_VERSION } from './replicated-cluster.ts';
import type { World } from './world.ts';
import type { WorldNode } from './world-node.ts';

/** An order to remove a copy, or a node, stands in the log of a leader within this time, or never comes. */
const REMOVAL_WITHIN_MS = 15_000;

/** Whoever looks after the cluster: takes out nodes that are lost, takes in those that came in their place. */
export class Administrator {
  readonly #world: World;
  /** A healthy node that is to be taken out. */
  #leaving: NodeId | null = null;
  /** Copies that each database is to have. */
  readonly #factors: Map<string, number>;
  /** Database → until when the order to remove one of its copies may be on its way. */
  readonly #removingUntilMs = new Map<string, number>();
  /** Likewise the order to take out a healthy node, with its copies. */
  #takingOutUntilMs = 0;

  constructor(world: World) {
    this.#world = world;
    const { replicationFactors } = world.profile;
    this.#factors = new Map(world.lives.names.map((name, at) => [name, replicationFactors[at] ?? 1]));
  }

  /** Copies that a database is to have in a cluster of so many nodes. */
  factorOf(name: string, nodeCount: number): number {
    return Math.min(this.#factors.get(name) ?? 1, nodeCount);
  }

  /**
   * An order to remove a copy, or a healthy node with its copies, may be on its way, or stand in a log: no other copy may
   * be lost meanwhile.
   */
  isRemovingCopy(name: string): boolean {
    return this.#world.clock.nowMs < this.#takingOutUntilMs || this.#isCopyLeaving(name);
  }

  #isCopyLeaving(name: string): boolean {
    const isOnItsWay = this.#world.clock.nowMs < (this.#removingUntilMs.get(name) ?? 0);
    return isOnItsWay || isLeavingOrdered(this.#world, name);
  }

  changeFactor(random: SeededRandom): void {
    const name = random.pick(this.#world.lives.names) as string;
    const factor = random.between(2, 4);
    this.#factors.set(name, factor);
    this.#world.cluster.trace(() => `${name} is to have ${factor} copies`);
  }

  /** When nothing is left of it, it is created anew. */
  deleteDatabase(random: SeededRandom): void {
    const name = random.pick(this.#world.lives.names) as string;
    const hardDelete = random.chance(0.6);
    this.#world.cluster.trace(() => `${name} is deleted ${hardDelete ? 'for good' : 'but for its files'}`);
    const command = { type: 'DeleteDatabase', names: [name], hardDelete, fromNodes: null } as const;
    this.#world.leadingProgram?.route.submit(command, this.#world.nextRequest(), () => {});
  }

  changeZone({ id }: WorldNode, random: SeededRandom): void {
    const program = this.#world.leadingProgram;
    const tag = program?.node.image.configuration?.nodes.find((node) => node.id === id)?.tag;
    if (program === undefined || tag === undefined) return;
    const zone = random.pick([null, 'east', 'west']) ?? null;
    this.#world.cluster.trace(() => `${id} is in zone ${zone}`);
    program.route.submit({ type: 'SetNodeProperties', node: tag, zone }, this.#world.nextRequest(), () => {});
  }

  /** A healthy node is to be taken out soon, with its disk, so that it comes back. */
  remove(node: WorldNode): void {
    this.#leaving = node.id;
  }

  tend(): void {
    const program = this.#world.leadingProgram;
    const configuration = program?.node.image.configuration ?? null;
    if (program === undefined || configuration === null) return;
    for (const life of this.#world.lives.all) this.#deleteAgain(program, life);
    const { wipedIds, nodes } = this.#world.cluster;
    const lost = configuration.nodes.find(({ id }) => wipedIds.has(id) || id === this.#leaving);
    if (lost === undefined) this.#leaving = null;
    else this.#takeOut(program, lost.id, lost.tag);
    if (lost !== undefined) return;
    // A node of a former cluster says so when it is asked who it is.
    const outside = nodes.find(
      (node) => this.#world.isCurrent(node) && !configuration.nodes.some(({ id }) => id === node.id),
    );
    if (outside !== undefined) {
      this.#takeIn(program, outside);
      return;
    }
    if (program.office.isAbandonmentTooNew) this.#updateOne();
    for (const name of this.#world.lives.names) this.#provide(program, name, configuration.nodes.length);
  }

  /** An update of the cluster that has stopped on its way goes on. */
  #updateOne(): void {
    const behind = this.#world.cluster.nodes.find((node) => this.#world.versionOf(node) < LATEST_VERSION);
    if (behind !== undefined) this.#world.upgrade(behind, LATEST_VERSION);
  }

  /** By older rules a database that was being deleted could be given a copy. */
  #deleteAgain(program: NodeProgram, { name, groupId, isOver, deletion }: DatabaseLife): void {
    const topology = findRecord(program.node.list.state, name)?.record.Topology;
    const isStill = topology?.DatabaseTopologyIdBase64 === groupId && holdersOf(topology).length > 0;
    if (isOver || deletion === null || !isStill) return;
    const hardDelete = deletion === 'HardDelete';
    const command = { type: 'DeleteDatabase', names: [name], hardDelete, fromNodes: null } as const;
    program.route.submit(command, this.#world.nextRequest(), () => {});
  }

  /** First the groups, which refuses a loss; then the membership. */
  #takeOut(program: NodeProgram, id: NodeId, tag: string): void {
    const { state } = program.node.list;
    const configuration = program.node.image.configuration;
    const isGone = (other: NodeId) => other === id || this.#world.cluster.wipedIds.has(other);
    const isLeft = configuration !== null && canDecide(configuration, isGone);
    // A healthy one stays while a copy may be handing over: to it, perhaps, and to nobody else.
    const isHandedTo = this.#world.lives.names.some((name) => this.#isCopyLeaving(name));
    if (id === this.#leaving && (!isLeft || isHandedTo)) {
      this.#leaving = null;
      return;
    }
    const goneTags = configuration?.nodes.flatMap((node) => (isGone(node.id) ? [node.tag] : [])) ?? [];
    // A member must stay, with its disk: what is only on its way would be all that is left.
    const wouldBeLost = this.#world.lives.names.some((name) => {
      const topology = findRecord(state, name)?.record.Topology;
      if (topology === undefined || !holdersOf(topology).includes(tag)) return false;
      return topology.Members.every((member) => goneTags.includes(member));
    });
    if (wouldBeLost) {
      if (id === this.#leaving) this.#leaving = null;
      return;
    }
    if (id === this.#leaving) this.#takingOutUntilMs = this.#world.clock.nowMs + REMOVAL_WITHIN_MS;
    const command = { type: 'RemoveNodeFromCluster', node: tag } as const;
    program.route.submit(command, this.#world.nextRequest(), (answer) => {
      if (answer.kind !== 'applied' || 'error' in answer.outcome) return;
      program.node.input((core) => core.proposeConfiguration({ remove: [id] }));
    });
  }

  /** By a leader that knows what its predecessors had taken, and so what a node has to know. */
  #takeIn(program: NodeProgram, node: WorldNode): void {
    if (!program.node.isCaughtUpLeader) return;
    const { configuration } = program.node.image;
    const versions = toldVersions(configuration?.nodes ?? [], nodePropertiesIn(program.node.list.state));
    try {
      checkJoiner(node.id, this.#world.versionOf(node), versions);
    } catch {
      // Too old to join: it is updated first.
      this.#world.upgrade(node, LATEST_VERSION);
      return;
    }
    const upsert = [clusterNode(node.id, 'promotable')];
    program.node.input((core) => core.proposeConfiguration({ upsert }));
  }

  /** The database itself, one more copy, or one less; nothing while a copy is coming or going. */
  #provide(program: NodeProgram, name: string, nodeCount: number): void {
    const { lives, clock } = this.#world;
    const record = findRecord(program.node.list.state, name)?.record;
    const wanted = this.factorOf(name, nodeCount);
    if (record === undefined) {
      program.route.submit(lives.creation(name, wanted), this.#world.nextRequest(), () => {});
      return;
    }
    if (Object.keys(record.DeletionInProgress).length > 0) return;
    const { ReplicationFactor: factor, Members: members, Promotables, Rehabs } = record.Topology;
    if (factor < wanted && Promotables.length === 0) {
      program.route.submit({ type: 'AddDatabaseNode', name }, this.#world.nextRequest(), () => {});
    }
    const [last] = members.slice(-1);
    if (factor <= wanted || Rehabs.length > 0 || members.length < 2 || last === undefined) return;
    this.#removingUntilMs.set(name, clock.nowMs + REMOVAL_WITHIN_MS);
    program.route.submit(
      { type: 'DeleteDatabase', names: [name], hardDelete: true, fromNodes: [last] },
      this.#world.nextRequest(),
      () => {},
    );
  }
}
