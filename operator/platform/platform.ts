import type { RavenClusterStatus } from '../api/raven-cluster.ts';
import type { Action, MembershipAction } from '../decide/action.ts';
import type { Memory } from '../decide/memory.ts';
import type { ObservedNode } from '../decide/observed.ts';

/** A node as the platform shows it; what it says itself is asked for elsewhere. */
export type PlatformNode = Omit<ObservedNode, 'answer'>;

/** Actions about processes and their data: the part that differs from platform to platform. */
export type PlatformAction = Exclude<
  Action,
  MembershipAction | { type: 'StepDown' | 'AddDatabaseReplica' | 'RemoveDatabaseReplica' }
>;

/** Where nodes run: processes and directories here, pods and volumes on Kubernetes. */
export interface Platform {
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
}
