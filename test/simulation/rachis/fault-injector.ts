import type { FaultKind } from './fault-profile.ts';
import { drawChange } from './membership-admin.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Does one random bad (or merely administrative) thing at a time to a cluster. */
export class FaultInjector {
  readonly #cluster: SimulatedCluster;
  /** The nodes that a fault befalls: mostly any, often a leader, since that is where the hard cases are. */
  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  inject(): void {
    const kind = this.#cluster.random.pick(this.#cluster.profile.faults);
    const node = this.#victim();
    if (kind !== undefined && node !== undefined) this.#inject(kind, node);
  }

  #victim(): SimulatedNode | undefined {
    const { random, nodes, someLeader } = this.#cluster;
    return someLeader !== undefined && random.chance(0.3) ? someLeader : random.pick(nodes);
  }

  #inject(kind: FaultKind, node: SimulatedNode): void {
    const { random, network, profile, nodes } = this.#cluster;
    switch (kind) {
      case 'crash':
        this.#crash(node);
        break;
      case 'crashAll':
        for (const each of nodes) this.#crash(each);
        break;
      case 'pause':
        this.#pause(node);
        break;
      case 'partition':
        this.#healLater();
        this.#cluster.trace(() => 'network partitioned');
        network.partition(new Set(nodes.filter(() => random.chance(0.5)).map((each) => each.slot)));
        break;
      case 'isolateLeader':
        this.#healLater();
        this.#cluster.trace(() => `${node.id} isolated`);
        network.partition(new Set([node.slot]));
        break;
      case 'oneWay':
        this.#healLater();
        this.#cluster.trace(() => `${node.id} cut in one direction`);
        for (const each of nodes) {
          if (each === node || random.chance(0.3)) continue;
          if (random.chance(0.5)) network.block(node.slot, each.slot);
          else network.block(each.slot, node.slot);
        }
        break;
      case 'healNetwork':
        this.#cluster.trace(() => 'network healed');
        network.heal();
        break;
      case 'wipe':
        this.#cluster.wipe(node.slot);
        break;
      case 'compact':
        node.compact();
        break;
      case 'membership':
        this.#changeMembership();
        break;
      case 'transfer':
        this.#transfer(node);
        break;
      case 'campaign':
        node.input((core) => core.campaign());
        break;
      case 'forgetLeader':
        node.input((core) => core.forgetLeader());
        break;
      case 'unreachable':
        this.#cluster.someLeader?.input((core) => core.reportUnreachable(node.id));
        break;
      case 'recover':
        this.#recover(node);
        break;
      case 'burst':
        for (let batch = 0; batch < 5; batch++)
          this.#cluster.propose(random.between(1, profile.isGrown ? 5 : 12));
        break;
    }
  }

  /** So that most runs get somewhere between their troubles. */
  #healLater(): void {
    const { clock, random, network } = this.#cluster;
    if (random.chance(0.8)) clock.schedule(random.between(300, 6000), () => network.heal());
  }

  #crash(node: SimulatedNode): void {
    if (node.core === null) return;
    node.crash();
    const { clock, random, isCalm } = this.#cluster;
    const restart = () => {
      if (node.core === null && !this.#cluster.wipedIds.has(node.id)) node.start();
    };
    clock.schedule(isCalm ? 1 : random.between(10, random.chance(0.3) ? 15_000 : 2000), restart);
  }

  /**
   * The quorum counts as lost: the others are stopped first, as an operator must, or not, as a person may forget; then
   * one node is told to go on alone, again until it has missed its leader. The others come back as they were.
   */
  #recover(node: SimulatedNode): void {
    const { nodes, random, clock, currentCluster } = this.#cluster;
    if (node.clusterId !== currentCluster || node.core === null) return;
    if (random.chance(0.7)) {
      for (const each of nodes) if (each !== node) this.#crash(each);
    }
    let triesLeft = 15;
    const again = () => {
      if (this.#cluster.isCalm || this.#cluster.recover(node) || --triesLeft === 0) return;
      clock.schedule(random.between(100, 500), again);
    };
    again();
  }

  #pause(node: SimulatedNode): void {
    const { clock, random } = this.#cluster;
    this.#cluster.trace(() => `${node.id} paused`);
    node.pause();
    clock.schedule(random.between(100, 4000), () => node.resume());
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

  #transfer(target: SimulatedNode): void {
    const { someLeader } = this.#cluster;
    this.#cluster.trace(() => `${someLeader?.id} is asked to hand over to ${target.id}`);
    someLeader?.input((core) => core.transferLeadership(target.id));
  }
}
