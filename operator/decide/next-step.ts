import type { RavenCluster, RavenClusterSpec } from '../api/raven-cluster.ts';
import { type Action, isMembershipAction } from './action.ts';
import { approvalOf } from './approval.ts';
import { bootstrap } from './bootstrap.ts';
import type { ClusterView } from './cluster-view.ts';
import { planCopies } from './copies.ts';
import { namesOf } from './database-names.ts';
import { hibernate, isInFlight } from './hibernate.ts';
import { SPREAD_SETTLE_MS } from './limits.ts';
import { abandonLostNodes, replaceLostNode } from './lost-hosts.ts';
import type { Memory } from './memory.ts';
import { ordinalOfTag } from './node-tag.ts';
import { markJoined, retireLeftovers, startProcesses, stoppableFirst } from './processes.ts';
import { planRebalance } from './rebalance.ts';
import { adjustRoles } from './roles.ts';
import { removeNextNode } from './scale-down.ts';
import { planScaleDown, type ScaleDownPlan } from './scale-down-plan.ts';
import { joinNextNode } from './scale-up.ts';
import { condition, isBusy, NOTHING_TO_DO, type Step } from './step.ts';
import { restartSuperseded, updateNodes } from './update.ts';
import { removeWipedNode, wipedTags } from './wiped-nodes.ts';

/** What is to be done about nodes and copies now: processes that are missing come up, and one thing at a time changes. */
export function nextStep(view: ClusterView, cluster: RavenCluster, memory: Memory): Step {
  const { spec } = cluster;
  if (spec.hibernated && !isInFlight(view, spec, memory)) return hibernate(view);
  const starts = startProcesses(view, spec);
  const step = chooseStep(view, cluster, memory);
  const isStarted = new Set(starts.flatMap(ordinalsOf));
  const others = step.actions.filter(
    (action) => !isStart(action) || !ordinalsOf(action).some((ordinal) => isStarted.has(ordinal)),
  );
  const isTouched = new Set(others.flatMap(ordinalsOf));
  const mended = restartSuperseded(view).filter(
    (action) => !ordinalsOf(action).some((ordinal) => isTouched.has(ordinal)),
  );
  return { ...step, actions: [...markJoined(view), ...starts, ...mended, ...others] };
}

function isStart({ type }: Action): boolean {
  return type === 'StartNode' || type === 'CreateNode';
}

function ordinalsOf(action: Action): readonly number[] {
  return 'ordinal' in action ? [action.ordinal] : [];
}

function chooseStep(view: ClusterView, cluster: RavenCluster, memory: Memory): Step {
  const { spec } = cluster;
  if (view.isUntouched) return withRetirement(bootstrap(view, memory), beforeBootstrap(view, spec));
  if (view.leader === undefined) return NOTHING_TO_DO;
  if (memory.uncertainUntilMs !== undefined && view.nowMs < memory.uncertainUntilMs) {
    const message = 'A request was not answered yet';
    return {
      ...NOTHING_TO_DO,
      conditions: [condition('Progressing', 'Unknown', 'AwaitingAnswer', message)],
    };
  }
  const plan = planScaleDown(view, spec);
  const membership = changeMembership(view, spec, memory, plan);
  const leftovers = [...retireLeftovers(view, spec).actions, ...abandonLostNodes(view, spec)];
  const isShrinking = plan.leaving.length > 0 && plan.blocked === undefined;
  const isMoving = isShrinking || membership.actions.length > 0;
  if (isBusy(membership) && isMoving) return withRetirement(membership, leftovers);
  // A node that can't join (no machine for it, say) must not keep the databases from what they need.
  const copies = settleCopies(view, spec, memory, !isBusy(membership));
  const mayUpdate = !isBusy(membership) && !isBusy(copies);
  const update = mayUpdate ? updateNodes(view, spec, memory, approvalOf(cluster)) : NOTHING_TO_DO;
  const operation = membership.operation ?? copies.operation ?? update.operation;
  const step: Step = {
    actions: [...copies.actions, ...update.actions],
    conditions: [...membership.conditions, ...copies.conditions, ...update.conditions],
    ...(operation === undefined ? {} : { operation }),
  };
  return withRetirement(step, leftovers);
}

/** The first part that has something to do or to wait for has the floor: one change of the membership at a time. */
function changeMembership(
  view: ClusterView,
  spec: RavenClusterSpec,
  memory: Memory,
  plan: ScaleDownPlan,
): Step {
  const wiped = removeWipedNode(view, wipedTags(view, memory.passiveSinceMs));
  if (isBusy(wiped)) return wiped;
  const lost = replaceLostNode(view, spec, memory);
  if (isBusy(lost)) return lost;
  const change = growOrShrink(view, spec, plan);
  return { ...change, conditions: [...lost.conditions, ...change.conditions] };
}

function growOrShrink(view: ClusterView, spec: RavenClusterSpec, plan: ScaleDownPlan): Step {
  const join = joinNextNode(view, spec);
  const isJoinInFlight = join.actions.some(isMembershipAction) || isPromotionDue(view, spec);
  if (isBusy(join) && (isJoinInFlight || plan.leaving.length === 0)) return join;
  const removal = removeNextNode(view, spec, plan);
  if (isBusy(removal)) return isBusy(join) ? withRetirement(removal, join.actions) : removal;
  if (isBusy(join)) return { ...join, conditions: [...join.conditions, ...removal.conditions] };
  const roles = adjustRoles(view, spec);
  return { ...roles, conditions: [...removal.conditions, ...roles.conditions] };
}

/** A promotable that is to stay: its promotion, which the leader does itself, is a change in flight. */
function isPromotionDue(view: ClusterView, spec: RavenClusterSpec): boolean {
  const promotables = view.leader?.topology.promotables ?? [];
  return promotables.some((tag) => (ordinalOfTag(tag) ?? 0) < spec.nodes);
}

/** Nodes that were started for a wish of before the cluster existed. */
function beforeBootstrap(view: ClusterView, spec: RavenClusterSpec): readonly Action[] {
  const unwanted = view.nodes.filter(({ ordinal }) => ordinal >= spec.nodes);
  return stoppableFirst(view, unwanted)
    .filter(
      ({ process, answer }) =>
        (process === 'Running' && answer !== undefined) || (process === 'Starting' && view.keepsProcesses),
    )
    .map(({ ordinal }) => ({ type: 'StopNode', ordinal, reason: 'NeverJoined' }));
}

/** Spreading copies better can wait until the nodes are all there, and have been for a while. */
function settleCopies(
  view: ClusterView,
  spec: RavenClusterSpec,
  memory: Memory,
  mayRebalance: boolean,
): Step {
  const { actions, moving } = planCopies(view, spec, []);
  if (moving.length > 0) {
    return {
      actions,
      conditions: [],
      operation: { type: 'Rebalance', step: `Moving copies of ${namesOf(moving)}` },
    };
  }
  const sinceMs = memory.spread?.sinceMs ?? view.nowMs;
  const isSettled = view.nowMs - sinceMs >= SPREAD_SETTLE_MS;
  const move = mayRebalance && isSettled ? planRebalance(view, spec) : undefined;
  if (move === undefined) return NOTHING_TO_DO;
  return {
    actions: [move],
    conditions: [],
    operation: { type: 'Rebalance', step: 'Spreading copies over zones and nodes' },
  };
}

function withRetirement(step: Step, retirement: readonly Action[]): Step {
  return { ...step, actions: [...retirement, ...step.actions] };
}
