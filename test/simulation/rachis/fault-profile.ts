import type { RaftLimits } from '../../../node/rachis/core/limits.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';

/** What may go wrong in one run, and how often. Each seed switches a different part of it on (swarm testing). */
export interface FaultProfile {
  readonly slotCount: number;
  readonly memberCount: number;
  /** Whether the cluster starts from one bootstrapped node, or all members have the first configuration on disk. */
  readonly isGrown: boolean;
  readonly tickMs: number;
  readonly electionTimeoutTicks: number;
  readonly heartbeatTicks: number;
  readonly limits: RaftLimits;
  readonly latencyMs: readonly [number, number];
  readonly lossRate: number;
  readonly duplicateRate: number;
  /** Share of messages that are held up for up to an election timeout or more. */
  readonly delayRate: number;
  readonly syncMs: readonly [number, number];
  /** Share of syncs that take many times longer. */
  readonly stallRate: number;
  readonly applyMs: readonly [number, number];
  readonly proposeEveryMs: number;
  readonly readEveryMs: number;
  readonly faultEveryMs: number;
  readonly faults: readonly FaultKind[];
}

export type FaultKind =
  | 'crash'
  | 'crashAll'
  | 'pause'
  | 'partition'
  | 'oneWay'
  | 'isolateLeader'
  | 'healNetwork'
  | 'wipe'
  | 'compact'
  | 'membership'
  | 'transfer'
  | 'campaign'
  | 'forgetLeader'
  | 'unreachable'
  | 'burst'
  | 'recover';

const weights: Readonly<Record<FaultKind, number>> = {
  crash: 6,
  crashAll: 1,
  pause: 3,
  partition: 4,
  oneWay: 3,
  isolateLeader: 3,
  healNetwork: 6,
  wipe: 2,
  compact: 8,
  membership: 10,
  transfer: 4,
  campaign: 2,
  forgetLeader: 2,
  unreachable: 2,
  burst: 3,
  recover: 1,
};

export function drawFaultProfile(random: SeededRandom): FaultProfile {
  const memberCount = random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5]) ?? 3;
  const faults: FaultKind[] = [];
  for (const [kind, weight] of Object.entries(weights) as [FaultKind, number][]) {
    const isOn = kind === 'healNetwork' || random.chance(0.6);
    for (let count = 0; isOn && count < weight; count++) faults.push(kind);
  }
  const fastest = random.between(1, 10);
  const tailMin = random.pick([0, 0, 3, 20]) ?? 0;
  return {
    slotCount: memberCount + random.between(0, 2),
    memberCount,
    isGrown: random.chance(0.3),
    tickMs: 100,
    electionTimeoutTicks: 10,
    heartbeatTicks: random.pick([1, 2]) ?? 1,
    limits: {
      entriesPerAppendMax: random.pick([1, 2, 5, 64]) ?? 64,
      bytesPerAppendMax: random.pick([40, 200, 100_000]) ?? 200,
      inflightMessagesMax: random.pick([1, 2, 8, 64]) ?? 8,
      inflightBytesMax: random.pick([100, 1000, 1_000_000]) ?? 1000,
      uncommittedBytesMax: random.pick([200, 4000, 1_000_000]) ?? 4000,
      applyingEntriesMax: random.pick([1, 3, 100]) ?? 100,
      readsWaitingMax: 20,
      readRoundsMax: random.pick([1, 4]) ?? 1,
      logTailEntriesMin: tailMin,
      logTailEntriesMax: tailMin + (random.pick([0, 10, 100]) ?? 10),
      logTailBytesMax: random.pick([0, 1000, 100_000]) ?? 1000,
      heldTailEntriesMax: tailMin + 50,
      heldTailBytesMax: 2000,
    },
    latencyMs: [fastest, fastest + (random.pick([5, 50, 150]) ?? 5)],
    lossRate: random.pick([0, 0, 0.02, 0.1, 0.3]) ?? 0,
    duplicateRate: random.pick([0, 0.02, 0.1]) ?? 0,
    delayRate: random.pick([0, 0.01, 0.05]) ?? 0,
    syncMs: random.pick<[number, number]>([
      [0, 2],
      [1, 30],
      [20, 200],
    ]) ?? [0, 2],
    stallRate: random.pick([0, 0, 0.02]) ?? 0,
    applyMs: random.pick<[number, number]>([
      [0, 0],
      [0, 20],
      [50, 400],
    ]) ?? [0, 0],
    proposeEveryMs: random.pick([40, 150, 500]) ?? 150,
    readEveryMs: random.pick([300, 1000]) ?? 300,
    faultEveryMs: random.pick([250, 700, 2000]) ?? 700,
    faults,
  };
}
