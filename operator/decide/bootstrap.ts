import type { ClusterView } from './cluster-view.ts';
import type { Memory } from './memory.ts';
import { tagOfOrdinal } from './node-tag.ts';
import { startJoiner } from './processes.ts';
import { acting, condition, type Step, waiting } from './step.ts';

/**
 * Forms the cluster on ordinal 0, only if there never was one: nothing remembered, no node that reports a topology id,
 * no data of a node that had joined. Forming a second cluster beside a lost one would split the data for ever.
 */
export function bootstrap(view: ClusterView, memory: Memory): Step {
  const target = tagOfOrdinal(0);
  const operation = { type: 'Bootstrap', target } as const;
  if (memory.uncertainUntilMs !== undefined && view.nowMs < memory.uncertainUntilMs) {
    return waiting({ ...operation, step: 'Waiting: the answer to an earlier request never came' });
  }
  const starts = startJoiner(view, 0);
  if (starts.length > 0) {
    return acting({ ...operation, step: `Starting node ${target}` }, starts, NOT_YET);
  }
  if (!view.isPassive(target)) {
    return waiting({ ...operation, step: `Waiting for node ${target} to answer` }, NOT_YET);
  }
  return acting(
    { ...operation, step: `Forming the cluster on node ${target}` },
    [{ type: 'BootstrapCluster', ordinal: 0, tag: target }],
    NOT_YET,
  );
}

const NOT_YET = condition('Bootstrapped', 'False', 'WaitingForFirstNode');
