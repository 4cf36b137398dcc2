import type { DatabaseWritten, ExpireCopy } from '../cluster-command.ts';
import { ClusterOperationError } from '../cluster-error.ts';
import { isExpired, withExpiredCopy } from '../expired-copy.ts';
import type { ApplyContext } from './apply-context.ts';
import { holdersOf, stampTopology, withoutNode } from './change-topology.ts';
import { rememberDecision } from './observer-record.ts';
import { regrouped } from './rolling-indexes.ts';
import { checkEtag, requireRecord, writeRecord } from './stored-record.ts';

/**
 * As if the node lost its copy and was given one in the same moment: the copy that it has is older than that, and is
 * set aside by it, and refused by the others.
 */
export function expireCopy(context: ApplyContext, command: ExpireCopy): DatabaseWritten {
  const { name, node, expectedEtag, observed } = command;
  const stored = requireRecord(context.state, name);
  checkEtag(stored, expectedEtag);
  const topology = stored.record.Topology;
  const isServing = topology.Members.includes(node);
  if (isServing || !holdersOf(topology).includes(node) || isExpired(topology, node)) {
    throw new ClusterOperationError(
      `The copy of ${name} on node ${node} can't be given up as too old: ${isServing ? 'it is a member' : 'there is none that is still trusted'}.`,
    );
  }
  const at = new Date(context.timeMs).toISOString();
  const after = withExpiredCopy(topology, node, { at, reason: observed.reason });
  const stamped = stampTopology(context, withoutNode(topology, node), after);
  const record = regrouped(context, stored.record, stamped);
  writeRecord(context.state, record, context.index);
  rememberDecision(context, record.DatabaseName, observed);
  return { name: record.DatabaseName, topology: stamped };
}
