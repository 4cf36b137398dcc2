import { encodeEnvelope } from '../../../node/cluster/command-envelope.ts';
import { etagOf } from '../../../node/documents/change-vector.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import { requestIdOf } from './replicated-cluster.ts';
import type { World } from './world.ts';
import type { WorldNode } from './world-node.ts';

/** Orders to a node that has not missed its leader yet. */
const TRIES = 15;

/** The last resort: the majority counts as lost, and one node goes on alone. The others come back as they were. */
export class UnsafeRecovery {
  readonly #world: World;
  /** Cluster that one node left → database id of a copy that it left behind → etag that this had then. */
  readonly #partings = new Map<string, ReadonlyMap<string, number>>();
  #isOrdered = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** An order was accepted and is not durable yet. */
  get isUnderWay(): boolean {
    return this.#isOrdered && this.#world.cluster.isRecovering;
  }

  /** The others are stopped first, as an operator must. */
  begin(asked: WorldNode, random: SeededRandom): void {
    const { cluster, clock } = this.#world;
    const survivor =
      cluster.nodes.find((node) => this.#maySurvive(node) && this.#isBeingFilled(node)) ?? asked;
    if (!this.#maySurvive(survivor)) return;
    cluster.trace(() => `all but ${survivor.id} count as lost`);
    const stopOthers = () => {
      for (const node of cluster.nodes) if (node !== survivor && node.core !== null) node.crash();
    };
    stopOthers();
    let triesLeft = TRIES;
    const again = () => {
      if (cluster.isCalm || !this.#maySurvive(survivor)) return;
      stopOthers();
      if (!this.#order(survivor) && --triesLeft > 0) clock.schedule(random.between(100, 500), again);
    };
    again();
    const others = cluster.nodes.filter((node) => node !== survivor);
    clock.schedule(random.between(8000, 15_000), () => {
      for (const node of others) if (node.core === null && !cluster.wipedIds.has(node.id)) node.start();
    });
  }

  /** Nothing of what was written in a former cluster after the parting comes into the one that went on. */
  checkNothingForeign({ nodeTag, changeVector }: SimulatedDatabase): void {
    for (const [fromCluster, etags] of this.#partings) {
      // A crash has undone it.
      if (fromCluster === this.#world.cluster.currentCluster) continue;
      for (const [id, etag] of etags) {
        check(
          etagOf(changeVector, id) <= etag,
          'nothing of a former cluster comes into the new one',
          () => `${nodeTag} has [${changeVector}], but ${id} had ${etag} when it was left behind`,
        );
      }
    }
  }

  /**
   * An operator takes a node that lacks nothing of what anybody was told of the cluster's state, and whose copies are
   * whole, but in some worlds; what only the copies of others have is lost.
   */
  #maySurvive(node: WorldNode): boolean {
    const { cluster, lives, administrator, profile } = this.#world;
    const { id, core, disk, image } = node;
    const tag = image.configuration?.nodes.find((known) => known.id === id && known.role === 'member')?.tag;
    if (core === null || node.isPaused || disk.isFull || tag === undefined) return false;
    if (node.clusterId !== cluster.currentCluster || disk.clusterId !== cluster.currentCluster) return false;
    if (!cluster.ledgers.logs.isCommittedIn(disk.log, this.#world.frontier)) return false;
    // What its log has beyond that is done by the recovery: it may be given a copy that is empty.
    if (core.status().lastIndex !== node.list.appliedIndex) return false;
    return lives.living.every(({ name, groupId, topologies: { topology } }) => {
      if (administrator.isRemovingCopy(name)) return false;
      const stored = this.#world.copiesOf(id).get(name);
      const isHolder = topology?.NodesAddedAt[tag] !== undefined;
      const isWhole = topology?.Members.includes(tag) === true || profile.mayLoseMembers;
      return !isHolder || (isWhole && stored?.stamp.groupId === groupId);
    });
  }

  /** With it alone documents of cluster transactions may be lost: rare, but in worlds where that is looked for. */
  #isBeingFilled({ id, image }: WorldNode): boolean {
    const tag = image.configuration?.nodes.find((known) => known.id === id)?.tag ?? '';
    return this.#world.lives.living.some(({ topologies: { topology } }) =>
      topology?.Promotables.includes(tag),
    );
  }

  #order(survivor: WorldNode): boolean {
    const { cluster } = this.#world;
    const tag = survivor.image.configuration?.nodes.find(({ id }) => id === survivor.id)?.tag ?? '';
    const command = encodeEnvelope({
      requestId: requestIdOf(this.#world.nextRequest()),
      timeMs: this.#world.wallMs(survivor),
      command: { type: 'RecoverCluster', survivor: tag },
    });
    const fromCluster = cluster.currentCluster;
    if (!cluster.recover(survivor, [command])) return false;
    this.#isOrdered = true;
    const left = cluster.nodes.filter((node) => node !== survivor);
    const copies = left.flatMap(({ id }) => [...this.#world.copiesOf(id).values()]);
    this.#partings.set(fromCluster, new Map(copies.map(({ database: { id, lastEtag } }) => [id, lastEtag])));
    return true;
  }
}
