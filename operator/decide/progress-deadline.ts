import { parseDurationMs } from '../api/duration.ts';
import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import type { Memory } from './memory.ts';
import { condition, type Operation, type Step } from './step.ts';

/** Says so when a node takes longer to leave or to restart than the spec allows. Nothing is ever forced. */
export function withDeadline(step: Step, spec: RavenClusterSpec, memory: Memory, nowMs: number): Step {
  const { operation } = step;
  if (operation === undefined || memory.operation?.key !== keyOf(operation)) return step;
  // That somebody takes their time to agree is nobody's failure.
  if (step.conditions.some(({ reason }) => reason === 'AwaitingApproval')) return step;
  const limits: Partial<Record<Operation['type'], string>> = {
    ScaleDown: spec.scaleDown.drainTimeout,
    Update: `${spec.update.progressDeadlineSeconds}s`,
  };
  const limit = limits[operation.type];
  const limitMs = limit === undefined ? undefined : parseDurationMs(limit);
  if (limitMs === undefined || nowMs - memory.operation.sinceMs <= limitMs) return step;
  const message = `For longer than ${limit}: ${operation.step}`;
  const late = condition('Progressing', 'False', 'ProgressDeadlineExceeded', message);
  return { ...step, conditions: [...step.conditions, late] };
}

/** What makes two operations one and the same, whatever their present step. */
export function keyOf(operation: Operation): string {
  return `${operation.type} ${operation.target ?? ''}`;
}
