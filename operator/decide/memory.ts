import { UNCERTAIN_MEMBERSHIP_MS } from './limits.ts';

/**
 * What a pass hands to the next one, and what a restarted operator must know: the platform stores it durably before
 * it acts. Losing it (`forgottenMemory`) costs patience, never safety. At rest it does not change.
 */
export interface Memory {
  /** Topology id of the cluster, once it was formed. From then on nobody forms another. */
  readonly clusterId?: string;
  /** Topology ids of what the cluster was before one of its nodes went on alone. */
  readonly formerClusterIds?: readonly string[];
  /** A request to change the membership that may still take effect until then. */
  readonly uncertainUntilMs?: number;
  /** Since when a node that the topology has says that it is in no cluster. */
  readonly passiveSinceMs: Readonly<Record<string, number>>;
  /** What is being done to which node, and since when: to say so when it takes too long. */
  readonly operation?: { readonly key: string; readonly sinceMs: number };
  /** Nodes that were away, by tag: since when they are back; null while they are not. Gone once they have stayed. */
  readonly returning?: Readonly<Record<string, number | null>>;
  /** Which nodes hold databases in which zones, and since when: what just changed may change again. */
  readonly spread?: { readonly key: string; readonly sinceMs: number };
  /** When a leader was asked last to step down. */
  readonly steppedDownAtMs?: number;
  /** The node that was given up last because its machine was lost. */
  readonly replaced?: { readonly tag: string; readonly host: string; readonly atMs: number };
  /** Since when no majority of the voters answers. */
  readonly quorumLostSinceMs?: number;
  /** A recovery that a person asked for, from before anything is done for it until it is through. */
  readonly recovery?: RecoveryMemory;
  /** The request of the last recovery that is through: it counts once. */
  readonly recoveredBy?: string;
}

export interface RecoveryMemory {
  /** The request as it was written. */
  readonly request: string;
  /** The node that goes on alone. */
  readonly tag: string;
  /** Topology id of the cluster that ends. */
  readonly clusterId: string;
}

export const FIRST_MEMORY: Memory = { passiveSinceMs: {} };

/**
 * The memory of an operator whose own was lost: somebody may have asked for a change just before, or given up a node.
 */
export function forgottenMemory(nowMs: number): Memory {
  return {
    passiveSinceMs: {},
    uncertainUntilMs: nowMs + UNCERTAIN_MEMBERSHIP_MS,
    replaced: { tag: '?', host: '?', atMs: nowMs },
  };
}

/** Call with the memory of a decision when its change of the membership was answered: it will not happen later. */
export function certain(memory: Memory): Memory {
  const { uncertainUntilMs: _, ...rest } = memory;
  return rest;
}
