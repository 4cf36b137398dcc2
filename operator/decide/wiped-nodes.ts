import type { ClusterConditionReason } from '../api/conditions.ts';
import { type ClusterView, tagsOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { PASSIVE_JOINER_GRACE_MS, PASSIVE_MEMBER_GRACE_MS } from './limits.ts';
import type { Memory } from './memory.ts';
import { holdersOf } from './observed.ts';
import { acting, type ConditionDraft, condition, NOTHING_TO_DO, type Step, waiting } from './step.ts';

/** Notes since when nodes of the topology say that they are in no cluster. */
export function watchPassiveNodes(view: ClusterView, memory: Memory): Memory['passiveSinceMs'] {
  const topology = view.leader?.topology;
  if (topology === undefined) return memory.passiveSinceMs;
  return Object.fromEntries(
    tagsOf(topology)
      .filter((tag) => view.isPassive(tag))
      .map((tag) => [tag, memory.passiveSinceMs[tag] ?? view.nowMs]),
  );
}

/** Nodes that the topology has, while their disks know of no cluster: wiped, so they must never vote as they were. */
export function wipedTags(view: ClusterView, passiveSinceMs: Memory['passiveSinceMs']): readonly string[] {
  const topology = view.leader?.topology;
  if (topology === undefined) return [];
  return tagsOf(topology).filter((tag) => {
    const since = passiveSinceMs[tag];
    const graceMs = topology.members.includes(tag) ? PASSIVE_MEMBER_GRACE_MS : PASSIVE_JOINER_GRACE_MS;
    return since !== undefined && view.nowMs - since >= graceMs;
  });
}

/** Takes a wiped node out of the topology; scaling up then adds it as the new node that it is. */
export function removeWipedNode(view: ClusterView, wiped: readonly string[]): Step {
  const topology = view.leader?.topology;
  const [tag] = wiped;
  if (topology === undefined || tag === undefined) return NOTHING_TO_DO;
  const operation = { type: 'Replace', target: tag } as const;
  if (!view.canCommit(topology.members.filter((member) => member !== tag))) {
    return waiting(
      { ...operation, step: `Node ${tag} was wiped; waiting for a majority of the others` },
      unsafe('WouldLoseQuorum', `Node ${tag} was wiped, and without it too few voters answer to remove it`),
    );
  }
  if (view.databases === undefined) {
    return waiting({ ...operation, step: `Node ${tag} was wiped; waiting to learn which databases it had` });
  }
  const lost = view.databases.filter(
    (database) =>
      holdersOf(database).includes(tag) &&
      !database.members.some((member) => member !== tag && !wiped.includes(member) && view.isLive(member)),
  );
  if (lost.length > 0) {
    return waiting(
      { ...operation, step: `Node ${tag} was wiped; databases have no other live copy` },
      unsafe(
        'LastCopyOnNode',
        `Node ${tag} was wiped, and no other live member has ${namesOf(lost)}: bring another copy back, or restore or delete them`,
      ),
    );
  }
  return acting({ ...operation, step: `Removing wiped node ${tag}` }, [
    { type: 'RemoveNodeFromCluster', tag, reason: 'DiskWiped' },
  ]);
}

function unsafe(reason: ClusterConditionReason<'ScaleSafe'>, message: string): ConditionDraft {
  return condition('ScaleSafe', 'False', reason, message);
}
