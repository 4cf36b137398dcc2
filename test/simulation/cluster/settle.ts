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
import { DATABASE, GROUP, isOfClusterOnly } from './database-group.ts';
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
      () => `not within ${withinMs} ms. ${describeNodes(world.cluster)}${describeGroup(world)}`,
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
  await runUntilTrue(world, LEADER_WITHIN_MS, 'a leader after heal', () => agreedLeader(cluster) !== null);
  let isTending = true;
  const tend = () => {
    if (!isTending) return;
    world.administrator.tend();
    world.clock.schedule(1000, tend);
  };
  tend();
  await world.runUntil(world.clock.nowMs + ASKED_BEFORE_MS);
  await runUntilTrue(world, WHOLE_WITHIN_MS, 'the cluster and its group are whole', () => isWhole(world));
  if (world.profile.hasBusyHours) {
    await expectProgress(world);
    await runUntilTrue(world, WHOLE_WITHIN_MS, 'the group is whole after busy hours', () => isWhole(world));
  }
  isTending = false;
  await expectQuiet(world);
  const copies = membersOf(world).map(({ database }) => database);
  for (const copy of copies) {
    check(!world.topologies.expiredIds.has(copy.id), 'no copy serves that is not trusted', () => copy.id);
    world.writes.checkClaims(copy);
    world.writes.checkNothingOlder(copy);
    world.transactions.checkCopy(copy);
  }
  checkAcknowledged(world, copies);
  checkClusterDocuments(world, copies);
  // What the leader does by itself goes on; its last command has to arrive before the states are compared.
  await runUntilTrue(world, WHOLE_WITHIN_MS, 'the last commands arrive everywhere', () => isSettled(cluster));
  const { clients } = cluster.ledgers;
  for (const node of cluster.nodes) {
    const isIn = agreedLeader(cluster)?.image.configuration?.nodes.some(({ id }) => id === node.id);
    if (isIn === true) clients.checkNothingLost(node.id, node.list);
  }
}

function isWhole(world: World): boolean {
  const { topology } = world.topologies;
  const configuration = agreedLeader(world.cluster)?.image.configuration;
  if (topology === null || configuration === undefined || configuration === null) return false;
  if (!isSettled(world.cluster)) return false;
  const isComplete =
    configuration.nodes.length === world.cluster.nodes.length &&
    configuration.nodes.every((node) => node.role === 'member' && !world.cluster.wipedIds.has(node.id));
  const wanted = world.administrator.factorOf(configuration.nodes.length);
  const copies = membersOf(world).map(({ database }) => database);
  if (!isComplete || topology.Members.length < wanted || copies.length < topology.Members.length)
    return false;
  // Who is on its way becomes a member first: that is a change of the topology, too.
  const { ReplicationFactor: factor, Members: members } = topology;
  if (factor !== wanted || members.length !== factor || copyHolders(topology).length !== factor) return false;
  const [first, ...others] = copies.map((copy) => copy.digest().join('\n'));
  const lastCount = Math.max(...copies.map(({ changeVector }) => etagOf(changeVector, GROUP)));
  return (
    others.every((digest) => digest === first) &&
    copies.every(({ changeVector }) => etagOf(changeVector, GROUP) === lastCount) &&
    world.running.every(({ keeper }) => keeper.copyOf(DATABASE)?.transactions.isCurrent !== false)
  );
}

/** Whoever is well is left alone, and nobody sends what all have. */
async function expectQuiet(world: World): Promise<void> {
  // The record itself may still change by what clients asked for.
  const stamp = world.topologies.topology?.Stamp.Index;
  await world.runUntil(world.clock.nowMs + LAST_NEWS_MS);
  const { batches } = world.network.traffic;
  await world.runUntil(world.clock.nowMs + SILENT_MS);
  check(
    world.topologies.topology?.Stamp.Index === stamp,
    'a group that is well is left alone',
    () =>
      `its topology went from ${stamp} to ${JSON.stringify(world.topologies.topology)} after all was well`,
  );
  check(
    world.network.traffic.batches === batches,
    'replication falls silent',
    () => `${world.network.traffic.batches - batches} batches were sent after all was well`,
  );
}

/** What one copy alone acknowledged is with all members, unless that copy is gone and nobody had it. */
function checkAcknowledged(world: World, copies: readonly SimulatedDatabase[]): void {
  for (const { databaseId, version } of world.acknowledgedWrites) {
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
function checkClusterDocuments(world: World, copies: readonly SimulatedDatabase[]): void {
  for (const [id, expected] of world.transactions.writes.outcome()) {
    if (!isOfClusterOnly(id)) continue;
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

function describeGroup(world: World): string {
  const { topology } = world.topologies;
  const copies = world.running.flatMap(({ node, keeper }) => {
    const copy = keeper.copyOf(DATABASE);
    return copy === undefined
      ? []
      : [
          `\n  ${copy.database.nodeTag} on ${node.id}: [${copy.database.changeVector}], current ${copy.transactions.isCurrent}, ${JSON.stringify(copy.replication.status().outgoing.map(({ tag, isConnected, etagsBehind, errors }) => ({ tag, isConnected, etagsBehind, errors })))}`,
        ];
  });
  const { Members, Promotables, Rehabs, ReplicationFactor } = topology ?? {};
  return `\n  group ${JSON.stringify({ Members, Promotables, Rehabs, ReplicationFactor })}${copies.join('')}`;
}
