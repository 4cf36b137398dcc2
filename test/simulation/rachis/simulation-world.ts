import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import type { VirtualClock } from '../kernel/virtual-clock.ts';
import type { ClusterLedgers, Survivor } from './cluster-ledgers.ts';
import type { FaultProfile } from './fault-profile.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';

/** What a simulated node finds around it. */
export interface SimulationWorld<State extends SimulatedState<State>> {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly profile: FaultProfile;
  /** What is known of a cluster; null stands for the one that the run begins with. */
  ledgersOf(clusterId: string | null): ClusterLedgers;
  /** The node goes on alone as a cluster of its own, unless it crashes before that is durable. */
  recoveryBegan(survivor: Survivor, fromClusterId: string | null, clusterId: string): void;
  /** The disk of the node holds the log of this cluster now, or again after a crash. */
  clusterDurable(node: SimulatedNode<State>, clusterId: string | null): void;
  /** True once the faults are over: disks and network are fast and reliable. */
  readonly isCalm: boolean;
  /** The disk of any identity that ever was, wiped ones included. */
  diskOf(id: string): SimulatedDisk<State> | undefined;
  /** `content` goes with an InstallSnapshot. */
  send(from: SimulatedNode<State>, message: Message, content: State | null): void;
  /** A process begins, and ends. */
  started(node: SimulatedNode<State>): void;
  stopped(node: SimulatedNode<State>): void;
  /** A read that was asked of a node has its index; null: none was confirmed. */
  readAnswered(node: SimulatedNode<State>, context: number, index: number | null): void;
  /** A node has applied an entry, or put a snapshot in the place of its state (null). */
  applied(node: SimulatedNode<State>, entry: Entry | null): void;
  /** For people who replay a seed; `describe` is only called then. */
  trace(describe: () => string): void;
}
