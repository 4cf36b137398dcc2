import type { Message } from '../../../node/rachis/core/message.ts';
import type { ClusterLedgers, Survivor } from './cluster-ledgers.ts';
import type { FaultProfile } from './fault-profile.ts';
import type { ReplicatedList } from './replicated-list.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a simulated node finds around it. */
export interface SimulationWorld {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly profile: FaultProfile;
  /** What is known of a cluster; null stands for the one that the run begins with. */
  ledgersOf(clusterId: string | null): ClusterLedgers;
  /** The node goes on alone as a cluster of its own, unless it crashes before that is durable. */
  recoveryBegan(survivor: Survivor, fromClusterId: string | null, clusterId: string): void;
  /** The disk of the node holds the log of this cluster now, or again after a crash. */
  clusterDurable(node: SimulatedNode, clusterId: string | null): void;
  /** True once the faults are over: disks and network are fast and reliable. */
  readonly isCalm: boolean;
  /** The disk of any identity that ever was, wiped ones included. */
  diskOf(id: string): SimulatedDisk | undefined;
  /** `content` goes with an InstallSnapshot. */
  send(from: SimulatedNode, message: Message, content: ReplicatedList | null): void;
  /** For people who replay a seed; `describe` is only called then. */
  trace(describe: () => string): void;
}
