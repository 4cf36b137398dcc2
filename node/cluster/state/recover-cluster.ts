import type { ClusterRecovered, RecoverCluster } from '../cluster-command.ts';
import type { DatabaseTopology } from '../database-record.ts';
import type { ApplyContext } from './apply-context.ts';
import { forgetDatabase, holdersOf, stampTopology, withoutNode } from './change-topology.ts';
import { dropNodeProperties, nodePropertiesIn } from './node-properties.ts';
import { regrouped } from './rolling-indexes.ts';
import { RECORDS } from './state-keys.ts';
import { type StoredRecord, writeRecord } from './stored-record.ts';

/**
 * The state after an unsafe recovery names the survivor only. Nobody waits for a copy that no node of the new cluster
 * holds: it would hold up deletions and tombstones for ever. Should a node that holds one come back, it joins as another
 * node, and its copy is not taken for one of the group's.
 */
export function recoverCluster(context: ApplyContext, { survivor }: RecoverCluster): ClusterRecovered {
  const lost: string[] = [];
  const incomplete: string[] = [];
  for (const [, value] of context.state.list(RECORDS)) {
    const { record } = value as StoredRecord;
    const { Topology: topology, DatabaseName: name } = record;
    const own = record.DeletionInProgress[survivor];
    const deletion = own === undefined ? {} : { [survivor]: own };
    const isHolder = holdersOf(topology).includes(survivor);
    if (!isHolder && own === undefined) {
      lost.push(name);
      forgetDatabase(context, name);
      continue;
    }
    if (isHolder && !topology.Members.includes(survivor)) incomplete.push(name);
    const stamped = stampTopology(context, topology, aloneIn(topology, survivor, isHolder));
    const left = { ...regrouped(context, record, stamped), DeletionInProgress: deletion };
    writeRecord(context.state, left, context.index);
  }
  for (const tag of nodePropertiesIn(context.state).keys()) {
    if (tag !== survivor) dropNodeProperties(context, tag);
  }
  return { lost, incomplete };
}

/** Whatever its copy was in the group, it is the only one there is, and serves. */
function aloneIn(topology: DatabaseTopology, survivor: string, isHolder: boolean): DatabaseTopology {
  const nobody = holdersOf(topology).reduce(withoutNode, topology);
  return {
    ...nobody,
    Members: isHolder ? [survivor] : [],
    PredefinedMentors: {},
    PriorityOrder: [],
    ReplicationFactor: 1,
  };
}
