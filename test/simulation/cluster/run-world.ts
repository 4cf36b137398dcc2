import { SeededRandom } from '../kernel/seeded-random.ts';
import { agreedLeader } from '../rachis/convergence.ts';
import { DATABASE, GROUP, TRANSACTIONS } from './database-group.ts';
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
}

/** Virtual time for a founded cluster to have all its nodes, its database and its accounts. */
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
  const { transactions, clients, topologies } = world;
  return {
    virtualMs: world.clock.nowMs,
    elections: world.cluster.ledgers.elections.electionCount,
    committed: world.cluster.ledgers.logs.commitMax,
    transactions: transactions.transactionCount,
    refused: transactions.refusedCount,
    audits: transactions.auditCount,
    registers: transactions.registerCount,
    reads: clients.readCount,
    causalReads: clients.causalCount,
    writes: clients.writeCount,
    later: clients.laterCount,
    topologyChanges: topologies.changeCount,
    wiped: world.cluster.wipedIds.size,
    setAside: world.asideIds.size,
    expired: topologies.expiredIds.size,
    deleted: world.handedOverIds.size,
  };
}

/** In peace: all nodes, a database, and accounts with what is in them. */
async function found(world: World): Promise<void> {
  const { cluster, profile } = world;
  cluster.isCalm = true;
  let isOpen = false;
  let nextMs = 0;
  await runUntilTrue(world, FOUNDED_WITHIN_MS, 'the cluster is founded', () => {
    const leader = agreedLeader(cluster);
    const program = leader === null ? undefined : world.programOf(leader);
    const isAll = leader?.image.configuration?.nodes.length === cluster.nodes.length;
    if (program !== undefined && world.clock.nowMs >= nextMs) {
      nextMs = world.clock.nowMs + 1000;
      if (!isAll) world.administrator.tend();
      else if (world.topologies.topology === null) createDatabase(world, profile.replicationFactor);
      else {
        world.clients.openAccounts(program, () => {
          isOpen = true;
        });
      }
    }
    return isOpen;
  });
}

function createDatabase(world: World, replicationFactor: number): void {
  const Topology = {
    DatabaseTopologyIdBase64: GROUP,
    ClusterTransactionIdBase64: TRANSACTIONS,
    DynamicNodesDistribution: true,
  };
  const record = { DatabaseName: DATABASE, Topology };
  world.leadingProgram?.route.submit(
    { type: 'AddDatabase', record, replicationFactor, expectedEtag: null },
    world.nextRequest(),
    () => {},
  );
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
  const bound = CHANGES_BESIDES + CHANGES_PER_FAULT * profile.rounds.flat().length;
  const { changeCount } = world.topologies;
  if (changeCount > bound) {
    throw new Error(`changes of the topology are bounded: there were ${changeCount}, more than ${bound}`);
  }
}
