import { etagOf } from '../../../node/documents/change-vector.ts';
import { copyHolders } from '../../../node/landlord/placement.ts';
import {
  CLAIM_PATIENCE_MS,
  RECONNECT_DELAY_MAX_MS,
  RELAY_PATIENCE_MS,
} from '../../../node/replication/limits.ts';
import { check } from '../kernel/invariant-violation.ts';
import { agreedLeader, describeNodes, isSettled } from '../rachis/convergence.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import { expectProgress } from './busy-hours.ts';
import type { DatabaseLife } from './database-life.ts';
import { membersOf } from './members-of.ts';
import type { World } from './world.ts';

/** Virtual time after which a healed cluster must have a leader, and after which the group must be whole. */
const LEADER_WITHIN_MS = 20_000;
const WHOLE_WITHIN_MS = 240_000;

/** What was asked for under the faults is answered within this time, or never. */
const ASKED_BEFORE_MS = 6000;

/** Longest delay of what replication sends once all is well, in milliseconds. */
const CALM_DELAY_MS = 5;

/**
 * Virtual time for what was left to others to be sent after all, if these do not send it, over connections that are
 * made once their peers have waited for long; then nothing may be sent.
 */
const LAST_NEWS_MS = RECONNECT_DELAY_MAX_MS + RELAY_PATIENCE_MS + CLAIM_PATIENCE_MS + 3000;
const SILENT_MS = 10_000;

/** Runs until something holds. @throws InvariantViolation when it does not in time. */
export async function runUntilTrue(
  world: World,
  withinMs: number,
  what: string,
  holds: () => boolean,
): Promise<void> {
  const deadlineMs = world.clock.nowMs + withinMs;
  while (!holds()) {
    check(
      world.clock.nowMs < deadlineMs,
      `liveness: ${what}`,
      () =>
        `not within ${withinMs} ms. ${describeNodes(world.cluster)}${world.lives.names.map((name) => describeGroup(world, name)).join('')}`,
    );
    await world.runUntil(world.clock.nowMs + 200);
  }
}

/** Ends all faults; all must recover by itself, and everything that was promised must be there. */
export async function settle(world: World): Promise<void> {
  const { cluster } = world;
  cluster.trace(() => 'all faults end');
  cluster.isCalm = true;
  world.network.maxDelayMs = CALM_DELAY_MS;
  cluster.network.cuts.heal();
  for (const node of cluster.nodes) {
    node.resume();
    node.emptyDisk();
    if (node.core === null) node.start();
  }
  await runUntilTrue(world, LEADER_WITHIN_MS, 'a recovery ends', () => !cluster.isRecovering);
  cluster.endFormerClusters();
  await runUntilTrue(world, LEADER_WITHIN_MS, 'a leader after heal', () => agreedLeader(cluster) !== null);
  let isTending = true;
  const tend = () => {
    if (!isTending) return;
    world.administrator.tend();
    world.clock.schedule(1000, tend);
  };
  tend();
  await world.runUntil(world.clock.nowMs + ASKED_BEFORE_MS);
  await runUntilTrue(world, WHOLE_WITHIN_MS, 'the cluster and its groups are whole', () => isWhole(world));
  if (world.profile.hasBusyHours) {
    await expectProgress(world);
    await runUntilTrue(world, WHOLE_WITHIN_MS, 'the groups are whole after busy hours', () => isWhole(world));
  }
  isTending = false;
  await expectQuiet(world);
  for (const life of world.lives.living) checkLife(world, life);
  // What the leader does by itself goes on; its last command has to arrive before the states are compared.
  await runUntilTrue(world, WHOLE_WITHIN_MS, 'the last commands arrive everywhere', () => isSettled(cluster));
  const { clients } = cluster.ledgers;
  for (const node of cluster.nodes) {
    const isIn = agreedLeader(cluster)?.image.configuration?.nodes.some(({ id }) => id === node.id);
    if (isIn === true) clients.checkNothingLost(node.id, node.list);
  }
}

function isWhole(world: World): boolean {
  const configuration = agreedLeader(world.cluster)?.image.configuration;
  if (configuration === undefined || configuration === null) return false;
  if (!isSettled(world.cluster)) return false;
  const isComplete =
    configuration.nodes.length === world.cluster.nodes.length &&
    configuration.nodes.every((node) => node.role === 'member' && !world.cluster.wipedIds.has(node.id));
  return (
    isComplete &&
    world.lives.living.length === world.lives.names.length &&
    world.lives.living.every((life) => isGroupWhole(world, life, configuration.nodes.length))
  );
}

