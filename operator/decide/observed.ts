/**
 * What is known of a node's data. `Unused`: never part of a cluster. `Used`: joined (or about to). `Detached`: left the
 * cluster after its copies had moved.
 */
export type DataState = 'None' | 'Unused' | 'Used' | 'Detached';

/** State of a process or pod. `Starting` ends when the admin API answers or the process ends. */
export type ProcessState = 'Stopped' | 'Starting' | 'Running' | 'Stopping';

/** State in Rachis, in RavenDB's words. */
export type RachisState = 'Passive' | 'Candidate' | 'Follower' | 'LeaderElect' | 'Leader';

/** The membership as one node knows it. */
export interface ObservedTopology {
  readonly id: string;
  /** Raft index of the last change of the membership. */
  readonly etag: number;
  readonly members: readonly string[];
  readonly promotables: readonly string[];
  readonly watchers: readonly string[];
  /** Those of the tags above whose address is not one that the platform gives: nodes that somebody else added. */
  readonly foreign: readonly string[];
}

/** What a node says of itself at its admin API. */
export interface NodeAnswer {
  /** `?` while it is in no cluster. */
  readonly tag: string;
  readonly serverId: string;
  readonly state: RachisState;
  readonly term: number;
  readonly leader?: string;
  /** Absent while it is in no cluster. */
  readonly topology?: ObservedTopology;
  /** At the leader: who is connected, and how many Raft entries it lags behind. */
  readonly peers: Readonly<Record<string, { readonly connected: boolean; readonly lag?: number }>>;
}

/** A node as the platform shows it, with what it says itself if it answered. */
export interface ObservedNode {
  readonly ordinal: number;
  readonly url: string;
  readonly process: ProcessState;
  readonly data: DataState;
  /** How many times in a row it ended by itself soon after a start. */
  readonly failures: number;
  /** When it last ended by itself, in the time of `Observed.now`. */
  readonly failedAtMs?: number;
  /** It runs as the spec was before its last change. */
  readonly isOutdated: boolean;
  readonly zone?: string;
  readonly answer?: NodeAnswer;
}

/** The database record, as far as it says who has the database. */
export interface ObservedDatabase {
  readonly name: string;
  readonly disabled: boolean;
  readonly members: readonly string[];
  readonly promotables: readonly string[];
  readonly rehabs: readonly string[];
  /** Nodes that are deleting their copy. */
  readonly deleting: readonly string[];
  /** Copies that a RavenDatabase resource asks for; wins over the policy of the cluster. */
  readonly factorOverride?: number;
}

export interface Observed {
  readonly nowMs: number;
  readonly nodes: readonly ObservedNode[];
  /** Absent when no node could say: then nothing is decided that could cost a copy. */
  readonly databases?: readonly ObservedDatabase[];
}

/** Every node that has a copy of the database, or is getting one. */
export function holdersOf(database: ObservedDatabase): readonly string[] {
  return [...database.members, ...database.rehabs, ...database.promotables];
}
