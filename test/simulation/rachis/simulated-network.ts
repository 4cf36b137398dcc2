import type { Message } from '../../../node/rachis/core/message.ts';
import type { ReplicatedList } from './replicated-list.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulationWorld } from './simulation-world.ts';

/** What travels: a message, with a snapshot's content where it is one, over a connection of a cluster. */
export interface Parcel {
  readonly message: Message;
  readonly content: ReplicatedList | null;
  /** null: the sender is in no cluster, and answers. */
  readonly clusterId: string | null;
}

/** Carries messages between slots: late, twice, in another order, or not at all. */
export class SimulatedNetwork {
  readonly #world: SimulationWorld;
  readonly #blocked: boolean[][];

  constructor(world: SimulationWorld, slotCount: number) {
    this.#world = world;
    this.#blocked = Array.from({ length: slotCount }, () => Array.from({ length: slotCount }, () => false));
  }

  /** One direction only. */
  block(from: number, to: number): void {
    const row = this.#blocked[from];
    if (row !== undefined) row[to] = true;
  }

  partition(side: ReadonlySet<number>): void {
    for (let from = 0; from < this.#blocked.length; from++) {
      for (let to = 0; to < this.#blocked.length; to++)
        if (side.has(from) !== side.has(to)) this.block(from, to);
    }
  }

  heal(): void {
    for (const row of this.#blocked) row.fill(false);
  }

  carry(
    from: SimulatedNode,
    toSlot: number,
    target: () => SimulatedNode,
    message: Message,
    content: ReplicatedList | null,
  ): void {
    const { random, profile, clock, isCalm } = this.#world;
    // A connection belongs to the cluster that it was made in, and what it carries with it.
    const { clusterId } = from;
    const isLost =
      this.#blocked[from.slot]?.[toSlot] === true || (!isCalm && random.chance(profile.lossRate));
    let delayMs = isCalm ? random.between(1, 5) : random.between(...profile.latencyMs);
    if (!isCalm && random.chance(profile.delayRate)) delayMs += random.between(0, 2500);
    if (content !== null)
      this.#carrySnapshot(from, target, { message, content, clusterId }, isLost, 5 * delayMs);
    else if (!isLost) {
      clock.schedule(delayMs, () => target().receive({ message, content: null, clusterId }));
      if (!isCalm && random.chance(profile.duplicateRate)) {
        clock.schedule(delayMs + random.between(0, 1000), () =>
          target().receive({ message, content: null, clusterId }),
        );
      }
    }
  }

  /** The sender hears whether the content arrived, as a transport would know it. */
  #carrySnapshot(
    from: SimulatedNode,
    target: () => SimulatedNode,
    parcel: Parcel,
    isLost: boolean,
    delayMs: number,
  ): void {
    from.later(delayMs, () => {
      const receiver = target();
      const ok = !isLost && receiver.core !== null;
      if (ok) receiver.receive(parcel);
      const { random, profile, clock, isCalm } = this.#world;
      if (ok && !isCalm && random.chance(5 * profile.duplicateRate)) {
        clock.schedule(random.between(100, 5000), () => target().receive(parcel));
      }
      from.input((core) => core.reportSnapshotSent(parcel.message.to, ok));
    });
  }
}
