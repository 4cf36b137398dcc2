import { check } from '../kernel/invariant-violation.ts';
import type { ListCluster } from './list-cluster.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';

/** Virtual time after which a healed cluster must have a leader: ten times the longest election timeout. */
const leaderWithinMs = 20_000;
/** And the time that the smallest windows need to carry one entry to a node that lacks it. */
const perEntryMs = 10;
/** Virtual time after which it must have committed, caught up with everything and told the nodes that left. */
const settledWithinMs = 90_000;

/** Ends all faults and checks that the cluster recovers by itself. */
export function converge(cluster: ListCluster): void {
  cluster.isCalm = true;
  for (const node of cluster.nodes) {
    node.resume();
    if (node.core === null) node.start();
  }
  while (cluster.isRecovering) cluster.clock.advance();
  cluster.endFormerClusters();
  if (cluster.random.chance(0.4)) serveWithOneCut(cluster);
  cluster.trace(() => 'all faults end');
  cluster.network.cuts.heal();
  runUntil(cluster, leaderWithinMs, 'a leader after heal', () => agreedLeader(cluster) !== null);
  serve(cluster, 'an accepted proposal commits');
  const { readCount } = cluster.ledgers.clients;
  runUntil(cluster, leaderWithinMs, 'a read is confirmed', () => {
    cluster.read();
    return cluster.ledgers.clients.readCount > readCount;
  });
  runUntil(cluster, settledWithinMs, 'all nodes catch up and removed ones know it', () => isSettled(cluster));
  for (const node of cluster.nodes) {
    if (isInCluster(cluster, node)) cluster.ledgers.clients.checkNothingLost(node.id, node.list);
  }
}

/** One node hears nobody, or nobody hears it, and it stays so: the others must serve, whatever it does. */
function serveWithOneCut(cluster: ListCluster): void {
  const { random, nodes, network } = cluster;
  const cut = cluster.someLeader ?? random.pick(nodes);
  if (cut === undefined || !cluster.canDecideWithout(cut.id)) return;
  const isDeaf = random.chance(0.5);
  cluster.trace(() => `all faults end, but ${cut.id} ${isDeaf ? 'hears nobody' : 'is heard by nobody'}`);
  network.cuts.heal();
  for (const node of nodes) {
    if (node === cut) continue;
    if (isDeaf) network.cuts.cut(node.slot, cut.slot);
    else network.cuts.cut(cut.slot, node.slot);
  }
  serve(cluster, 'the others serve while one node is cut off in one direction');
}

function serve(cluster: ListCluster, what: string): void {
  let requestId = 0;
  runUntil(cluster, settledWithinMs, what, () => {
    if (requestId === 0 || !cluster.ledgers.clients.isAcknowledged(requestId))
      requestId = cluster.proposeAnew();
    return cluster.ledgers.clients.isAcknowledged(requestId);
  });
}

function runUntil(cluster: ListCluster, withinMs: number, what: string, holds: () => boolean): void {
  const { clock } = cluster;
  const entries = Math.max(...cluster.nodes.map((node) => node.image.lastIndex));
  const deadlineMs = clock.nowMs + withinMs + perEntryMs * entries;
  while (!holds()) {
    const stepMs = clock.nowMs + 300;
    check(
      stepMs < deadlineMs,
      `liveness: ${what}`,
      () => `not within ${withinMs} ms. ${describeNodes(cluster)}`,
    );
    while (clock.nowMs < stepMs) clock.advance();
  }
}

/** The one node that leads, if all members that have a disk follow it. */
export function agreedLeader<State extends SimulatedState<State>>(
  cluster: SimulatedCluster<State>,
): SimulatedNode<State> | null {
  const leaders = cluster.nodes.filter((node) => node.isLeading);
  const [leader] = leaders;
  if (leader === undefined || leaders.length > 1) return null;
  const members = leader.image.configuration?.nodes.filter((node) => node.role === 'member') ?? [];
  const agrees = cluster.nodes
    .filter((node) => members.some((member) => member.id === node.id))
    .every((node) => node.core?.leader === leader.id);
  return agrees ? leader : null;
}

export function isSettled<State extends SimulatedState<State>>(cluster: SimulatedCluster<State>): boolean {
  const leader = agreedLeader(cluster);
  const configuration = leader?.image.configuration;
  if (leader === null || configuration === undefined || configuration === null) return false;
  if (configuration.outgoingMembers.length > 0) return false;
  // Whom a change left out may lead until it is committed, and not longer.
  if (!configuration.nodes.some((node) => node.id === leader.id && node.role === 'member')) return false;
  return cluster.nodes.every((node) => {
    if (isInCluster(cluster, node)) return node.list.appliedIndex === leader.image.lastIndex;
    // Who was removed learns it from the leader; it can't when the leader is nobody it knows.
    const knowsLeader = node.image.configuration?.nodes.some(
      (known) => known.id === leader.id && known.role === 'member',
    );
    return node.core?.rachisState === 'Passive' || knowsLeader === false;
  });
}

function isInCluster<State extends SimulatedState<State>>(
  cluster: SimulatedCluster<State>,
  node: SimulatedNode<State>,
): boolean {
  const configuration = agreedLeader(cluster)?.image.configuration;
  return configuration?.nodes.some((known) => known.id === node.id) ?? false;
}

export function describeNodes<State extends SimulatedState<State>>(cluster: SimulatedCluster<State>): string {
  return cluster.nodes
    .map((node) => {
      const core = node.core;
      const members = node.image.configuration?.nodes.map((known) => `${known.id} ${known.role}`).join(', ');
      const outgoing = node.image.configuration?.outgoingMembers.join(', ');
      return `\n  ${node.id}: ${core?.rachisState} term ${core?.term} leader ${core?.leader} commit ${core?.commitIndex} applied ${node.list.appliedIndex} last ${node.image.lastIndex} of [${members}] leaving [${outgoing}]`;
    })
    .join('');
}
