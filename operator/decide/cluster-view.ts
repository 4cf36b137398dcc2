import { DRAIN_ANNOTATION } from '../api/annotations.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';
import type { WishedDatabase } from './managed-databases.ts';
import type { Memory } from './memory.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import type { NodeAnswer, NodeProperties, Observed, ObservedNode, ObservedTopology } from './observed.ts';
import { ownerOf } from './wishes.ts';

/** Voters needed to commit among so many. */
export function majorityOf(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

/** A leader that was seen, and the membership as it has it: the only one that decisions rest on. */
export interface LeaderView {
  readonly tag: string;
  readonly term: number;
  readonly topology: ObservedTopology;
  /** Absent when it does not say what the cluster's state holds of the nodes. */
  readonly properties?: Readonly<Record<string, NodeProperties>>;
}

/** One observation, read as a cluster. */
export class ClusterView {
  readonly nowMs: number;
  /** See `Observed.keepsProcesses`. */
  readonly keepsProcesses: boolean;
  /** See `Observed.isTakingUp`. */
  readonly isTakingUp: boolean;
  readonly leader: LeaderView | undefined;
  /** Absent when nobody could say which there are. */
  readonly databases: readonly WishedDatabase[] | undefined;
  /** Id of the cluster: remembered, or what its nodes say when they agree. */
  readonly clusterId: string | undefined;
  /** The membership as the newest answer of this cluster has it, led or not. */
  readonly newestTopology: ObservedTopology | undefined;
  readonly #drainedTags: readonly string[];
  readonly #formerIds: readonly string[];
  readonly #byOrdinal: ReadonlyMap<number, ObservedNode>;
  readonly #leaderPeers: NodeAnswer['peers'];

  constructor(cluster: RavenCluster, observed: Observed, memory: Memory) {
    this.nowMs = observed.nowMs;
    this.keepsProcesses = observed.keepsProcesses === true;
    this.isTakingUp = observed.isTakingUp === true;
    this.databases = observed.databases?.map((database) => {
      const wish = ownerOf(database.name, observed.wishes ?? []);
      return wish === undefined ? database : { ...database, wish };
    });
    this.#drainedTags = (cluster.metadata.annotations?.[DRAIN_ANNOTATION] ?? '')
      .split(',')
      .map((tag) => tag.trim());
    this.#formerIds = memory.formerClusterIds ?? [];
    this.#byOrdinal = new Map(observed.nodes.map((node) => [node.ordinal, node]));
    const answers = observed.nodes.flatMap((node) => (node.answer === undefined ? [] : [node.answer]));
    this.clusterId =
      memory.clusterId ??
      cluster.status?.clusterId ??
      answers.find((answer) => this.#isFirstWord(answer))?.topology?.id;
    const ours = answers.filter((answer) => answer.topology?.id === this.clusterId);
    const leading = newest(
      ours.filter((answer) => answer.state === 'Leader'),
      ({ term }) => term,
    );
    this.leader = leading && leaderView(leading);
    this.#leaderPeers = leading?.peers ?? {};
    this.newestTopology = newest(ours, ({ topology }) => topology?.etag ?? 0)?.topology;
  }

  /** Nodes that the platform knows, lowest ordinal first. */
  get nodes(): readonly ObservedNode[] {
    return [...this.#byOrdinal.values()].sort((a, b) => a.ordinal - b.ordinal);
  }

  node(ordinal: number): ObservedNode | undefined {
    return this.#byOrdinal.get(ordinal);
  }

  nodeOfTag(tag: string): ObservedNode | undefined {
    const ordinal = ordinalOfTag(tag);
    return ordinal === undefined ? undefined : this.#byOrdinal.get(ordinal);
  }

  /** What the node of a tag says, if it speaks as that node of this cluster. */
  answerOf(tag: string): NodeAnswer | undefined {
    const answer = this.nodeOfTag(tag)?.answer;
    return answer?.tag === tag && answer.topology?.id === this.clusterId && answer.state !== 'Passive'
      ? answer
      : undefined;
  }

  /**
   * It answers as a node of this cluster, and the leader reaches it; of a node of somebody else's, the latter. One that
   * was told to end does both for a moment more, and is live no longer.
   */
  isLive(tag: string): boolean {
    const connected = this.leader?.tag === tag ? true : this.#leaderPeers[tag]?.connected;
    const node = this.nodeOfTag(tag);
    if (node === undefined) return connected === true;
    return node.process !== 'Stopping' && this.answerOf(tag) !== undefined && connected !== false;
  }

  /** Nobody hears from it: it does not answer, and the leader does not reach it either. */
  isLost(tag: string): boolean {
    return this.nodeOfTag(tag)?.answer === undefined && this.#leaderPeers[tag]?.connected === false;
  }

  /** Raft entries that a node lags behind, as the leader knows it. */
  lagOf(tag: string): number | undefined {
    return this.leader?.tag === tag ? 0 : this.#leaderPeers[tag]?.lag;
  }

  /** Zone by the platform; while it can't say, by what it said before, which the cluster's state holds. */
  zoneOf(tag: string): string | undefined {
    return this.nodeOfTag(tag)?.zone ?? this.leader?.properties?.[tag]?.zone;
  }

  /** Somebody is about to take it away, or asked that it neither leads nor gets more to hold. */
  isDraining(tag: string): boolean {
    return this.#drainedTags.includes(tag) || this.nodeOfTag(tag)?.host?.isDraining === true;
  }

  /** Nobody that answers has ever been in a cluster, nor is there data of one. */
  get isUntouched(): boolean {
    return (
      this.clusterId === undefined &&
      this.nodes.every((node) => node.data === 'None' || node.data === 'Unused')
    );
  }

  /** The node says that it is in no cluster. */
  isPassive(tag: string): boolean {
    const answer = this.nodeOfTag(tag)?.answer;
    return answer !== undefined && answer.topology === undefined;
  }

  /** Topology id of what this cluster was before one of its nodes went on alone. */
  isFormer(topologyId: string): boolean {
    return this.#formerIds.includes(topologyId);
  }

  /**
   * From it an operator that remembers nothing may learn which cluster this is. Not from a node that knows itself by
   * another address: an address that was somebody else's a moment ago may still lead there.
   */
  #isFirstWord({ tag, topology }: NodeAnswer): boolean {
    return topology !== undefined && !topology.foreign.includes(tag) && !this.isFormer(topology.id);
  }

  /** It speaks as a node of this cluster, or of what the cluster was before. */
  speaksOfOurs({ answer }: ObservedNode): boolean {
    const id = answer?.topology?.id;
    return id !== undefined && (id === this.clusterId || this.isFormer(id));
  }

  /** In the leader's topology, in whatever role. */
  belongs(tag: string): boolean {
    return this.leader !== undefined && tagsOf(this.leader.topology).includes(tag);
  }

  /**
   * A majority of the voters says that the node does not belong to the cluster. What one leader believes is not
   * enough to stop a process: it may have been voted out a moment ago.
   */
  isConfirmedAbsent(tag: string): boolean {
    if (this.leader === undefined || this.belongs(tag)) return false;
    const { members, etag } = this.leader.topology;
    const agreeing = members.filter((voter) => {
      const topology = this.answerOf(voter)?.topology;
      return topology !== undefined && topology.etag >= etag && !tagsOf(topology).includes(tag);
    });
    return agreeing.length >= majorityOf(members.length);
  }

  /** Could these voters commit? */
  canCommit(voters: readonly string[]): boolean {
    return voters.filter((tag) => this.isLive(tag)).length >= majorityOf(voters.length);
  }

  /** There is a leader, and a majority is there to follow it. */
  get hasQuorum(): boolean {
    return this.leader !== undefined && this.canCommit(this.leader.topology.members);
  }

  /**
   * Neither does a majority of the voters answer, nor does a leader reach one: it may be that only the operator can't
   * see them.
   */
  get isQuorumAway(): boolean {
    if (this.clusterId === undefined) return false;
    const { leader, newestTopology } = this;
    const voters = newestTopology?.members ?? [];
    const isReached = (tag: string): boolean =>
      tag === leader?.tag || this.#leaderPeers[tag]?.connected === true;
    if (leader !== undefined && voters.filter(isReached).length >= majorityOf(voters.length)) return false;
    return voters.filter((tag) => this.answerOf(tag) !== undefined).length < majorityOf(voters.length);
  }

  /** Nodes that may hold databases: members and watchers. A promotable is not there to stay yet. */
  get dataTags(): readonly string[] {
    const topology = this.leader?.topology;
    return topology === undefined ? [] : [...topology.members, ...topology.watchers];
  }
}

/** What is known of the membership while nobody says anything. */
export const NO_TOPOLOGY: ObservedTopology = {
  id: '',
  etag: 0,
  members: [],
  promotables: [],
  watchers: [],
  foreign: [],
};

/** Every tag of a topology. */
export function tagsOf(topology: ObservedTopology): readonly string[] {
  return [...topology.members, ...topology.promotables, ...topology.watchers];
}

/** Tags of this cluster's own nodes from an ordinal on, highest first: the order in which they leave. */
export function surplusTags(view: ClusterView, wantedNodes: number): readonly string[] {
  const topology = view.leader?.topology;
  if (topology === undefined) return [];
  const ordinals = tagsOf(topology)
    .filter((tag) => !topology.foreign.includes(tag))
    .map(ordinalOfTag)
    .filter((ordinal) => ordinal !== undefined)
    .filter((ordinal) => ordinal >= wantedNodes);
  return ordinals.sort((a, b) => b - a).map(tagOfOrdinal);
}

function leaderView({ tag, term, topology, properties }: NodeAnswer): LeaderView | undefined {
  if (topology === undefined) return undefined;
  return { tag, term, topology, ...(properties === undefined ? {} : { properties }) };
}

function newest(answers: readonly NodeAnswer[], age: (answer: NodeAnswer) => number): NodeAnswer | undefined {
  return answers.reduce<NodeAnswer | undefined>(
    (best, answer) => (best === undefined || age(answer) > age(best) ? answer : best),
    undefined,
  );
}
