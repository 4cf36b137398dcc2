import type { SeededRandom } from '../kernel/seeded-random.ts';
import type { FaultProfile } from './fault-profile.ts';
import { ReplicatedList, requestCommand } from './replicated-list.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** A cluster that keeps a list of request ids, and the clients that add to it. */
export class ListCluster extends SimulatedCluster<ReplicatedList> {
  #lastRequestId = 0;
  #lastReadContext = 0;

  constructor(random: SeededRandom, profile: FaultProfile, onTrace: ((line: string) => void) | null) {
    super(random, profile, { create: (appliedIndex) => new ReplicatedList(appliedIndex) }, onTrace);
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

  /** Orders a node to go on alone; the order is a request of its own. False when that is not done, or not yet. */
  recoverAlone(node: SimulatedNode<ReplicatedList>): boolean {
    return this.recover(node, [requestCommand(++this.#lastRequestId)]);
  }
}
