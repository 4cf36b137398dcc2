import type { ClusterNode, Configuration, MemberRole } from '../../../node/rachis/core/configuration.ts';
import {
  type ConfigurationChange,
  planConfiguration,
} from '../../../node/rachis/core/configuration-change.ts';
import type { NodeId } from '../../../node/rachis/core/entry.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedState } from './simulated-state.ts';

export function clusterNode(id: NodeId, role: MemberRole): ClusterNode {
  return { id, tag: tagOf(id), url: `http://${id}`, tcpAddress: id, role };
}

/** `n2.1`, the second identity of slot 2, is `CB`. */
function tagOf(id: NodeId): string {
  const [slot = 0, incarnation = 0] = id.slice(1).split('.').map(Number);
  return String.fromCharCode(65 + slot, 65 + (incarnation % 26));
}

/**
 * Whether the identities that still have a disk are a majority of it. Wiped members never vote again, so that a
 * configuration without such a majority would be dead for ever: an administrator must not make one.
 */
export function canDecide(configuration: Configuration, isWiped: (id: NodeId) => boolean): boolean {
  const members = configuration.nodes.filter((node) => node.role === 'member').map((node) => node.id);
  return [members, configuration.outgoingMembers].every((side) => {
    const alive = side.filter((id) => !isWiped(id)).length;
    return side.length === 0 || 2 * alive > side.length;
  });
}

/** A random change that an administrator could ask of a leader; `null` when the one drawn makes no sense. */
export function drawChange<State extends SimulatedState<State>>(
  configuration: Configuration,
  nodes: readonly SimulatedNode<State>[],
  isWiped: (id: NodeId) => boolean,
  random: SeededRandom,
): ConfigurationChange | null {
  const known = configuration.nodes;
  const wiped = known.find((node) => isWiped(node.id));
  // A node of another cluster is not taken in: it says so when it is asked who it is.
  const outside = nodes
    .filter((node) => !known.some((other) => other.id === node.id))
    .filter(({ core, disk }) => [null, configuration.clusterId].includes(core?.clusterId ?? disk.clusterId))
    .map((node) => node.id);
  const learners = known.filter((node) => node.role !== 'member' && !isWiped(node.id));
  const upsert: ClusterNode[] = [];
  const remove: NodeId[] = [];
  for (let part = random.chance(0.3) ? 2 : 1; part > 0; part--) {
    const newcomer = random.pick(outside);
    const learner = random.pick(learners);
    const node = random.pick(known);
    const kind = random.between(0, 9);
    if (wiped !== undefined && kind < 4) remove.push(wiped.id);
    else if (kind < 3 && newcomer !== undefined) {
      upsert.push(clusterNode(newcomer, random.chance(0.7) ? 'promotable' : 'watcher'));
    } else if (kind < 7 && learner !== undefined) upsert.push({ ...learner, role: 'member' });
    else if (kind === 7 && node?.role === 'member') upsert.push({ ...node, role: 'watcher' });
    else if (node !== undefined && kind === 8) remove.push(node.id);
  }
  const planned = planConfiguration(configuration, { upsert, remove });
  return planned.isValid && canDecide(planned.configuration, isWiped) ? { upsert, remove } : null;
}
