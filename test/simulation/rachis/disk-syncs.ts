import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';
import type { SimulationWorld } from './simulation-world.ts';
import { isFoundWhole } from './torn-write.ts';

/** The syncs of a node's disk: one after the other, each of some of the writes that wait, and each takes its time. */
export class DiskSyncs<State extends SimulatedState<State>> {
  readonly #world: SimulationWorld<State>;
  readonly #node: SimulatedNode<State>;
  readonly #onDurable: (ticket: number, content: State | null) => void;
  #isSyncing = false;
  #crashes = 0;

  /** `onDurable`: up to this ticket writes are durable, and the content of a snapshot that was among them. */
  constructor(
    world: SimulationWorld<State>,
    node: SimulatedNode<State>,
    onDurable: (ticket: number, content: State | null) => void,
  ) {
    this.#world = world;
    this.#node = node;
    this.#onDurable = onDurable;
  }

  /** Nothing happens while the disk is full. */
  soon(): void {
    const { disk } = this.#node;
    if (this.#isSyncing || disk.isFull || disk.unsyncedCount === 0) return;
    const { random, profile, isCalm } = this.#world;
    this.#isSyncing = true;
    const count = random.chance(0.7) ? disk.unsyncedCount : random.between(1, disk.unsyncedCount);
    let delayMs = isCalm ? 1 : random.between(...profile.syncMs);
    if (!isCalm && random.chance(profile.stallRate)) delayMs = 30 * delayMs + 500;
    const crashes = this.#crashes;
    this.#world.clock.schedule(delayMs, () => {
      // The disk works on while the process is stopped; only the news waits.
      if (this.#crashes !== crashes) return;
      if (disk.isFull) {
        this.#isSyncing = false;
        return;
      }
      const { ticket, content } = this.#sync(count);
      this.#isSyncing = false;
      this.#node.later(0, () => {
        this.#onDurable(ticket, content);
        this.soon();
      });
    });
  }

  /** Some writes are there, and of the next one as much as was written; none of those that had no room. */
  crash(): void {
    const { disk } = this.#node;
    const { random } = this.#world;
    this.#crashes++;
    this.#isSyncing = false;
    if (!disk.isFull) {
      this.#sync(random.between(0, disk.unsyncedCount));
      const torn = disk.oldestUnsynced;
      if (torn !== undefined && isFoundWhole(torn, random)) this.#sync(1);
    }
    disk.loseUnsynced();
  }

  #sync(count: number): { readonly ticket: number; readonly content: State | null } {
    const { id, disk } = this.#node;
    let ticket = 0;
    let content: State | null = null;
    const clusterBefore = disk.clusterId;
    disk.sync(count, (before, write) => {
      const { elections } = this.#world.ledgersOf(disk.clusterId ?? disk.adoptedCluster);
      elections.hardStateDurable(id, before, disk.hardState);
      ticket = write.request.ticket;
      content = write.content ?? content;
    });
    if (disk.clusterId !== clusterBefore) this.#world.clusterDurable(this.#node, disk.clusterId);
    return { ticket, content };
  }
}
