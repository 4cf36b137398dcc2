import { PAUSED_ANNOTATION } from '../api/annotations.ts';
import type { RavenCluster, RavenClusterStatus } from '../api/raven-cluster.ts';
import type { RavenDatabaseStatus } from '../api/raven-database.ts';
import type { Action } from './action.ts';
import { ClusterView, surplusTags } from './cluster-view.ts';
import { dueChanges, stateOf, type WishState } from './database-plan.ts';
import { describeDatabase } from './database-status.ts';
import { describeEvents } from './describe-events.ts';
import type { ClusterEvent } from './event-reasons.ts';
import { STEP_DOWN_INTERVAL_MS } from './limits.ts';
import type { Memory } from './memory.ts';
import { nextStep } from './next-step.ts';
import { announceProperties } from './node-properties.ts';
import type { Observed } from './observed.ts';
import { placementOf } from './placement.ts';
import { withDeadline } from './progress-deadline.ts';
import { finishRecovery, recover } from './recovery.ts';
import { noteStep, noteView } from './remember.ts';
import { buildStatus } from './status.ts';
import { NOTHING_TO_DO, type Step } from './step.ts';
import { growVolumes, type VolumePlan } from './volumes.ts';
import { yieldLead } from './yield-lead.ts';

export interface Decision {
  /** In this order; unless it is independent (`isIndependent`), one that fails ends the pass. */
  readonly actions: readonly Action[];
  readonly status: RavenClusterStatus;
  /** For the next pass. Must be durable before the actions are done. */
  readonly memory: Memory;
  /** Statuses of the RavenDatabase resources, by their names. */
  readonly databases: Readonly<Record<string, RavenDatabaseStatus>>;
  /** Names of those that are being deleted and need nothing any more. */
  readonly settled: readonly string[];
  /** What happened since the status before. */
  readonly events: readonly ClusterEvent[];
}

/**
 * The operator's whole mind: what the cluster should be, what it is seen to be and what is remembered, to what is
 * done next and what is said about it. Pure, so that any pass may be the last one before a crash: the next operator
 * sees the same world and goes on. At most one action of a decision changes the membership, and none is decided while
 * an earlier one may still take effect.
 */
export function decide(cluster: RavenCluster, observed: Observed, before: Memory): Decision {
  const recovered = finishRecovery(before, observed);
  const view = new ClusterView(cluster, observed, recovered);
  const remembered = noteView(view, cluster, recovered);
  const isGoing = cluster.metadata.deletionTimestamp !== undefined;
  const isPaused = cluster.metadata.annotations?.[PAUSED_ANNOTATION] === 'true';
  const states = wishStates(view, cluster, observed, isGoing);
  const volumes = growVolumes(view);
  const { step, memory } =
    isGoing || isPaused
      ? { step: NOTHING_TO_DO, memory: remembered }
      : chosenStep(view, cluster, remembered, { states, volumes });
  const status = buildStatus({
    cluster,
    view,
    step,
    memory,
    isPaused,
    isGoing,
    volumes,
    platformConditions: observed.conditions ?? [],
  });
  return {
    actions: step.actions,
    status,
    memory: noteStep(view, memory, step),
    databases: Object.fromEntries(
      states.map((state) => [state.wish.resource, describeDatabase(state, view, cluster.spec)]),
    ),
    settled: isPaused ? [] : states.filter(({ isSettled }) => isSettled).map(({ wish }) => wish.resource),
    events: describeEvents(cluster.status, status, step.actions),
  };
}

interface Sideline {
  readonly states: readonly WishState[];
  readonly volumes: VolumePlan;
}

/** The main step, and beside it what holds up nobody and is held up by nobody. */
function chosenStep(
  view: ClusterView,
  cluster: RavenCluster,
  memory: Memory,
  { states, volumes }: Sideline,
): { readonly step: Step; readonly memory: Memory } {
  const { spec } = cluster;
  const recovery = recover(view, cluster, memory);
  const main = withDeadline(recovery.step ?? nextStep(view, cluster, memory), spec, memory, view.nowMs);
  const isAsleep = spec.hibernated || recovery.step !== undefined;
  const sidelines = isAsleep
    ? []
    : [
        ...volumes.actions,
        ...dueChanges(states, view),
        ...announceProperties(view),
        ...yieldLead(view, spec),
      ];
  const operation =
    main.operation ??
    (volumes.growing === undefined || isAsleep
      ? undefined
      : ({
          type: 'Resize',
          target: volumes.growing,
          step: `Growing the volume of node ${volumes.growing}`,
        } as const));
  const lastStepDownMs = memory.steppedDownAtMs ?? Number.NEGATIVE_INFINITY;
  const mayStepDown = view.nowMs - lastStepDownMs >= STEP_DOWN_INTERVAL_MS;
  const actions = [...main.actions, ...sidelines].filter(
    (action, index, all) =>
      action.type !== 'StepDown' ||
      (mayStepDown && all.findIndex(({ type }) => type === 'StepDown') === index),
  );
  return {
    step: {
      actions,
      conditions:
        recovery.condition === undefined ? main.conditions : [...main.conditions, recovery.condition],
      ...(operation === undefined ? {} : { operation }),
    },
    memory: recovery.memory,
  };
}

function wishStates(
  view: ClusterView,
  { spec }: RavenCluster,
  { wishes = [], refusals = {} }: Observed,
  isClusterGoing: boolean,
): readonly WishState[] {
  const placement = placementOf(view, spec, surplusTags(view, spec.nodes));
  const context = { view, spec, placement, wishes, refusals, isClusterGoing };
  return [...wishes].sort((a, b) => (a.resource < b.resource ? -1 : 1)).map((wish) => stateOf(wish, context));
}
