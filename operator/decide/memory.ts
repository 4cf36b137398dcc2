import { UNCERTAIN_MEMBERSHIP_MS } from './limits.ts';

/**
 * What a pass hands to the next one, and what a restarted operator must know: the platform stores it durably before
 * it acts. Losing it (`forgottenMemory`) costs patience, never safety.
 */
export interface Memory {
  /** Topology id of the cluster, once it was formed. From then on nobody forms another. */
  readonly clusterId?: string;
  /** A request to change the membership that may still take effect until then. */
  readonly uncertainUntilMs?: number;
  /** Since when a node that the topology has says that it is in no cluster. */
  readonly passiveSinceMs: Readonly<Record<string, number>>;
  /** What is being done to which node, and since when: to say so when it takes too long. */
  readonly operation?: { readonly key: string; readonly sinceMs: number };
}

export const FIRST_MEMORY: Memory = { passiveSinceMs: {} };

/** The memory of an operator whose own was lost: somebody may have asked for a change just before. */
export function forgottenMemory(nowMs: number): Memory {
  return { passiveSinceMs: {}, uncertainUntilMs: nowMs + UNCERTAIN_MEMBERSHIP_MS };
}

/** Call with the memory of a decision when its change of the membership was answered: it will not happen later. */
export function certain(memory: Memory): Memory {
  const { uncertainUntilMs: _, ...rest } = memory;
  return rest;
}
