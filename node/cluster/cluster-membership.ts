import { randomUUID } from 'node:crypto';
import type { Logger } from '../observability/logger.ts';
import type { ClusterNode, Configuration } from '../rachis/core/configuration.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { NodeAddresses } from '../rachis/rachis-options.ts';
import type { PeerFetch } from '../security/peer-https.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { ClusterOperationError } from './cluster-error.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { askForIntroduction, planInvitation } from './invitation.ts';
import { ADDRESS_CHECK_MS } from './limits.ts';
import { holdersOf } from './state/change-topology.ts';
import type { StoredRecord } from './state/stored-record.ts';

export interface ClusterMembershipOptions {
  readonly rachis: RachisNode;
  readonly nodes: ClusterNodes;
  readonly logger: Logger;
  readonly addresses: () => NodeAddresses;
  readonly fetch: PeerFetch;
  /** Zone of this node by its own configuration; null: not told there. */
  readonly zone: string | null;
  readonly records: () => readonly StoredRecord[];
  readonly submit: (command: ClusterCommand) => Promise<unknown>;
}

/** Who is in the cluster: an administrator's changes, and three duties that need no administrator. */
export class ClusterMembership {
  readonly #options: ClusterMembershipOptions;
  #timer: NodeJS.Timeout | undefined;
  #isTending = false;

  constructor(options: ClusterMembershipOptions) {
    this.#options = options;
  }

  serve(): void {
    this.#timer = setInterval(() => void this.#tend(), ADDRESS_CHECK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A passive node becomes a cluster of its own; in a cluster nothing happens. */
  async bootstrap(): Promise<void> {
    const { rachis } = this.#options;
    if (rachis.tag === '?') await rachis.bootstrap(randomUUID());
  }

  /** Invites the node at `url`: it joins without a vote and becomes a member when it has caught up. */
  async add(url: string, options: { readonly tag?: string; readonly watcher?: boolean }): Promise<void> {
    const introduction = await askForIntroduction(url, this.#options.fetch);
    const node = planInvitation(this.#configuration(), url, introduction, options);
    await this.#options.rachis.changeConfiguration({ upsert: [node] });
  }

  /**
   * Removes a node, and its copies from every database group. Refused while a database has its only copy there: with
   * the node the data would go.
   */
  async remove(tag: string): Promise<void> {
    const { rachis, submit } = this.#options;
    const node = this.#node(tag);
    // First the groups, which refuses a loss; then the membership. In between, the node is one without databases.
    await submit({ type: 'RemoveNodeFromCluster', node: tag });
    await rachis.changeConfiguration({ remove: [node.id] });
  }

  /** A watcher becomes promotable, and a member when it has caught up. */
  async promote(tag: string): Promise<void> {
    const node = this.#node(tag);
    if (node.role !== 'watcher') throw new ClusterOperationError(`Node ${tag} is a ${node.role} already.`);
    await this.#options.rachis.changeConfiguration({ upsert: [{ ...node, role: 'promotable' }] });
  }

  async demote(tag: string): Promise<void> {
    const node = this.#node(tag);
    if (node.role === 'watcher') throw new ClusterOperationError(`Node ${tag} is a watcher already.`);
    await this.#options.rachis.changeConfiguration({ upsert: [{ ...node, role: 'watcher' }] });
  }

  /** The leader hands over to the node with this tag, which must be a member; without one, to the most up-to-date. */
  async reelect(tag?: string): Promise<void> {
    const { rachis } = this.#options;
    await rachis.transferLeadership(...(tag === undefined ? [] : [this.#node(tag).id]));
  }

  #configuration(): Configuration {
    const { configuration } = this.#options.rachis;
    if (configuration === null)
      throw new ClusterOperationError('This node is in no cluster; bootstrap it first.');
    return configuration;
  }

  #node(tag: string): ClusterNode {
    const { nodes } = this.#configuration();
    const node = nodes.find((candidate) => candidate.tag === tag);
    if (node !== undefined) return node;
    const tags = nodes.map((known) => known.tag).join(', ');
    throw new ClusterOperationError(`There is no node ${tag} in the cluster; its nodes are ${tags}.`);
  }

  /** One look at a time; a failure is tried again at the next. */
  async #tend(): Promise<void> {
    if (this.#isTending) return;
    this.#isTending = true;
    try {
      await this.#tellAddresses();
      await this.#tellZone();
      if (this.#options.rachis.isLeader) await this.#scrubStrangers();
    } catch (error) {
      this.#options.logger.debug('The membership could not be tended', { error: String(error) });
    } finally {
      this.#isTending = false;
    }
  }

  /** A node that comes back at another address tells the cluster. */
  async #tellAddresses(): Promise<void> {
    const { rachis, addresses, logger } = this.#options;
    const own =
      rachis.tag === '?' ? undefined : rachis.configuration?.nodes.find((node) => node.id === rachis.id);
    if (own === undefined) return;
    const { url, tcpAddress } = addresses();
    if (own.url === url && own.tcpAddress === tcpAddress) return;
    await rachis.changeConfiguration({ upsert: [{ ...own, url, tcpAddress }] });
    logger.info(`Node ${own.tag} is at ${url} now`);
  }

  /** A node whose own configuration names its zone tells the cluster. */
  async #tellZone(): Promise<void> {
    const { rachis, nodes, zone, submit } = this.#options;
    const own = nodes.byTag(rachis.tag);
    if (zone === null || own === undefined || nodes.propertiesOf(own).zone === zone) return;
    await submit({ type: 'SetNodeProperties', node: own.tag, zone });
  }

  /** What names a node that left the cluster: the command that scrubs it was lost with somebody. */
  async #scrubStrangers(): Promise<void> {
    const { nodes, records } = this.#options;
    const named = records().flatMap(({ record }) => [
      ...holdersOf(record.Topology),
      ...Object.keys(record.DeletionInProgress),
    ]);
    const stranger = [...named, ...nodes.stored.keys()].find((tag) => nodes.byTag(tag) === undefined);
    if (stranger !== undefined) await this.#options.submit({ type: 'RemoveNodeFromCluster', node: stranger });
  }
}
