import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';
import { type ClusterView, majorityOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import { holdersOf, type ObservedDatabase } from './observed.ts';
import { clearOldData, waitForAnswer } from './old-data.ts';
import { startJoiner } from './processes.ts';
import {
  acting,
  type ConditionDraft,
  condition,
  NOTHING_TO_DO,
  type Operation,
  type Step,
  waiting,
} from './step.ts';
import { isWatcherOrdinal } from './voters.ts';

/**
 * One node at a time: its process is up, it joins as a promotable, the leader makes it a member once it has caught
 * up, then the next. A node joins with an empty disk only, whatever its ordinal was before.
 */
export function joinNextNode(view: ClusterView, spec: RavenClusterSpec): Step {
  const topology = view.leader?.topology;
  if (topology === undefined) return NOTHING_TO_DO;
  const joining = topology.promotables.find((tag) => (ordinalOfTag(tag) ?? 0) < spec.nodes);
  if (joining !== undefined) {
    return waiting({ type: 'ScaleUp', target: joining, step: `Waiting for node ${joining} to catch up` });
  }
  const ordinal = Array.from({ length: spec.nodes }, (_, index) => index).find(
    (candidate) => !view.belongs(tagOfOrdinal(candidate)),
  );
  if (ordinal === undefined || topology.promotables.length > 0) return NOTHING_TO_DO;
  return join(view, spec, ordinal);
}

function join(view: ClusterView, spec: RavenClusterSpec, ordinal: number): Step {
  const tag = tagOfOrdinal(ordinal);
  const operation = (step: string): Operation => ({ type: 'ScaleUp', target: tag, step });
  if (!view.isConfirmedAbsent(tag)) {
    return waiting(operation(`Waiting for a majority to confirm that node ${tag} is not a member`));
  }
  const node = view.node(ordinal);
  if (node?.host?.lostSinceMs !== undefined && node.answer === undefined) {
    return waiting(operation(`Waiting: machine ${node.host.name} of node ${tag} does not report`));
  }
  const old = node === undefined ? undefined : clearOldData(view, node, spec, operation);
  if (old !== undefined) return old;
  const starts = startJoiner(view, ordinal);
  if (starts.length > 0) return acting(operation(`Starting node ${tag}`), starts);
  if (!view.isPassive(tag)) return waitForAnswer(view, tag, operation);
  return addToCluster(view, spec, { ordinal, tag }, operation);
}

function addToCluster(
  view: ClusterView,
  spec: RavenClusterSpec,
  { ordinal, tag }: { readonly ordinal: number; readonly tag: string },
  operation: (step: string) => Operation,
): Step {
  const members = view.leader?.topology.members ?? [];
  const watcher = isWatcherOrdinal(ordinal, spec);
  const liveVoters = members.filter((member) => view.isLive(member)).length;
  if (!watcher && liveVoters + 1 < majorityOf(members.length + 1)) {
    return waiting(
      operation(`Waiting for more voters: adding node ${tag} now could lose the quorum`),
      condition(
        'ScaleSafe',
        'False',
        'WouldLoseQuorum',
        `${liveVoters} of ${members.length} voters answer; one more voter would need more`,
      ),
    );
  }
  if (view.databases === undefined) return waiting(operation('Waiting to learn which databases there are'));
  // A record that still lists the tag would take the empty newcomer for the copy that was lost.
  const stale = view.databases.filter((database) => holdersOf(database).includes(tag));
  if (stale.length > 0) {
    const isLost = ({ members }: ObservedDatabase): boolean => !members.some((member) => view.isLive(member));
    const lost = stale.filter(isLost);
    return waiting(
      operation(`Waiting until node ${tag} is out of the group of ${namesOf(stale)}`),
      ...(lost.length === 0 ? [] : [lastCopyGone(tag, namesOf(lost))]),
    );
  }
  const add: Action = { type: 'AddNodeToCluster', ordinal, tag, watcher };
  return acting(operation(`Adding node ${tag} as ${watcher ? 'a watcher' : 'a promotable'}`), [add]);
}

/** Nobody has what the node had when it left: whether to wait for a copy or to give it up is for a person to say. */
function lastCopyGone(tag: string, names: string): ConditionDraft {
  return condition(
    'ScaleSafe',
    'False',
    'LastCopyOnNode',
    `Node ${tag} had ${names}, and no live member has it: bring another copy back, or restore or delete it`,
  );
}
