import type { MembershipAction } from '../../../../operator/decide/action.ts';
import { ordinalOfTag } from '../../../../operator/decide/node-tag.ts';
import type { ObservedTopology } from '../../../../operator/decide/observed.ts';
import { holds } from './invariant.ts';
import type { Disk, ModelNode, ModelNodes } from './model-node.ts';
import { allTags, changed, firstTopology } from './topologies.ts';

/**
 * A Rachis whose changes commit only by a live majority. What it does by itself (elections, promotions, messages) are
 * methods that a world calls.
 */
export class Rachis {
  term = 0;
  index = 0;
  topology: ObservedTopology | undefined;
  leader: string | undefined;
  readonly #nodes: ModelNodes;
  /** The machine under a node is there, and the network to it. */
  readonly #isReachable: (ordinal: number) => boolean;
  /** Identities that were invited, by tag: a node with another disk is another node. */
  readonly #invited = new Map<string, number>();
  #clusters = 0;

  constructor(nodes: ModelNodes, isReachable: (ordinal: number) => boolean) {
    this.#nodes = nodes;
    this.#isReachable = isReachable;
  }

  get tags(): readonly string[] {
    return this.topology === undefined ? [] : allTags(this.topology);
  }

  nodeOf(tag: string): ModelNode {
    return this.#nodes.at(ordinalOfTag(tag) ?? -1);
  }

  /** Runs, is connected, and its disk is one of this cluster. */
  takesPart(tag: string): boolean {
    const node = this.nodeOf(tag);
    const isUp = node.process === 'Running' && !node.isolated && this.#isReachable(node.ordinal);
    return isUp && node.disk.topology !== undefined && node.disk.topology.id === this.topology?.id;
  }

  hasQuorum(voters: readonly string[] = this.topology?.members ?? []): boolean {
    return voters.filter((tag) => this.takesPart(tag)).length > voters.length / 2;
  }

  /** There is somebody to take a command in, and a majority to commit it. */
  get canCommit(): boolean {
    return this.leader !== undefined && this.hasQuorum();
  }

  bootstrap(tag: string): void {
    const node = this.nodeOf(tag);
    if (node.process !== 'Running' || node.disk.topology !== undefined) return;
    holds(this.#clusters === 0, 'a second cluster was formed');
    this.#found(tag);
    node.data = 'Used';
  }

  /** The node goes on alone with what it has, as another cluster. */
  recover(tag: string, at: { readonly term: number; readonly index: number }): void {
    const { process, disk } = this.nodeOf(tag);
    const isThere = process === 'Running' && disk.topology?.id === this.topology?.id;
    if (!isThere || disk.lastTerm !== at.term || disk.lastIndex !== at.index) return;
    this.index = disk.lastIndex;
    this.#found(tag);
  }

  #found(tag: string): void {
    this.#clusters += 1;
    this.topology = firstTopology(`cluster-${this.#clusters}`, tag);
    this.nodeOf(tag).disk.topology = this.topology;
    this.leader = undefined;
    this.#invited.clear();
    this.#invited.set(tag, this.nodeOf(tag).disk.serverId);
    this.elect();
  }

  /** @returns whether a majority of the old and the new voters was there to commit it, and it changed anything */
  commit(action: MembershipAction): boolean {
    const old = this.topology;
    if (old === undefined || !this.canCommit) return false;
    const next = changed(old, action);
    if (next === old || !this.hasQuorum(next.members)) return false;
    const removesVoter = action.type === 'RemoveNodeFromCluster' || action.type === 'DemoteNode';
    if (removesVoter && action.tag === this.leader) return false;
    if (action.type === 'AddNodeToCluster')
      this.#invited.set(action.tag, this.nodeOf(action.tag).disk.serverId);
    if (action.type === 'RemoveNodeFromCluster') this.#invited.delete(action.tag);
    this.#install(next);
    return true;
  }

  /** A majority has it at once, since it committed; the others hear of it later (`spread`). */
  #install(next: ObservedTopology): void {
    this.topology = next;
    this.index += 1;
    const voters = next.members.filter((tag) => this.takesPart(tag));
    const first = voters.slice(0, Math.floor(next.members.length / 2) + 1);
    for (const tag of new Set([...first, ...(this.leader === undefined ? [] : [this.leader])])) {
      this.#append(this.nodeOf(tag).disk);
    }
  }

  #append(disk: Disk): void {
    disk.topology = this.topology;
    disk.lastTerm = this.term;
    disk.lastIndex = this.index;
  }

  /** The leader's messages reach everybody who is there; a node that was added learns that it belongs. */
  spread(): void {
    if (this.topology === undefined || !this.canCommit) return;
    for (const tag of this.tags) {
      const node = this.nodeOf(tag);
      const isUp = node.process === 'Running' && !node.isolated && this.#isReachable(node.ordinal);
      if (!isUp) continue;
      const isNewcomer = node.disk.topology === undefined && this.#invited.get(tag) === node.disk.serverId;
      if (node.disk.topology?.id === this.topology.id || isNewcomer) this.#append(node.disk);
      if (tag !== this.leader) node.leadsInTerm = undefined;
    }
  }

  /** The leader makes a member of a promotable that has caught up. */
  promote(): void {
    const riser = this.topology?.promotables.find((tag) => this.takesPart(tag));
    if (riser === undefined || this.topology === undefined || !this.canCommit) return;
    const { etag, members, promotables } = this.topology;
    this.#install({
      ...this.topology,
      etag: etag + 1,
      members: [...members, riser],
      promotables: promotables.filter((tag) => tag !== riser),
    });
  }

  elect(not?: string): void {
    const { topology } = this;
    if (topology === undefined || !this.hasQuorum()) {
      this.leader = undefined;
      return;
    }
    const [winner] = topology.members
      .filter((tag) => this.takesPart(tag) && this.nodeOf(tag).disk.topology?.etag === topology.etag)
      .sort((a, b) => Number(a === not) - Number(b === not));
    if (winner === undefined) return;
    this.term += 1;
    this.leader = winner;
    for (const tag of topology.members) {
      const node = this.nodeOf(tag);
      if (!node.isolated && this.#isReachable(node.ordinal)) node.leadsInTerm = undefined;
    }
    const node = this.nodeOf(winner);
    node.leadsInTerm = this.term;
    node.disk.lastTerm = this.term;
    this.index += 1;
    node.disk.lastIndex = this.index;
  }

  /** Its process ended: it leads no more. */
  ended(node: ModelNode, tag: string): void {
    node.leadsInTerm = undefined;
    if (tag === this.leader) this.leader = undefined;
  }

  /** Whoever leads nobody notices before long; who is led by nobody elects somebody. */
  dethroneTheLost(): void {
    if (this.leader === undefined || !this.takesPart(this.leader) || !this.hasQuorum()) this.elect();
    for (const node of this.#nodes.all) {
      if (this.leader === undefined || node !== this.nodeOf(this.leader)) node.leadsInTerm = undefined;
    }
  }
}
