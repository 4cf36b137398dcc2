import type { StepResult } from './report.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';

interface Hooks {
  /** Called with each result as it comes. */
  onResult(result: StepResult): void;
  /** Called after a failure, before anything is repaired. */
  onFailure(step: Step): Promise<void>;
}

/**
 * Runs the steps one after the other; after each of them the cluster must be at rest, writing and whole. After a failed
 * step the cluster gets its time to come to rest; when it does not, the other steps are not run.
 */
export async function runSteps(
  stage: Stage,
  steps: readonly Step[],
  hooks: Hooks,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  let canGoOn = true;
  for (const step of steps) {
    const result: StepResult = canGoOn
      ? await runStep(stage, step)
      : { name: step.name, outcome: 'not run', seconds: 0, pauseMs: undefined };
    results.push(result);
    hooks.onResult(result);
    if (result.outcome !== 'failed') continue;
    await hooks.onFailure(step);
    canGoOn = step.isNeeded !== true && (await comesToRest(stage));
  }
  return results;
}

async function runStep(stage: Stage, step: Step): Promise<StepResult> {
  const { name } = step;
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  stage.writers?.takeLongestPause();
  try {
    const killing = step.operator === undefined ? stage.killOperatorAtWork() : undefined;
    try {
      await step.run(stage);
    } finally {
      await killing?.();
    }
    // Whatever the step waited for, the next operator must be at rest with, too.
    if (killing !== undefined) await stage.settle();
    await stage.requireProgress();
    const pauseMs = stage.writers?.takeLongestPause();
    await stage.checkCopies();
    stage.writers?.takeLongestPause();
    if (pauseMs !== undefined && step.pauseMsMax !== undefined && pauseMs > step.pauseMsMax) {
      const error = `The client could not write for ${Math.round(pauseMs)} ms, more than ${step.pauseMsMax}: ${stage.writers?.lastError}`;
      return { name, outcome: 'failed', seconds: seconds(), pauseMs, error };
    }
    return { name, outcome: 'passed', seconds: seconds(), pauseMs };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const pauseMs = stage.writers?.takeLongestPause();
    return { name, outcome: 'failed', seconds: seconds(), pauseMs, error: text };
  }
}

async function comesToRest(stage: Stage): Promise<boolean> {
  stage.writers?.resume();
  try {
    await stage.settle();
    return true;
  } catch {
    // The failed step has said what is wrong; this says only that it stays so.
    return false;
  }
}
