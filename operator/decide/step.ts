import type { ClusterConditionReason, ClusterConditionType } from '../api/conditions.ts';
import type { Condition, RavenClusterStatus } from '../api/raven-cluster.ts';
import type { Action } from './action.ts';

type Status = Condition['status'];

/** A condition as it is found; time and generation are added when the status is put together. */
export type ConditionDraft<Type extends ClusterConditionType = ClusterConditionType> = {
  readonly [T in Type]: {
    readonly type: T;
    readonly status: Status;
    readonly reason: ClusterConditionReason<T>;
    readonly message?: string;
  };
}[Type];

export function condition<Type extends ClusterConditionType>(
  type: Type,
  status: Status,
  reason: ClusterConditionReason<Type>,
  message?: string,
): ConditionDraft<Type> {
  return { type, status, reason, ...(message === undefined ? {} : { message }) };
}

export type Operation = NonNullable<RavenClusterStatus['operation']>;

/** What one part of the decision came to. */
export interface Step {
  readonly actions: readonly Action[];
  /** What is going on, when this step acts or waits for something. */
  readonly operation?: Operation;
  readonly conditions: readonly ConditionDraft[];
}

export const NOTHING_TO_DO: Step = { actions: [], conditions: [] };

/** It acts, or waits for the effect of what it did: later steps must not start anything of their own. */
export function isBusy(step: Step): boolean {
  return step.operation !== undefined;
}

export function waiting(operation: Operation, ...conditions: readonly ConditionDraft[]): Step {
  return { actions: [], operation, conditions };
}

export function acting(
  operation: Operation,
  actions: readonly Action[],
  ...conditions: readonly ConditionDraft[]
): Step {
  return { actions, operation, conditions };
}
