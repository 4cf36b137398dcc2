import type { Logger } from '../observability/logger.ts';
import type { WireConnector } from '../wire/connect.ts';
import type { ClusterNode, Configuration } from './core/configuration.ts';
import type { NodeId } from './core/entry.ts';
import type { RaftLimits } from './core/limits.ts';
import type { RachisStateMachine } from './state-machine.ts';

/** How other nodes reach this one. */
export interface NodeAddresses {
  readonly url: string;
  /** `host:port`. */
  readonly tcpAddress: string;
}

export interface RachisNodeOptions {
  /** Holds the identity, the log and received snapshots. */
  readonly folder: string;
  readonly stateMachine: RachisStateMachine;
  readonly connect: WireConnector;
  readonly logger: Logger;
  /** Asked whenever they are told to others; they may become known only after `open`. */
  addresses(): NodeAddresses;
  /** Followers wait one to two times as long for their leader. Default 1000. */
  readonly electionTimeoutMs?: number;
  /** Default OPERATION_TIMEOUT_MS. */
  readonly operationTimeoutMs?: number;
  /** false: nothing is synced, for a node that may forget everything. Default true. */
  readonly durable?: boolean;
  readonly segmentBytes?: number;
  readonly raftLimits?: Partial<RaftLimits>;
  /** Content of a snapshot to one peer. Default SNAPSHOT_BYTES_PER_SECOND. */
  readonly snapshotBytesPerSecond?: number;
  /**
   * On the leader, just before a command goes into the log, behind this configuration: fills in what only the leader
   * can decide. Throws to refuse it.
   */
  prepare?(data: Uint8Array, configuration: Configuration | null): Uint8Array;
  /**
   * On the leader, just before these nodes, which are new, go into the configuration, and with all that was committed
   * when it began to lead applied. `introductions`: what was said of them, by id. Throws to refuse them.
   */
  admit?(joining: readonly ClusterNode[], introductions: Readonly<Record<NodeId, unknown>>): void;
  /** Answers `askLeader` of any node; called on the leader only. Errors go back by name and message. */
  serve?(topic: string, body: unknown): Promise<unknown>;
  /** Receives `tellLeader` of the node with this id. */
  hear?(from: string, topic: string, body: unknown): void;
  /** The node can't go on: its log is damaged or can't be written, or it contradicts itself. */
  onFatal?(error: Error): void;
  /** Told of each write of the log: milliseconds until durable, bytes. For metrics. */
  observeLogWrite?(milliseconds: number, bytes: number): void;
  /** Told of each slice of entries that was applied: milliseconds, entries. For metrics. */
  observeApply?(milliseconds: number, entries: number): void;
}
