import { FaultInjector } from './fault-injector.ts';
import type { ListCluster } from './list-cluster.ts';
import { drawChange } from './membership-admin.ts';
import type { ReplicatedList } from './replicated-list.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** The faults of a run, and what administrators do, one random one at a time. */
export class ListFaults {
  readonly #cluster: ListCluster;
  readonly #injector: FaultInjector<ReplicatedList>;

  constructor(cluster: ListCluster) {
    this.#cluster = cluster;
    this.#injector = new FaultInjector(cluster, cluster.random, {
      wipe: ({ slot }) => cluster.wipe(slot),
      membership: () => this.#changeMembership(),
      recover: (node) => this.#recover(node),
      burst: () => this.#burst(),
    });
  }

  inject(): void {
    const kind = this.#cluster.random.pick(this.#cluster.profile.faults);
    if (kind !== undefined) this.#injector.inject(kind);
  }

  #burst(): void {
    const { random, profile } = this.#cluster;
    for (let batch = 0; batch < 5; batch++) {
      this.#cluster.propose(random.between(1, profile.isGrown ? 5 : 12));
    }
  }

  /**
   * The quorum counts as lost: the others are stopped first, as an operator must, or not, as a person may forget; then
   * one node is told to go on alone, again until it has missed its leader. The others come back as they were.
   */
  #recover(node: SimulatedNode<ReplicatedList>): void {
    const { nodes, random, clock, currentCluster } = this.#cluster;
    if (node.clusterId !== currentCluster || node.core === null) return;
    if (random.chance(0.7)) {
      for (const each of nodes) if (each !== node) this.#injector.crash(each);
    }
    let triesLeft = 15;
    const again = () => {
      if (this.#cluster.isCalm || this.#cluster.recoverAlone(node) || --triesLeft === 0) return;
      clock.schedule(random.between(100, 500), again);
    };
    again();
  }

  #changeMembership(): void {
    const { nodes, random, wipedIds, someLeader } = this.#cluster;
    const configuration = someLeader?.image.configuration;
    if (someLeader === undefined || configuration === undefined || configuration === null) return;
    const change = drawChange(configuration, nodes, (id) => wipedIds.has(id), random);
    if (change === null) return;
    this.#cluster.trace(
      () =>
        `${someLeader.id} is asked: ${change.upsert?.map((node) => `${node.id} ${node.role}`).join(', ')} remove ${change.remove}`,
    );
    someLeader.input((core) => core.proposeConfiguration(change));
  }
}
