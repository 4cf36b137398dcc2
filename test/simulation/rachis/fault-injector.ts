import type { SeededRandom } from '../kernel/seeded-random.ts';
import type { FaultKind } from './fault-profile.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';

/** What depends on what the cluster is for. */
export type OtherFaults<Node> = Readonly<
  Record<'burst' | 'membership' | 'recover' | 'wipe', (node: Node) => void>
>;

/** Does one random bad (or merely administrative) thing at a time to a cluster. */
export class FaultInjector<State extends SimulatedState<State>> {
  readonly #cluster: SimulatedCluster<State>;
  readonly #random: SeededRandom;
  readonly #others: OtherFaults<SimulatedNode<State>>;

  constructor(
    cluster: SimulatedCluster<State>,
    random: SeededRandom,
    others: OtherFaults<SimulatedNode<State>>,
  ) {
    this.#cluster = cluster;
    this.#random = random;
    this.#others = others;
  }

  inject(kind: FaultKind): void {
    const node = this.#victim();
    if (node !== undefined) this.#inject(kind, node);
  }

  /** The node that a fault befalls: mostly any, often a leader, since that is where the hard cases are. */
  #victim(): SimulatedNode<State> | undefined {
    const { nodes, someLeader } = this.#cluster;
    const random = this.#random;
    return someLeader !== undefined && random.chance(0.3) ? someLeader : random.pick(nodes);
  }

  #inject(kind: FaultKind, node: SimulatedNode<State>): void {
    const { network, nodes } = this.#cluster;
    const { cuts } = network;
    const random = this.#random;
    const slots = nodes.map(({ slot }) => slot);
    switch (kind) {
      case 'crash':
        this.crash(node);
        break;
      case 'crashAll':
        for (const each of nodes) this.crash(each);
        break;
      case 'pause':
        this.#pause(node);
        break;
      case 'partition':
        this.#healLater();
        this.#cluster.trace(() => 'network partitioned');
        cuts.partition(new Set(slots.filter(() => random.chance(0.5))), slots);
        break;
      case 'isolateLeader':
        this.#healLater();
        this.#cluster.trace(() => `${node.id} isolated`);
        cuts.partition(new Set([node.slot]), slots);
        break;
      case 'oneWay':
        this.#healLater();
        this.#cluster.trace(() => `${node.id} cut in one direction`);
        for (const each of nodes) {
          if (each === node || random.chance(0.3)) continue;
          if (random.chance(0.5)) cuts.cut(node.slot, each.slot);
          else cuts.cut(each.slot, node.slot);
        }
        break;
      case 'healNetwork':
        this.#cluster.trace(() => 'network healed');
        network.cuts.heal();
        break;
      case 'wipe':
        this.#others.wipe(node);
        break;
      case 'compact':
        node.compact();
        break;
      case 'membership':
        this.#others.membership(node);
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
        this.#others.recover(node);
        break;
      case 'burst':
        this.#others.burst(node);
        break;
    }
  }

  /** So that most runs get somewhere between their troubles. */
  #healLater(): void {
    const { clock, network } = this.#cluster;
    const random = this.#random;
    if (random.chance(0.8)) clock.schedule(random.between(300, 6000), () => network.cuts.heal());
  }

  crash(node: SimulatedNode<State>): void {
    if (node.core === null) return;
    node.crash();
    const { clock, isCalm } = this.#cluster;
    const random = this.#random;
    const restart = () => {
      if (node.core === null && !this.#cluster.wipedIds.has(node.id)) node.start();
    };
    clock.schedule(isCalm ? 1 : random.between(10, random.chance(0.3) ? 15_000 : 2000), restart);
  }

  #pause(node: SimulatedNode<State>): void {
    const { clock } = this.#cluster;
    this.#cluster.trace(() => `${node.id} paused`);
    node.pause();
    clock.schedule(this.#random.between(100, 4000), () => node.resume());
  }

  #transfer(target: SimulatedNode<State>): void {
    const { someLeader } = this.#cluster;
    this.#cluster.trace(() => `${someLeader?.id} is asked to hand over to ${target.id}`);
    someLeader?.input((core) => core.transferLeadership(target.id));
  }
}
