import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { ClusterView } from './cluster-view.ts';
import { planCopies } from './copies.ts';
import { namesOf } from './database-names.ts';
import { holdersOf } from './observed.ts';
import type { ScaleDownPlan } from './scale-down-plan.ts';
import { acting, NOTHING_TO_DO, type Operation, type Step, waiting } from './step.ts';

/**
 * One node at a time, in the order of the plan: copies move off, the lead moves off, the others take it out of the
 * topology. Its process is stopped later, by `retireLeftovers`, when a majority confirms that it left.
 */
export function removeNextNode(view: ClusterView, spec: RavenClusterSpec, plan: ScaleDownPlan): Step {
  const topology = view.leader?.topology;
  if (topology === undefined || plan.leaving.length === 0) return NOTHING_TO_DO;
  if (plan.blocked !== undefined) return { ...NOTHING_TO_DO, conditions: [plan.blocked] };
  // A change of mind in the middle of a scale-up: the one that is still joining goes first.
  const tag = plan.leaving.find((leaving) => topology.promotables.includes(leaving)) ?? plan.leaving[0];
  if (tag === undefined) return NOTHING_TO_DO;
  const operation = (step: string): Operation => ({ type: 'ScaleDown', target: tag, step });

  const moving = moveCopies(view, spec, plan.leaving, tag, operation);
  if (moving !== undefined) return moving;
  if (view.leader?.tag === tag) {
    return acting(operation(`Moving the lead off node ${tag}`), [{ type: 'StepDown', tag }]);
  }
  return acting(operation(`Removing node ${tag} from the cluster`), [
    { type: 'RemoveNodeFromCluster', tag, reason: 'ScaleDown' },
  ]);
}

/** Nothing once the node has no copy. A dead node keeps its copies: the plan made sure that others have them. */
function moveCopies(
  view: ClusterView,
  spec: RavenClusterSpec,
  leaving: readonly string[],
  tag: string,
  operation: (step: string) => Operation,
): Step | undefined {
  const held = (view.databases ?? []).filter(
    (database) => holdersOf(database).includes(tag) || database.deleting.includes(tag),
  );
  const isCovered = held.every((database) =>
    database.members.some((member) => !leaving.includes(member) && view.isLive(member)),
  );
  if (held.length === 0 || (!view.isLive(tag) && isCovered)) return undefined;
  const { actions } = planCopies(view, spec, leaving);
  const step = `Moving ${namesOf(held)} off node ${tag}`;
  return actions.length > 0 ? acting(operation(step), actions) : waiting(operation(step));
}
