import type { RavenCluster, RavenClusterStatus } from '../api/raven-cluster.ts';
import type { RavenDatabaseStatus } from '../api/raven-database.ts';
import type { Action, DatabaseAction, MembershipAction } from '../decide/action.ts';
import type { ClusterEvent } from '../decide/event-reasons.ts';
import type { Memory } from '../decide/memory.ts';
import type { DatabaseWish, ObservedNode } from '../decide/observed.ts';
import type { ConditionDraft } from '../decide/step.ts';

/** A node as the platform shows it; what it says itself is asked for elsewhere. */
export type PlatformNode = Omit<ObservedNode, 'answer'>;

/** Actions about processes and their data: the part that differs from platform to platform. */
export type PlatformAction = Exclude<
  Action,
  | MembershipAction
  | DatabaseAction
  | { type: 'StepDown' | 'AddDatabaseReplica' | 'RemoveDatabaseReplica' | 'SetNodeProperties' }
>;

/** Where nodes run: processes and directories here, pods and volumes on Kubernetes. */
export interface Platform {
  /** See `Observed.keepsProcesses`. */
  readonly keepsProcesses?: boolean;
  /** See `Observed.isTakingUp`; of the last look at the nodes. */
  readonly isTakingUp?: boolean;
  /** Every node that has a process or data. */
  nodes(): Promise<readonly PlatformNode[]>;
  /** Address of a node's HTTP endpoint for the operator and the other nodes, whether it exists or not. */
  urlOf(ordinal: number): string;
  /** Starts or stops something; need not wait until it is up or gone, the next look shows it. */
  perform(action: PlatformAction): Promise<void>;
  loadMemory(): Promise<Memory | undefined>;
  /** Durable when it resolves. */
  saveMemory(memory: Memory): Promise<void>;
  report(status: RavenClusterStatus): Promise<void>;
  /** What happened since the report before; absent where events have no place to go. */
  announce?(events: readonly ClusterEvent[]): Promise<void>;
  /**
   * Brings the platform's own objects beside the nodes to what the resource says, before each look: Services,
   * certificates, the template of the pods. What people should know of it comes back as conditions. Absent where the
   * platform has no such objects.
   */
  prepare?(cluster: RavenCluster): Promise<readonly ConditionDraft[]>;
  /** RavenDatabase resources of this cluster; absent where the platform has none. */
  wishes?(): Promise<readonly DatabaseWish[]>;
  /** Statuses by the name of the RavenDatabase resource; `settled` ones that are being deleted may go. */
  reportDatabases?(
    statuses: Readonly<Record<string, RavenDatabaseStatus>>,
    settled: readonly string[],
  ): Promise<void>;
}
