import type { Message } from '../../../node/rachis/core/message.ts';
import type { ClientLedger } from './client-ledger.ts';
import type { ElectionLedger } from './election-ledger.ts';
import type { FaultProfile } from './fault-profile.ts';
import type { LogLedger } from './log-ledger.ts';
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
  readonly elections: ElectionLedger;
  readonly logs: LogLedger;
  readonly clients: ClientLedger;
  /** True once the faults are over: disks and network are fast and reliable. */
  readonly isCalm: boolean;
  /** The disk of any identity that ever was, wiped ones included. */
  diskOf(id: string): SimulatedDisk | undefined;
  /** `content` goes with an InstallSnapshot. */
  send(from: SimulatedNode, message: Message, content: ReplicatedList | null): void;
  /** For people who replay a seed; `describe` is only called then. */
  trace(describe: () => string): void;
}
