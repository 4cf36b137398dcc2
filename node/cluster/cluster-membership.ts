import { randomUUID } from 'node:crypto';
import type { Logger } from '../observability/logger.ts';
import type { ClusterNode, Configuration } from '../rachis/core/configuration.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { NodeAddresses } from '../rachis/rachis-options.ts';
import type { PeerFetch } from '../security/peer-https.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { ClusterOperationError } from './cluster-error.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { checkJoiner } from './command-version.ts';
import { askForIntroduction, planInvitation } from './invitation.ts';
import { ADDRESS_CHECK_MS } from './limits.ts';
import { RegularWork } from './regular-work.ts';
import { holdersOf, refuseUnfilledRest } from './state/change-topology.ts';
import type { StoredRecord } from './state/stored-record.ts';

export interface ClusterMembershipOptions {
  readonly rachis: RachisNode;
  readonly nodes: ClusterNodes;
  readonly logger: Logger;
  readonly addresses: () => NodeAddresses;
  readonly fetch: PeerFetch;
  /** Zone of this node by its own configuration; null: not told there. */
  readonly zone: string | null;
  /** Of the commands that this program knows. */
  readonly commandVersion: number;
  readonly records: () => readonly StoredRecord[];
  readonly submit: (command: ClusterCommand) => Promise<unknown>;
  /** Resolves when the node with this tag has applied what the leader has now. Rejects when that takes too long. */
  readonly caughtUp: (tag: string) => Promise<void>;
}

interface InvitedNode {
  readonly node: ClusterNode;
  /** Of the commands that it knows, by its own account. */
  readonly commandVersion: number;
}

/** Who is in the cluster: an administrator's changes, and three duties that need no administrator. */
export class ClusterMembership {
  readonly #options: ClusterMembershipOptions;
  #tending: RegularWork | undefined;

  constructor(options: ClusterMembershipOptions) {
    this.#options = options;
  }

  serve(): void {
    this.#tending = new RegularWork({
      periodMs: ADDRESS_CHECK_MS,
      logger: this.#options.logger,
      failure: 'The membership could not be tended',
      work: () => this.#tend(),
    });
  }

  close(): void {
    this.#tending?.close();
  }

  /** A passive node becomes a cluster of its own; in a cluster nothing happens. */
  async bootstrap(): Promise<void> {
    const { rachis, commandVersion } = this.#options;
    if (rachis.tag !== '?') return;
    await rachis.bootstrap(randomUUID());
    await this.#versionIs(rachis.tag, commandVersion);
  }

  /** Invites the node at `url`: it joins without a vote and becomes a member when it has caught up. */
  async add(url: string, options: { readonly tag?: string; readonly watcher?: boolean }): Promise<void> {
    await this.#join(await this.#invited(url, options));
  }

  /**
   * Puts the node at `url` in the place of the one with this tag: it joins without a vote, and when it has what the
   * cluster has, one joint step makes it what the other was and takes that one out. At no moment is the quorum larger
   * than before. Its copies of databases go as those of a node that is removed.
   */
  async replace(tag: string, url: string, options: { readonly tag?: string } = {}): Promise<void> {
    const { rachis, nodes, records, submit } = this.#options;
    // The same request again, whose first answer was lost.
    if (nodes.byTag(tag) === undefined && (await this.#isNodeAt(url))) return;
    const leaving = this.#node(tag);
    refuseLossOfOnlyCopies(tag, records());
    const invited = await this.#invited(url, { ...options, watcher: true });
    const joining = invited.node;
    if (joining.id === leaving.id) throw new ClusterOperationError(`Node ${tag} can't take its own place.`);
    // One that is in the cluster already, from an earlier try, keeps the role it has.
    await this.#join(invited);
    await this.#options.caughtUp(joining.tag);
    await submit({ type: 'RemoveNodeFromCluster', node: tag });
    const { role } = nodes.byTag(tag) ?? leaving;
    await rachis.changeConfiguration({ upsert: [{ ...joining, role }], remove: [leaving.id] });
  }

  /**
   * Removes a node, and its copies from every database group. Refused while a database has its only copy there, or the
   * only one that is not being filled yet: with the node the data would go.
   */
  async remove(tag: string): Promise<void> {
    const { rachis, submit } = this.#options;
    const node = this.#node(tag);
    // First the groups, which refuses a loss; then the membership. In between, the node is one without databases.
    await submit({ type: 'RemoveNodeFromCluster', node: tag });
    await rachis.changeConfiguration({ remove: [node.id] });
  }

  /**
   * On the leader, just before nodes that are new go into the configuration. Throws ClusterOperationError when one does
   * not know what may be in the log.
   */
  admit(joining: readonly ClusterNode[], introductions: Readonly<Record<string, unknown>>): void {
    for (const { id, url } of joining) {
      const version = introductions[id];
      // Without one, a node of an earlier release has invited it, and looked itself.
      if (typeof version === 'number') checkJoiner(url, version, this.#options.nodes.versions());
    }
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

  async #isNodeAt(url: string): Promise<boolean> {
    const { serverId } = await askForIntroduction(url, this.#options.fetch);
    return this.#configuration().nodes.some((node) => node.id === serverId);
  }

  async #invited(
    url: string,
    options: { readonly tag?: string; readonly watcher?: boolean },
  ): Promise<InvitedNode> {
    const introduction = await askForIntroduction(url, this.#options.fetch);
    const { commandVersion } = introduction;
    checkJoiner(url, commandVersion, this.#options.nodes.versions());
    return { node: planInvitation(this.#configuration(), url, introduction, options), commandVersion };
  }

  /** The leader looks at its version again: meanwhile all others may have come to know more. */
  async #join({ node, commandVersion }: InvitedNode): Promise<void> {
    const introductions = { [node.id]: commandVersion };
    await this.#options.rachis.changeConfiguration({ upsert: [node], introductions });
    await this.#versionIs(node.tag, commandVersion);
  }

  /** A new node would tell so itself, a little later: until then commands wait that are newer than the first ones. */
  async #versionIs(tag: string, commandVersion: number): Promise<void> {
    const { submit, logger } = this.#options;
    try {
      await submit({ type: 'SetNodeProperties', node: tag, commandVersion });
    } catch (error) {
      logger.debug(`Node ${tag} will have to tell its version itself`, { error: String(error) });
    }
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
    await this.#tellAddresses();
    await this.#tellZone();
    await this.#tellVersion();
    if (this.#options.rachis.isCaughtUpLeader) await this.#scrubStrangers();
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

  /** A node that was updated tells which commands it knows; one that was set back, too. */
  async #tellVersion(): Promise<void> {
    const { rachis, nodes, commandVersion, submit } = this.#options;
    const told = nodes.versions().find(({ tag }) => tag === rachis.tag);
    if (told === undefined || told.version === commandVersion) return;
    await submit({ type: 'SetNodeProperties', node: told.tag, commandVersion });
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

/** Said before anything is begun; the state machine has the last word. */
function refuseLossOfOnlyCopies(tag: string, records: readonly StoredRecord[]): void {
  for (const { record } of records) refuseUnfilledRest(record, tag);
  const lost = records
    .map(({ record }) => record)
    .filter(({ Topology }) => holdersOf(Topology).every((holder) => holder === tag))
    .filter(({ Topology }) => holdersOf(Topology).length > 0)
    .map(({ DatabaseName }) => DatabaseName);
  if (lost.length === 0) return;
  throw new ClusterOperationError(
    `Node ${tag} holds the only copy of ${lost.join(', ')}. Add a copy on another node, or delete the database, before replacing the node.`,
  );
}
