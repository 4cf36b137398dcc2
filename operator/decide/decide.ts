import { PAUSED_ANNOTATION } from '../api/annotations.ts';
import { parseDurationMs } from '../api/duration.ts';
import type { RavenCluster, RavenClusterSpec, RavenClusterStatus } from '../api/raven-cluster.ts';
import { type Action, isMembershipAction } from './action.ts';
import { bootstrap } from './bootstrap.ts';
import { ClusterView } from './cluster-view.ts';
import { planCopies, planRebalance } from './copies.ts';
import { namesOf } from './database-names.ts';
import { hibernate } from './hibernate.ts';
import { UNCERTAIN_MEMBERSHIP_MS } from './limits.ts';
import type { Memory } from './memory.ts';
import { ordinalOfTag } from './node-tag.ts';
import type { Observed } from './observed.ts';
import { markJoined, retireLeftovers, startProcesses } from './processes.ts';
import { adjustRoles } from './roles.ts';
import { removeNextNode } from './scale-down.ts';
import { planScaleDown, type ScaleDownPlan } from './scale-down-plan.ts';
import { joinNextNode } from './scale-up.ts';
import { buildStatus } from './status.ts';
import { isBusy, NOTHING_TO_DO, type Operation, type Step } from './step.ts';
import { updateNodes } from './update.ts';
import { removeWipedNode, watchPassiveNodes, wipedTags } from './wiped-nodes.ts';

export interface Decision {
  /** In this order; the platform stops at the first that fails and looks again. */
  readonly actions: readonly Action[];
  readonly status: RavenClusterStatus;
  /** For the next pass. Must be durable before the actions are done. */
  readonly memory: Memory;
}

/**
 * The operator's whole mind: what the cluster should be, what it is seen to be and what is remembered, to what is
 * done next and what is said about it. Pure, so that any pass may be the last one before a crash: the next operator
 * sees the same world and goes on. At most one action of a decision changes the membership, and none is decided while
 * an earlier one may still take effect.
 */
export function decide(cluster: RavenCluster, observed: Observed, memory: Memory): Decision {
  const view = new ClusterView(observed, memory);
  const remembered: Memory = {
    ...memory,
    ...(view.clusterId === undefined ? {} : { clusterId: view.clusterId }),
    passiveSinceMs: watchPassiveNodes(view, memory),
  };
  const isPaused = cluster.metadata.annotations?.[PAUSED_ANNOTATION] === 'true';
  const chosen = isPaused ? NOTHING_TO_DO : nextStep(view, cluster.spec, remembered);
  const step = withDeadline(chosen, cluster.spec, remembered, observed.nowMs);
  return {
    actions: step.actions,
    status: buildStatus({
      cluster,
      view,
      step,
      isPaused,
      platformConditions: observed.conditions ?? [],
    }),
    memory: noteStep(remembered, step, observed.nowMs),
  };
}

function nextStep(view: ClusterView, spec: RavenClusterSpec, memory: Memory): Step {
  if (spec.hibernated) return hibernate(view);
  const starts = startProcesses(view);
  const step = chooseStep(view, spec, memory);
  const isStarted = (ordinal: number): boolean =>
    starts.some((start) => 'ordinal' in start && start.ordinal === ordinal);
  const others = step.actions.filter(
    (action) => !(action.type === 'StartNode' || action.type === 'CreateNode') || !isStarted(action.ordinal),
  );
  return { ...step, actions: [...markJoined(view), ...starts, ...others] };
}