function isGroupWhole(world: World, life: DatabaseLife, nodeCount: number): boolean {
  const { topology } = life.topologies;
  if (topology === null) return false;
  const wanted = world.administrator.factorOf(life.name, nodeCount);
  const copies = membersOf(world, life).map(({ database }) => database);
  if (topology.Members.length < wanted || copies.length < topology.Members.length) return false;
  // Who is on its way becomes a member first: that is a change of the topology, too.
  const { ReplicationFactor: factor, Members: members } = topology;
  if (factor !== wanted || members.length !== factor || copyHolders(topology).length !== factor) return false;
  const [first, ...others] = copies.map((copy) => copy.digest().join('\n'));
  const executed = copies.map(({ changeVector }) => etagOf(changeVector, life.groupId));
  return (
    others.every((digest) => digest === first) &&
    executed.every((count) => count === Math.max(...executed)) &&
    world.running.every(({ keeper }) => keeper.copyOf(life.name)?.transactions.isCurrent !== false)
  );
}

/** Whoever is well is left alone, and nobody sends what all have. */
async function expectQuiet(world: World): Promise<void> {
  // The record itself may still change by what clients asked for.
  const stamps = () => world.lives.living.map(({ topologies: { topology } }) => topology?.Stamp.Index).join();
  const before = stamps();
  await world.runUntil(world.clock.nowMs + LAST_NEWS_MS);
  const { batches } = world.network.traffic;
  await world.runUntil(world.clock.nowMs + SILENT_MS);
  check(
    stamps() === before,
    'a group that is well is left alone',
    () => `topologies went from ${before} to ${stamps()} after all was well`,
  );
  check(
    world.network.traffic.batches === batches,
    'replication falls silent',
    () => `${world.network.traffic.batches - batches} batches were sent after all was well`,
  );
}

function checkLife(world: World, life: DatabaseLife): void {
  const copies = membersOf(world, life).map(({ database }) => database);
  for (const copy of copies) life.checkMember(copy);
  checkAcknowledged(life, copies);
  checkClusterDocuments(life, copies);
}

/** What one copy alone acknowledged is with all members, unless that copy is gone and nobody had it. */
function checkAcknowledged(life: DatabaseLife, copies: readonly SimulatedDatabase[]): void {
  for (const { databaseId, version } of life.acknowledgedWrites) {
    const etag = etagOf(version.changeVector, databaseId);
    const holders = copies.filter(({ changeVector }) => etagOf(changeVector, databaseId) >= etag);
    const isKept = copies.some(({ id }) => id === databaseId);
    check(
      holders.length === copies.length || (holders.length === 0 && !isKept),
      'acknowledged writes survive',
      () =>
        `[${version.changeVector}] of ${version.id} is on ${holders.map(({ nodeTag }) => nodeTag)} of ${copies.map(({ nodeTag }) => nodeTag)}`,
    );
  }
}

/** What cluster transactions alone have written is what the last of them made it. */
function checkClusterDocuments({ transactions }: DatabaseLife, copies: readonly SimulatedDatabase[]): void {
  for (const [id, expected] of transactions.writes.outcome()) {
    if (!transactions.isOwn(id)) continue;
    for (const copy of copies) {
      const [version] = copy.versionsOf(id);
      check(
        (version?.kind === 'document') === (expected !== null),
        'the same documents on every node',
        () => `${copy.nodeTag} has ${version?.kind} as ${id} instead of ${expected}`,
      );
    }
  }
}

function describeGroup(world: World, name: string): string {
  const life = world.lives.of(name);
  const copies = world.running.flatMap(({ node, keeper }) => {
    const copy = keeper.copyOf(name);
    return copy === undefined
      ? []
      : [
          `\n  ${copy.database.nodeTag} on ${node.id} of ${copy.groupId}: [${copy.database.changeVector}], current ${copy.transactions.isCurrent}, ${JSON.stringify(copy.replication.status().outgoing.map(({ tag, isConnected, etagsBehind, errors }) => ({ tag, isConnected, etagsBehind, errors })))}`,
        ];
  });
  const { Members, Promotables, Rehabs, ReplicationFactor } = life?.topologies.topology ?? {};
  return `\n  ${name}, number ${life?.number}, deletion ${life?.deletion}: ${JSON.stringify({ Members, Promotables, Rehabs, ReplicationFactor })}${copies.join('')}`;
}
