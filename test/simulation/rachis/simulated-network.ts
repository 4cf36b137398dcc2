import type { Message } from '../../../node/rachis/core/message.ts';
import { LinkCuts } from '../kernel/link-cuts.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';
import type { SimulationWorld } from './simulation-world.ts';

/** What travels: a message, with a snapshot's content where it is one, over a connection of a cluster. */
export interface Parcel<State> {
  readonly message: Message;
  readonly content: State | null;
  /** null: the sender is in no cluster, and answers. */
  readonly clusterId: string | null;
}

/** Carries messages between slots: late, twice, in another order, or not at all. */
export class SimulatedNetwork<State extends SimulatedState<State>> {
  /** By slot. */
  readonly cuts = new LinkCuts<number>();
  readonly #world: SimulationWorld<State>;

  constructor(world: SimulationWorld<State>) {
    this.#world = world;
  }

  carry(
    from: SimulatedNode<State>,
    toSlot: number,
    target: () => SimulatedNode<State>,
    message: Message,
    content: State | null,
  ): void {
    // A connection belongs to the cluster that it was made in, and what it carries with it.
    const { clusterId } = from;
    const { random, profile, clock, isCalm } = this.#world;
    const isLost = this.#isLost(from.slot, toSlot);
    const delayMs = this.#delayMs();
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

  /** Something that is no message of Rachis: it arrives once, late, or not at all. */
  tell(fromSlot: number, toSlot: number, deliver: () => void): void {
    if (this.#isLost(fromSlot, toSlot)) return;
    this.#world.clock.schedule(this.#delayMs(), deliver);
  }

  #isLost(fromSlot: number, toSlot: number): boolean {
    const { random, profile, isCalm } = this.#world;
    return this.cuts.isCut(fromSlot, toSlot) || (!isCalm && random.chance(profile.lossRate));
  }

  #delayMs(): number {
    const { random, profile, isCalm } = this.#world;
    const delayMs = isCalm ? random.between(1, 5) : random.between(...profile.latencyMs);
    return !isCalm && random.chance(profile.delayRate) ? delayMs + random.between(0, 2500) : delayMs;
  }

  /** The sender hears whether the content arrived, as a transport would know it. */
  #carrySnapshot(
    from: SimulatedNode<State>,
    target: () => SimulatedNode<State>,
    parcel: Parcel<State>,
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