function chooseStep(view: ClusterView, spec: RavenClusterSpec, memory: Memory): Step {
  if (view.isUntouched) return withRetirement(bootstrap(view, memory), beforeBootstrap(view, spec));
  if (view.leader === undefined) return NOTHING_TO_DO;
  if (memory.uncertainUntilMs !== undefined && view.nowMs < memory.uncertainUntilMs) {
    return {
      ...NOTHING_TO_DO,
      conditions: [
        {
          type: 'Progressing',
          status: 'True',
          reason: 'AwaitingAnswer',
          message: 'A request was not answered yet',
        },
      ],
    };
  }
  const plan = planScaleDown(view, spec);
  const membership = changeMembership(view, spec, memory, plan);
  const leftovers = retireLeftovers(view, spec);
  const isShrinking = plan.leaving.length > 0 && plan.blocked === undefined;
  const isMoving = isShrinking || membership.actions.length > 0;
  if (isBusy(membership) && isMoving) return withRetirement(membership, leftovers.actions);
  // A node that can't join (no machine for it, say) must not keep the databases from what they need.
  const copies = settleCopies(view, spec, !isBusy(membership));
  const update = isBusy(membership) || isBusy(copies) ? NOTHING_TO_DO : updateNodes(view, spec);
  const operation = membership.operation ?? copies.operation ?? update.operation;
  const step: Step = {
    actions: [...copies.actions, ...update.actions],
    conditions: [...membership.conditions, ...copies.conditions],
    ...(operation === undefined ? {} : { operation }),
  };
  return withRetirement(step, leftovers.actions);
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
  return view.nodes
    .filter((node) => node.ordinal >= spec.nodes && node.process === 'Running' && node.answer !== undefined)
    .map(({ ordinal }) => ({ type: 'StopNode', ordinal, reason: 'NeverJoined' }));
}

/** Evening out the load can wait until the nodes are all there. */
function settleCopies(view: ClusterView, spec: RavenClusterSpec, mayRebalance: boolean): Step {
  const { actions, moving } = planCopies(view, spec, []);
  if (moving.length > 0) {
    return {
      actions,
      conditions: [],
      operation: { type: 'Rebalance', step: `Moving copies of ${namesOf(moving)}` },
    };
  }
  const move = mayRebalance ? planRebalance(view, spec) : undefined;
  if (move === undefined) return NOTHING_TO_DO;
  return { actions: [move], conditions: [], operation: { type: 'Rebalance', step: 'Evening out the load' } };
}

function withRetirement(step: Step, retirement: readonly Action[]): Step {
  return { ...step, actions: [...retirement, ...step.actions] };
}

/** Says so when a node takes longer to leave or to restart than the spec allows. Nothing is ever forced. */
function withDeadline(step: Step, spec: RavenClusterSpec, memory: Memory, nowMs: number): Step {
  const { operation } = step;
  if (operation === undefined || memory.operation?.key !== keyOf(operation)) return step;
  const limits: Partial<Record<Operation['type'], string>> = {
    ScaleDown: spec.scaleDown.drainTimeout,
    Update: `${spec.update.progressDeadlineSeconds}s`,
  };
  const limit = limits[operation.type];
  const limitMs = limit === undefined ? undefined : parseDurationMs(limit);
  if (limitMs === undefined || nowMs - memory.operation.sinceMs <= limitMs) return step;
  const message = `For longer than ${limit}: ${operation.step}`;
  const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message } as const;
  return { ...step, conditions: [...step.conditions, late] };
}

function keyOf(operation: Operation): string {
  return `${operation.type} ${operation.target ?? ''}`;
}

/** A change of the membership is uncertain from before it is asked for until it is answered. */
function noteStep(memory: Memory, step: Step, nowMs: number): Memory {
  const { operation: last, uncertainUntilMs, ...rest } = memory;
  const key = step.operation && keyOf(step.operation);
  const operation =
    key === undefined ? undefined : { key, sinceMs: last?.key === key ? last.sinceMs : nowMs };
  const isStillUncertain = uncertainUntilMs !== undefined && nowMs < uncertainUntilMs;
  const until = step.actions.some(isMembershipAction)
    ? nowMs + UNCERTAIN_MEMBERSHIP_MS
    : isStillUncertain
      ? uncertainUntilMs
      : undefined;
  return {
    ...rest,
    ...(operation === undefined ? {} : { operation }),
    ...(until === undefined ? {} : { uncertainUntilMs: until }),
  };
}
