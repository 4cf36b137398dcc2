import type { SetNodeProperties } from '../cluster-command.ts';
import { ClusterOperationError } from '../cluster-error.ts';
import { NO_PROPERTIES, type NodeProperties } from '../node-properties.ts';
import type { ApplyContext } from './apply-context.ts';
import { NODES, nodeKey } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';

/**
 * A node's properties as they are stored, by its tag. They are those of one storage: another node that is given the
 * same tag later starts without any.
 */
export interface StoredNodeProperties extends NodeProperties {
  /** ServerId of the node that they were set for. */
  readonly nodeId: string;
  /** Raft index of the last change of the public URL; 0: never. Clients learn of it as of a change of topology. */
  readonly urlChangedAt: number;
  /** Version of the commands that its program knows; absent: the first. */
  readonly commandVersion?: number;
}

export function setNodeProperties(context: ApplyContext, command: SetNodeProperties): null {
  const { node: tag, nodeId } = command;
  if (nodeId === undefined) throw new ClusterOperationError(`There is no node ${tag} in the cluster.`);
  const stored = context.state.get(nodeKey(tag)) as StoredNodeProperties | undefined;
  const known = stored?.nodeId === nodeId ? stored : { ...NO_PROPERTIES, urlChangedAt: 0 };
  const { zone = known.zone, publicUrl = known.publicUrl } = command;
  const urlChangedAt = publicUrl === known.publicUrl ? known.urlChangedAt : context.index;
  const commandVersion =
    command.commandVersion ?? (stored?.nodeId === nodeId ? stored.commandVersion : undefined);
  context.state.put(nodeKey(tag), {
    nodeId,
    zone,
    publicUrl,
    urlChangedAt,
    ...(commandVersion === undefined ? {} : { commandVersion }),
  } satisfies StoredNodeProperties);
  return null;
}

export function dropNodeProperties(context: ApplyContext, tag: string): void {
  context.state.delete(nodeKey(tag));
}

/** By tag. Whether the node of that tag is still the one they were set for is the membership's to say. */
export function nodePropertiesIn(state: StateReader): ReadonlyMap<string, StoredNodeProperties> {
  return new Map(
    state.list(NODES).map(([key, value]) => [key.slice(NODES.length), value as StoredNodeProperties]),
  );
}
