import type { Memory } from './memory.ts';
import { ordinalOfTag, tagOfOrdinal } from './node-tag.ts';
import type { NodeAnswer, Observed, ObservedDatabase, ObservedNode, ObservedTopology } from './observed.ts';

/** Voters needed to commit among so many. */
export function majorityOf(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

/** A leader that was seen, and the membership as it has it: the only one that decisions rest on. */
export interface LeaderView {
  readonly tag: string;
  readonly term: number;
  readonly topology: ObservedTopology;
}

/** One observation, read as a cluster. */
export class ClusterView {
  readonly nowMs: number;
  readonly leader: LeaderView | undefined;
  readonly databases: readonly ObservedDatabase[] | undefined;
  /** Id of the cluster: remembered, or what its nodes say when they agree. */
  readonly clusterId: string | undefined;
  readonly #byOrdinal: ReadonlyMap<number, ObservedNode>;
  readonly #leaderPeers: NodeAnswer['peers'];

  constructor(observed: Observed, memory: Memory) {
    this.nowMs = observed.nowMs;
    this.databases = observed.databases;
    this.#byOrdinal = new Map(observed.nodes.map((node) => [node.ordinal, node]));
    const answers = observed.nodes.flatMap((node) => (node.answer === undefined ? [] : [node.answer]));
    this.clusterId =
      memory.clusterId ?? answers.find((answer) => answer.topology !== undefined)?.topology?.id;
    const leading = answers
      .filter((answer) => answer.state === 'Leader' && answer.topology?.id === this.clusterId)
      .reduce<NodeAnswer | undefined>(
        (best, answer) => (best === undefined || answer.term > best.term ? answer : best),
        undefined,
      );
    this.leader =
      leading?.topology === undefined
        ? undefined
        : { tag: leading.tag, term: leading.term, topology: leading.topology };
    this.#leaderPeers = leading?.peers ?? {};
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

  /** It answers as a node of this cluster, and the leader reaches it; of a node of somebody else's, the latter. */
  isLive(tag: string): boolean {
    const connected = this.leader?.tag === tag ? true : this.#leaderPeers[tag]?.connected;
    if (this.nodeOfTag(tag) === undefined) return connected === true;
    return this.answerOf(tag) !== undefined && connected !== false;
  }

  /** Nobody hears from it: it does not answer, and the leader does not reach it either. */
  isLost(tag: string): boolean {
    return this.nodeOfTag(tag)?.answer === undefined && this.#leaderPeers[tag]?.connected === false;
  }

  /** Raft entries that a node lags behind, as the leader knows it. */
  lagOf(tag: string): number | undefined {
    return this.leader?.tag === tag ? 0 : this.#leaderPeers[tag]?.lag;
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

  /** Nodes that may hold databases: members and watchers. A promotable is not there to stay yet. */
  get dataTags(): readonly string[] {
    const topology = this.leader?.topology;
    return topology === undefined ? [] : [...topology.members, ...topology.watchers];
  }
}

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
