import type { RavenDatabaseSpec, RavenDatabaseStatus } from '../api/raven-database.ts';
import type { ConditionDraft } from './step.ts';

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
  /** Zone and public URL of every node, as the cluster's state has them. */
  readonly properties?: Readonly<Record<string, NodeProperties>>;
  /** Index and term of the last entry of its Raft log. The term of an entry, unlike `term`, does not rise while nobody leads. */
  readonly lastIndex?: number;
  readonly lastTerm?: number;
}

/** What the cluster's state holds of a node beside its membership. */
export interface NodeProperties {
  readonly zone?: string;
  readonly publicUrl?: string;
}

/**
 * The machine under a node, where the platform has several. A pod that waits for a volume of a certain machine has
 * that one under it, placed or not.
 */
export interface ObservedHost {
  readonly name: string;
  /** Nothing new is placed on it: somebody is about to take it away. */
  readonly isDraining: boolean;
  /** Since when it is gone or does not report, in the time of `Observed.nowMs`; absent while it is well. */
  readonly lostSinceMs?: number;
}

/** The volume under a node's data, where the platform has volumes of a size. */
export interface ObservedVolume {
  /** Name of the platform's object, for the status. */
  readonly claim?: string;
  /** Bytes asked for, bytes there are, and bytes that the spec wants. */
  readonly requestedBytes: number;
  readonly capacityBytes: number;
  readonly wantedBytes: number;
  /** Its storage class lets it grow. */
  readonly canGrow: boolean;
  /** The platform said that growing it failed, in its words. */
  readonly growthError?: string;
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
  /** Revision that it should run, where the platform has such names; `pod.revision` is the one that it runs. */
  readonly wantedRevision?: string;
  readonly zone?: string;
  readonly host?: ObservedHost;
  readonly volume?: ObservedVolume;
  /** What clients outside are to call it, where that differs from `url`. */
  readonly publicUrl?: string;
  /** Names of the platform's own objects, for the status. */
  readonly pod?: { readonly name: string; readonly uid: string; readonly revision?: string };
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
  /** Settings of the record; absent when nobody asked for them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A RavenDatabase resource: what somebody wants one database to be. */
export interface DatabaseWish {
  /** Name of the resource, which may differ from the database's. */
  readonly resource: string;
  readonly spec: RavenDatabaseSpec;
  /** When the resource was made: of two for one database the older one counts. */
  readonly createdAtMs: number;
  readonly generation?: number;
  /** As it was reported last: conditions keep the time of their change. */
  readonly status?: RavenDatabaseStatus;
  /** The resource is being deleted; it goes once the wish is settled. */
  readonly isDeleted: boolean;
}

/** What the cluster said to an action about a database that it would not do. */
export interface Refusal {
  readonly message: string;
  readonly atMs: number;
}

export interface Observed {
  readonly nowMs: number;
  /**
   * Processes come and go as a number, lowest ordinals first, and one that ends is started again by the platform: a
   * StatefulSet. Then data is set aside while its process runs, and the next process starts without it.
   */
  readonly keepsProcesses?: boolean;
  /** The platform has not taken up what was written last: which nodes have to restart for it is not known yet. */
  readonly isTakingUp?: boolean;
  readonly nodes: readonly ObservedNode[];
  /** Absent when no node could say: then nothing is decided that could cost a copy. */
  readonly databases?: readonly ObservedDatabase[];
  /** Absent where the platform has no such resources. */
  readonly wishes?: readonly DatabaseWish[];
  /** What the platform has to say of its own objects: applied, refused, certificates. */
  readonly conditions?: readonly ConditionDraft[];
  /** By name of the database, in lower case: the latest refusals, so that people hear of them and nobody asks again at once. */
  readonly refusals?: Readonly<Record<string, Refusal>>;
}

/** Every node that has a copy of the database, or is getting one. */
export function holdersOf(database: ObservedDatabase): readonly string[] {
  return [...database.members, ...database.rehabs, ...database.promotables];
}
