import type { ObserverSettings } from '../../../node/cluster/observer/observer-input.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import { drawFaultProfile, type FaultProfile } from '../rachis/fault-profile.ts';

/** What may befall a world: what may befall Rachis, and more. */
export const WORLD_FAULTS = {
  crash: 8,
  crashAll: 1,
  pause: 4,
  partition: 4,
  oneWay: 3,
  isolateLeader: 3,
  healNetwork: 6,
  wipe: 3,
  compact: 6,
  membership: 3,
  transfer: 3,
  campaign: 1,
  forgetLeader: 1,
  unreachable: 1,
  burst: 3,
  upgrade: 3,
  clockJump: 3,
  breakReplication: 5,
  cleanTombstones: 4,
  goAway: 3,
  diskFull: 3,
  storageFails: 3,
  factor: 3,
  zone: 2,
  deleteDatabase: 2,
  recover: 1,
} as const;

/** Of worlds that may lose members: recoveries are what loses them. */
const LOSING_FAULTS = { ...WORLD_FAULTS, recover: 8 } as const;

export type WorldFault = keyof typeof WORLD_FAULTS;

/** One thing that happens at a time of its own; `seed` decides whom it befalls. */
export interface ScheduledFault {
  readonly atMs: number;
  readonly kind: WorldFault;
  readonly seed: number;
}

export interface WorldProfile {
  readonly raft: FaultProfile;
  readonly observer: ObserverSettings;
  /** Of each database, as it is created. */
  readonly replicationFactors: readonly number[];
  /** Share of the nodes that begin with a program before the last one. */
  readonly oldShare: number;
  readonly requestEveryMs: number;
  /** Longest delay of what replication sends under faults: where it is long, copies take long to be filled. */
  readonly replicationDelayMs: number;
  /** Whether writes go on for a while without a pause when the faults have ended. */
  readonly hasBusyHours: boolean;
  /** Whether an unsafe recovery may leave a database with a copy alone that is being filled. */
  readonly mayLoseMembers: boolean;
  /** Faults of each round; after each all must recover. */
  readonly rounds: readonly (readonly ScheduledFault[])[];
  readonly roundMs: number;
}

const ROUNDS = 2;

/** Periods of what nodes do regularly, in milliseconds. */
export const REPORT_EVERY_MS = 500;
export const OBSERVE_EVERY_MS = 500;

export function drawWorldProfile(random: SeededRandom): WorldProfile {
  const drawn = drawFaultProfile(random);
  const memberCount = random.pick([3, 3, 3, 4, 5]) ?? 3;
  const fastest = random.between(1, 10);
  const raft: FaultProfile = {
    ...drawn,
    memberCount,
    slotCount: memberCount + (memberCount === 5 ? 0 : random.between(0, 1)),
    limits: {
      ...drawn.limits,
      entriesPerAppendMax: random.pick([2, 5, 64]) ?? 64,
      bytesPerAppendMax: random.pick([2000, 100_000]) ?? 2000,
      inflightMessagesMax: random.pick([2, 8, 64]) ?? 8,
      inflightBytesMax: random.pick([10_000, 1_000_000]) ?? 10_000,
      uncommittedBytesMax: random.pick([40_000, 1_000_000]) ?? 40_000,
      logTailBytesMax: random.pick([0, 20_000, 1_000_000]) ?? 20_000,
    },
    latencyMs: [fastest, fastest + (random.pick([5, 50]) ?? 5)],
    lossRate: random.pick([0, 0, 0.02, 0.1]) ?? 0,
    syncMs: random.pick<[number, number]>([
      [0, 2],
      [1, 30],
    ]) ?? [0, 2],
    applyMs: random.pick<[number, number]>([
      [0, 0],
      [0, 20],
    ]) ?? [0, 0],
  };
  const moveToRehabMs = random.pick([4000, 8000]) ?? 4000;
  const roundMs = 30_000;
  const mayLoseMembers = random.chance(0.1);
  return {
    raft,
    observer: {
      moveToRehabMs,
      rotatePreferredMs: moveToRehabMs / 2,
      addReplicaMs: 3 * moveToRehabMs,
      silentCopyMaxMs: (random.pick([0, 1, 1, 2]) ?? 1) * moveToRehabMs,
      silentCopyTombstonesMax: random.pick([3, 1000]) ?? 3,
      stabilizationMs: 1000,
      reportTimeoutMs: 2500,
    },
    replicationFactors: Array.from(
      { length: random.pick([1, 2, 2, 3]) ?? 2 },
      () => random.pick([2, 3, 3]) ?? 3,
    ),
    oldShare: random.pick([0, 0.5, 1]) ?? 0,
    // Rarely many: what is found is found by faults, and requests are what a run costs.
    requestEveryMs: random.pick([60, 200, 500, 1000]) ?? 200,
    replicationDelayMs: random.pick([5, 50, 1500]) ?? 5,
    hasBusyHours: random.chance(0.1),
    mayLoseMembers,
    rounds: Array.from({ length: ROUNDS }, () => drawFaults(random, roundMs, mayLoseMembers)),
    roundMs,
  };
}

function drawFaults(
  random: SeededRandom,
  roundMs: number,
  mayLoseMembers: boolean,
): readonly ScheduledFault[] {
  const kinds: WorldFault[] = [];
  const faults = mayLoseMembers ? LOSING_FAULTS : WORLD_FAULTS;
  for (const [kind, weight] of Object.entries(faults) as [WorldFault, number][]) {
    const isOn = kind === 'healNetwork' || random.chance(0.6);
    for (let count = 0; isOn && count < weight; count++) kinds.push(kind);
  }
  const everyMs = random.pick([600, 1500, 4000]) ?? 1500;
  const scheduled: ScheduledFault[] = [];
  if (random.chance(0.3)) scheduled.push({ atMs: 500, kind: 'goAway', seed: random.between(1, 2 ** 31) });
  for (let atMs = 1000; atMs < roundMs; atMs += random.between(1, 2 * everyMs)) {
    scheduled.push({ atMs, kind: random.pick(kinds) ?? 'crash', seed: random.between(1, 2 ** 31) });
  }
  return scheduled;
}
