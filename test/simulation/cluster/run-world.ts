import { SeededRandom } from '../kernel/seeded-random.ts';
import { agreedLeader } from '../rachis/convergence.ts';
import type { DatabaseLife } from './database-life.ts';
import { runUntilTrue, settle } from './settle.ts';
import { World } from './world.ts';
import { drawWorldProfile, type ScheduledFault, type WorldProfile } from './world-profile.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Faults that are left out, by their place among all of the run. */
  readonly without?: ReadonlySet<number>;
  /** Gets one line an event of note. */
  readonly onTrace?: (line: string) => void;
}

export interface WorldResult {
  readonly virtualMs: number;
  readonly elections: number;
  readonly committed: number;
  readonly transactions: number;
  readonly refused: number;
  readonly audits: number;
  readonly registers: number;
  readonly reads: number;
  readonly causalReads: number;
  readonly writes: number;
  /** Commands of the later version that were taken. */
  readonly later: number;
  readonly topologyChanges: number;
  readonly wiped: number;
  readonly setAside: number;
  /** Copies that were silent for too long. */
  readonly expired: number;
  readonly deleted: number;
  /** Databases that were deleted, and created anew. */
  readonly abandoned: number;
  readonly recreated: number;
  /** Unsafe recoveries that were begun. */
  readonly recoveries: number;
}

/** Virtual time for a founded cluster to have all its nodes, its databases and their accounts. */
const FOUNDED_WITHIN_MS = 120_000;

/** Changes of the topology that the observer may make for each thing that befalls the cluster, and besides. */
const CHANGES_PER_FAULT = 8;
const CHANGES_BESIDES = 30;

/** Begins the line of a story with which faults begin. */
export const ROUND_BEGINS = 'faults begin: round';

export function faultsOf(seed: number): readonly ScheduledFault[] {
  return drawWorldProfile(new SeededRandom(seed)).rounds.flat();
}

/** One whole life of a world, decided by the seed. @throws what it finds broken. */
export async function runWorld({ seed, without, onTrace }: WorldOptions): Promise<WorldResult> {
  const random = new SeededRandom(seed);
  const profile = drawWorldProfile(random);
  const world = new World(random, profile, onTrace ?? null);
  await found(world);
  let place = 0;
  for (const [round, faults] of profile.rounds.entries()) {
    world.cluster.trace(() => `${ROUND_BEGINS} ${round + 1} of ${profile.rounds.length}`);
    const due = faults.filter(() => without?.has(place++) !== true);
    await storm(world, profile, due);
    await settle(world);
  }
  checkBounded(world, profile);
  const { clients, lives } = world;
  const sum = (figure: (life: DatabaseLife) => number) =>
    lives.all.reduce((total, life) => total + figure(life), 0);
  return {
    virtualMs: world.clock.nowMs,
    elections: world.cluster.ledgers.elections.electionCount,
    committed: world.cluster.ledgers.logs.commitMax,
    transactions: sum(({ transactions }) => transactions.transactionCount),
    refused: sum(({ transactions }) => transactions.refusedCount),
    audits: sum(({ transactions }) => transactions.auditCount),
    registers: sum(({ transactions }) => transactions.registerCount),
    reads: clients.readCount,
    causalReads: clients.causalCount,
    writes: clients.writeCount,
    later: clients.laterCount,
    topologyChanges: sum(({ topologies }) => topologies.changeCount),
    wiped: world.cluster.wipedIds.size,
    setAside: world.asideIds.size,
    expired: sum(({ topologies }) => topologies.expiredIds.size),
    deleted: world.handedOverIds.size,
    abandoned: sum(({ transactions }) => transactions.abandonCount),
    recreated: lives.all.length - lives.names.length,
    recoveries: world.cluster.allLedgers.length - 1,
  };
}

/** In peace: all nodes, all databases, and accounts with what is in them. */
async function found(world: World): Promise<void> {
  const { cluster, lives } = world;
  cluster.isCalm = true;
  const open = new Set<string>();
  let nextMs = 0;
  await runUntilTrue(world, FOUNDED_WITHIN_MS, 'the cluster is founded', () => {
    const leader = agreedLeader(cluster);
    const program = leader === null ? undefined : world.programOf(leader);
    if (program !== undefined && world.clock.nowMs >= nextMs) {
      nextMs = world.clock.nowMs + 1000;
      world.administrator.tend();
      for (const life of lives.living) {
        if (!open.has(life.name)) world.clients.openAccounts(program, life, () => open.add(life.name));
      }
    }
    return open.size === lives.names.length;
  });
}

async function storm(world: World, profile: WorldProfile, faults: readonly ScheduledFault[]): Promise<void> {
  const { clock, random } = world;
  world.cluster.isCalm = false;
  world.network.maxDelayMs = profile.replicationDelayMs;
  let isOver = false;
  const repeat = (everyMs: number, act: () => void) => {
    const again = () => {
      if (isOver) return;
      act();
      clock.schedule(random.between(1, 2 * everyMs), again);
    };
    clock.schedule(random.between(1, 2 * everyMs), again);
  };
  repeat(profile.requestEveryMs, () => world.clients.request());
  repeat(1000, () => world.administrator.tend());
  for (const fault of faults) {
    clock.schedule(fault.atMs, () => {
      if (!isOver) world.inject(fault);
    });
  }
  await world.runUntil(clock.nowMs + profile.roundMs);
  isOver = true;
}

function checkBounded(world: World, profile: WorldProfile): void {
  const bound =
    world.lives.names.length * (CHANGES_BESIDES + CHANGES_PER_FAULT * profile.rounds.flat().length);
  const changeCount = world.lives.all.reduce((total, { topologies }) => total + topologies.changeCount, 0);
  if (changeCount > bound) {
    throw new Error(`changes of the topology are bounded: there were ${changeCount}, more than ${bound}`);
  }
}
