import { describe, expect, it } from 'vitest';
import { compareChangeVectors } from '../../../node/documents/change-vector.ts';
import type { SimulatedDatabase, WrittenVersion } from './simulated-database.ts';
import { SimulatedGroup } from './simulated-group.ts';

const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 10);
const FIRST_SEED = Number(process.env.SIMULATION_SEED ?? 1);

/** For the seeds of one test, however many are asked for. */
const TIMEOUT_MS = 30_000 + SEEDS * 10_000;

/** Runs the scenario under each seed; a failure names the seed that repeats it. */
async function eachSeed(scenario: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    try {
      await scenario(seed);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`SIMULATION_SEED=${seed}: ${message}`, { cause: error });
    }
  }
}

/** Random writes among random faults: broken connections, cut links, crashes, and the cleaning of tombstones. */
async function storm(
  group: SimulatedGroup,
  steps: number,
  keys: number,
  hasTransactions = false,
): Promise<void> {
  const cleaning: Promise<void>[] = [];
  for (let step = 0; step < steps; step++) {
    const dice = group.random();
    const node = group.pick(group.members);
    const other = group.pick(group.members);
    if (node === undefined || other === undefined) return;
    if (hasTransactions && dice < 0.4) group.transact(keys);
    else if (hasTransactions && dice < 0.43) group.pruneTransactions();
    else if (dice < 0.75) group.write(keys);
    else if (dice < 0.82) group.network.breakOne();
    else if (dice < 0.88) group.cuts.cut(node.tag, other.tag);
    else if (dice < 0.93) group.cuts.heal();
    else if (dice < 0.96 && node.loader !== null) group.crashNode(node);
    else if (dice < 0.98) group.start(group.members);
    else if (node.loader !== null) cleaning.push(group.cleanTombstones(node));
    await group.time.run(group.random() < 0.02 ? 20_000 * group.random() : 30 * group.random());
  }
  group.start(group.members);
}

/** All members hold the same, and an hour without writes brought not one message with content. */
async function expectConverged(group: SimulatedGroup): Promise<void> {
  expect(await group.settle()).toEqual({ batches: 0, items: 0 });
  const [first, ...others] = group.members.map(({ database }) => database);
  for (const other of others) {
    expect(other?.digest()).toEqual(first?.digest());
    const there = other?.changeVector ?? '';
    const here = first?.changeVector ?? '';
    expect(compareChangeVectors(there, here)).toBe('AlreadyMerged');
    expect(compareChangeVectors(here, there)).toBe('AlreadyMerged');
  }
}

async function expectTombstonesGo(
  group: SimulatedGroup,
  mayGo: (database: SimulatedDatabase) => (tombstone: WrittenVersion) => boolean = () => () => true,
): Promise<void> {
  const cleaning = group.members.map((node) => group.cleanTombstones(node));
  await expectConverged(group);
  await Promise.all(cleaning);
  expect(group.members.flatMap(({ database }) => database.tombstones(mayGo(database)))).toEqual([]);
}

/**
 * What only a member that is lost for ever could claim stays: an older version of the same document may still be on its
 * way, and nothing else would keep it from coming back.
 */
function isClaimed({ changeVector }: SimulatedDatabase): (tombstone: WrittenVersion) => boolean {
  return (tombstone) => compareChangeVectors(tombstone.changeVector, changeVector) === 'AlreadyMerged';
}

describe('replication in a simulated group', () => {
  it(
    'converges and falls silent after broken connections, cuts, crashes and concurrent writes',
    () =>
      eachSeed(async (seed) => {
        const group = new SimulatedGroup(seed, 2 + (seed % 4));
        group.start();
        await storm(group, 150, 6);
        await expectConverged(group);
        expect(group.members.flatMap(({ database }) => database.conflicts())).toEqual([]);
        await expectTombstonesGo(group);
      }),
    TIMEOUT_MS,
  );

  it(
    'keeps the same conflicting versions everywhere until a policy or a write resolves them',
    () =>
      eachSeed(async (seed) => {
        const group = new SimulatedGroup(seed, 2 + (seed % 3), 'manual');
        group.start();
        await storm(group, 120, 5);
        await expectConverged(group);
        group.setPolicy('latest');
        await expectConverged(group);
        expect(group.members.flatMap(({ database }) => database.conflicts())).toEqual([]);
        await expectTombstonesGo(group);
      }),
    TIMEOUT_MS,
  );

  it(
    'makes the survivors equal after a member is lost for ever in the middle of everything',
    () =>
      eachSeed(async (seed) => {
        const group = new SimulatedGroup(seed, 3 + (seed % 3));
        group.start();
        await storm(group, 120, 6);
        for (let i = 0; i < 20; i++) group.write(6);
        await group.time.run(8 * group.random());
        const [lost, ...survivors] = group.nodes;
        if (lost === undefined) return;
        if (lost.loader !== null) group.crashNode(lost);
        group.start(survivors);
        await storm(group, 20, 6);
        await expectConverged(group);
        await expectTombstonesGo(group, isClaimed);
      }),
    TIMEOUT_MS,
  );

  it(
    'fills replicas that join while the group is written to and fails',
    () =>
      eachSeed(async (seed) => {
        const group = new SimulatedGroup(seed, 4);
        group.start(group.nodes.slice(0, 2));
        await storm(group, 60, 6);
        group.start(group.nodes.slice(0, 3));
        await storm(group, 60, 6);
        group.start(group.nodes);
        await storm(group, 60, 6);
        await expectConverged(group);
        await expectTombstonesGo(group);
      }),
    TIMEOUT_MS,
  );

  it(
    'executes cluster transactions once and in order on every member, however they and what they wrote arrive',
    () =>
      eachSeed(async (seed) => {
        const group = new SimulatedGroup(seed, 2 + (seed % 3), seed % 4 === 0 ? 'manual' : 'latest');
        group.start();
        await storm(group, 150, 5, true);
        group.setPolicy('latest');
        await expectConverged(group);
        group.expectNothingBroughtBack();
        await expectTombstonesGo(group);
        group.expectNothingBroughtBack();
      }),
    TIMEOUT_MS,
  );

  it(
    'brings back nothing of old cluster transactions with a replica that joins later',
    () =>
      eachSeed(async (seed) => {
        const group = new SimulatedGroup(seed, 4);
        group.start(group.nodes.slice(0, 2));
        await storm(group, 60, 5, true);
        group.start(group.nodes.slice(0, 3));
        await storm(group, 40, 5, true);
        group.start(group.nodes);
        await storm(group, 40, 5, true);
        await expectConverged(group);
        group.expectNothingBroughtBack();
        await expectTombstonesGo(group);
        group.expectNothingBroughtBack();
      }),
    TIMEOUT_MS,
  );
});
