import type { DatabaseTopology } from '../../../cluster/database-record.ts';
import { argumentError, formatError } from '../../errors/protocol-error.ts';
import { boolMember, type JsonObject, member, textsMember } from '../../parameters/json-body.ts';

/**
 * A topology as an administrator wants it: what the body names, the rest as it is. Throws a ProtocolError for one that
 * can't be: a tag twice, a node that is not in the cluster, nobody at all.
 */
export function mergedTopology(
  current: DatabaseTopology,
  wanted: JsonObject,
  clusterTags: readonly string[],
): DatabaseTopology {
  const tags = (name: string, otherwise: readonly string[]) => textsMember(wanted, name) ?? otherwise;
  const Members = tags('Members', current.Members);
  const Promotables = tags('Promotables', []);
  const Rehabs = tags('Rehabs', []);
  const all = [...Members, ...Promotables, ...Rehabs];
  if (Members.length === 0) throw argumentError('A database topology must have at least one member.');
  if (new Set(all).size !== all.length)
    throw argumentError('A node may be in a database topology once only.');
  const stranger = all.find((tag) => !clusterTags.includes(tag));
  if (stranger !== undefined) throw argumentError(`Node ${stranger} is not in the cluster.`);
  return {
    ...current,
    Members,
    Promotables,
    Rehabs,
    ReplicationFactor: replicationFactor(wanted) ?? all.length,
    DynamicNodesDistribution: boolMember(
      wanted,
      'DynamicNodesDistribution',
      current.DynamicNodesDistribution,
    ),
    PriorityOrder: tags('PriorityOrder', current.PriorityOrder),
  };
}

function replicationFactor(wanted: JsonObject): number | undefined {
  const value = member(wanted, 'ReplicationFactor');
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw formatError(
      `'ReplicationFactor' must be a whole number of at least 1, but it is ${JSON.stringify(value)}.`,
    );
  }
  return value;
}
