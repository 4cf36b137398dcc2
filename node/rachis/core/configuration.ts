import type { NodeId } from './entry.ts';

/**
 * What a node is to the quorum.
 * - `member`: votes.
 * - `promotable`: a learner that catches up and is meant to become a member.
 * - `watcher`: gets the log for ever, never votes.
 */
export type MemberRole = 'member' | 'promotable' | 'watcher';

/** One node of the cluster as the log knows it. Only `id` and `role` matter to the core; the rest is for the transport. */
export interface ClusterNode {
  readonly id: NodeId;
  /** 1–4 upper-case letters. */
  readonly tag: string;
  /** HTTP address, for instance `http://127.0.0.1:8080`. */
  readonly url: string;
  /** `host:port` of the node's TCP listener. */
  readonly tcpAddress: string;
  readonly role: MemberRole;
}

/**
 * The cluster configuration, as it stands in the log. The quorum is computed from this value and from nothing else.
 *
 * Invariant: while `outgoingMembers` is not empty the configuration is joint: a decision needs a majority of the
 * nodes with role `member` AND a majority of `outgoingMembers`.
 */
export interface Configuration {
  /** Identity of the cluster, minted at bootstrap; messages of another cluster are refused. */
  readonly clusterId: string;
  /** Sorted by tag. */
  readonly nodes: readonly ClusterNode[];
  /** Members of the configuration that is being left; empty outside a joint phase. */
  readonly outgoingMembers: readonly NodeId[];
  /** Nodes, present as watchers, that are dropped when the joint phase ends. Absent when there are none. */
  readonly leavingNodes?: readonly NodeId[];
  /** Highest tag ever assigned, so that a tag is not reused by accident. */
  readonly lastTag: string;
  /** Present in a cluster that came out of an unsafe recovery: where it came from. */
  readonly recovery?: RecoveryOrigin;
}

/** How a cluster began that one node of another one made, alone, because that one's quorum was lost. */
export interface RecoveryOrigin {
  /** Unsafe recoveries since the first bootstrap. */
  readonly epoch: number;
  readonly fromClusterId: string;
  /** Where the log of that node ended. */
  readonly index: number;
  readonly term: number;
}
