import type { ClusterNode, Configuration } from './configuration.ts';
import type { NodeId } from './entry.ts';

/** What an administrator or the driver asks for; several nodes may change at once. */
export interface ConfigurationChange {
  /** Nodes to add, or to give a new role or address. */
  readonly upsert?: readonly ClusterNode[];
  readonly remove?: readonly NodeId[];
}

export type PlannedConfiguration =
  | { readonly isValid: true; readonly configuration: Configuration }
  | { readonly isValid: false; readonly message: string };

/**
 * The next configuration. When the set of members changes it is a joint one, in which the nodes to be removed stay
 * as watchers until `leaveJointConfiguration`; otherwise it takes effect in one step.
 */
export function planConfiguration(current: Configuration, change: ConfigurationChange): PlannedConfiguration {
  const upsert = change.upsert ?? [];
  const remove = change.remove ?? [];
  const problem = problemOf(current, upsert, remove);
  if (problem !== null) return { isValid: false, message: problem };

  const nodes = new Map(current.nodes.map((node) => [node.id, node]));
  for (const node of upsert) nodes.set(node.id, node);
  for (const id of remove) nodes.delete(id);
  const next = [...nodes.values()];
  if (!next.some((node) => node.role === 'member')) {
    return { isValid: false, message: 'the change would leave the cluster without a member' };
  }
  const repeatedTag = repeated(next.map((node) => node.tag));
  if (repeatedTag !== undefined) {
    return { isValid: false, message: `two nodes would have the tag ${repeatedTag}` };
  }

  const lastTag = upsert.reduce((highest, node) => laterTag(highest, node.tag), current.lastTag);
  const before = memberIds(current.nodes);
  const after = memberIds(next);
  const keepsMembers = before.length === after.length && before.every((id) => after.includes(id));
  if (keepsMembers) {
    return { isValid: true, configuration: { ...current, nodes: sortedByTag(next), lastTag } };
  }
  const leaving = current.nodes
    .filter((node) => remove.includes(node.id))
    .map((node): ClusterNode => ({ ...node, role: 'watcher' }));
  return {
    isValid: true,
    configuration: {
      ...current,
      nodes: sortedByTag([...next, ...leaving]),
      outgoingMembers: before,
      lastTag,
      ...(leaving.length === 0 ? {} : { leavingNodes: leaving.map((node) => node.id) }),
    },
  };
}

/** The configuration that ends a joint one. */
export function leaveJointConfiguration(joint: Configuration): Configuration {
  const { leavingNodes: leaving = [], ...rest } = joint;
  return { ...rest, nodes: joint.nodes.filter((node) => !leaving.includes(node.id)), outgoingMembers: [] };
}

/** The order in which tags are given out: A … Z, then two letters, and so on. */
export function laterTag(left: string, right: string): string {
  if (left.length !== right.length) return left.length > right.length ? left : right;
  return left > right ? left : right;
}

function problemOf(
  current: Configuration,
  upsert: readonly ClusterNode[],
  remove: readonly NodeId[],
): string | null {
  if (upsert.length === 0 && remove.length === 0) return 'the change names no node';
  const twice = repeated([...upsert.map((node) => node.id), ...remove]);
  if (twice !== undefined) return `the change names node ${twice} twice`;
  const unknown = remove.find((id) => !current.nodes.some((node) => node.id === id));
  if (unknown !== undefined) return `node ${unknown} can't be removed: it is not a node of the cluster`;
  const badTag = upsert.find((node) => !/^[A-Z]{1,4}$/.test(node.tag));
  if (badTag !== undefined) return `tag '${badTag.tag}' must be 1 to 4 upper-case letters`;
  return null;
}

function memberIds(nodes: readonly ClusterNode[]): readonly NodeId[] {
  return nodes.filter((node) => node.role === 'member').map((node) => node.id);
}

function sortedByTag(nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return [...nodes].sort((left, right) =>
    left.tag === right.tag ? 0 : laterTag(left.tag, right.tag) === left.tag ? 1 : -1,
  );
}

function repeated(values: readonly string[]): string | undefined {
  return values.find((value, position) => values.indexOf(value) !== position);
}
