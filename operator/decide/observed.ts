import type { RavenDatabaseSpec } from '../api/raven-database.ts';
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
  /** Index of the last entry of its Raft log. */
  readonly lastIndex?: number;
}

/** What the cluster's state holds of a node beside its membership. */
export interface NodeProperties {
  readonly zone?: string;
  readonly publicUrl?: string;
}

/** The machine under a node, where the platform has several. */
export interface ObservedHost {
  readonly name: string;
  /** Nothing new is placed on it: somebody is about to take it away. */
  readonly isDraining: boolean;
  /** Since when it is gone or does not report, in the time of `Observed.nowMs`; absent while it is well. */
  readonly lostSinceMs?: number;
}

/** The volume under a node's data, where the platform has volumes of a size. */
export interface ObservedVolume {
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
  /** Settings of the record; absent when the list of databases does not hold them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Copies that a RavenDatabase resource asks for; wins over the policy of the cluster. */
  readonly factorOverride?: number;
}

/** A RavenDatabase resource: what somebody wants one database to be. */
export interface DatabaseWish {
  /** Name of the resource, which may differ from the database's. */
  readonly resource: string;
  readonly spec: RavenDatabaseSpec;
  readonly generation?: number;
  /** The resource is being deleted; it goes once the wish is settled. */
  readonly isDeleted: boolean;
}

export interface Observed {
  readonly nowMs: number;
  readonly nodes: readonly ObservedNode[];
  /** Absent when no node could say: then nothing is decided that could cost a copy. */
  readonly databases?: readonly ObservedDatabase[];
  /** Absent where the platform has no such resources. */
  readonly wishes?: readonly DatabaseWish[];
  /** What the platform has to say of its own objects: applied, refused, certificates. */
  readonly conditions?: readonly ConditionDraft[];
}

/** Every node that has a copy of the database, or is getting one. */
export function holdersOf(database: ObservedDatabase): readonly string[] {
  return [...database.members, ...database.rehabs, ...database.promotables];
}
