import type { HealthCheck } from './http/node-services.ts';
import { EVENT_LOOP_DELAY_MAX_MS } from './limits.ts';

/** What the checks are made of. */
export interface HealthView {
  /** Longest time that the event loop was held up lately, in milliseconds. */
  readonly eventLoopDelayMaxMs: number;
  /** `?` while the node is in no cluster. */
  readonly nodeTag: string;
  /** Why each database that should be here can't be opened. */
  readonly databaseFaults: ReadonlyMap<string, string>;
  /** Knows what the cluster had agreed on when this node started, or could not learn it in time. */
  readonly hasCaughtUp: boolean;
  /** The thread that answers queries. */
  readonly indexThread: { readonly isOk: boolean; readonly detail: string };
  readonly isStopping: boolean;
}

/** The process works; a false one is worth a restart. Never a matter of peers or of a quorum. */
export function livenessOf({ eventLoopDelayMaxMs }: HealthView): readonly HealthCheck[] {
  const isOk = eventLoopDelayMaxMs <= EVENT_LOOP_DELAY_MAX_MS;
  return [{ name: 'event-loop', isOk, detail: `held up for at most ${Math.round(eventLoopDelayMaxMs)} ms` }];
}

/**
 * It can serve; a false one is worth waiting for. A node that has lost its cluster still serves its databases, so a
 * missing leader does not make it unready; one that was told to stop is unready at once, so that nobody is sent to it.
 */
export function readinessOf({
  nodeTag,
  databaseFaults,
  hasCaughtUp,
  indexThread,
  isStopping,
}: HealthView): readonly HealthCheck[] {
  const isMember = nodeTag !== '?';
  const faults = [...databaseFaults].map(([name, reason]) => `${name}: ${reason}`);
  return [
    { name: 'cluster', isOk: isMember, detail: isMember ? `node ${nodeTag}` : 'not a node of a cluster' },
    {
      name: 'state',
      isOk: hasCaughtUp,
      detail: hasCaughtUp ? '' : 'learning what the cluster has agreed on',
    },
    { name: 'databases', isOk: faults.length === 0, detail: faults.join('; ') },
    { name: 'queries', ...indexThread },
    { name: 'running', isOk: !isStopping, detail: isStopping ? 'the node is stopping' : '' },
  ];
}
