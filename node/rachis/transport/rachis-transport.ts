import type { WireConnector } from '../../wire/connect.ts';
import type { FrameConnection } from '../../wire/frame-connection.ts';
import type { ClusterNode } from '../core/configuration.ts';
import type { Message } from '../core/message.ts';
import { BULK_MESSAGE_BYTES, DIAL_TIMEOUT_MS } from '../limits.ts';
import type { Hello } from './hello.ts';
import type { LinkConnection, LinkHandlers } from './link-connection.ts';
import { type DialledConnection, PeerLink } from './peer-link.ts';

/** Version of the Cluster operation: our own framing. */
export const CLUSTER_WIRE_VERSION = 1;

export interface TransportOptions {
  readonly ownId: string;
  readonly connect: WireConnector;
  readonly handlers: LinkHandlers;
  /** Cluster and tag to present; null while this node is in no cluster: then it dials nobody. */
  presentation(): { readonly clusterId: string; readonly tag: string } | null;
  onConnected(peerId: string): void;
  onRefused(peerId: string): void;
  onTurnedAway(node: ClusterNode, reason: string): void;
  /** After this much silence a connection is dead, in milliseconds. */
  readonly deadMs: number;
  /** A node that left the configuration is still told so for this long, in milliseconds. */
  readonly retireMs: number;
}

export interface LinkStatus {
  readonly isConnected: boolean;
  readonly error: string | null;
  /** By this process's monotonic clock; 0: never. */
  readonly lastSentMs: number;
}

/** All links of a node, by the id of the peer. */
export class RachisTransport {
  readonly #options: TransportOptions;
  readonly #links = new Map<string, PeerLink>();
  readonly #retirements = new Map<string, NodeJS.Timeout>();
  readonly #checkTimer: NodeJS.Timeout;
  #peers: readonly ClusterNode[] = [];

  constructor(options: TransportOptions) {
    this.#options = options;
    const pingMs = options.deadMs / 4;
    this.#checkTimer = setInterval(() => {
      const now = performance.now();
      for (const link of this.#links.values()) link.check(now, pingMs, options.deadMs);
    }, pingMs);
  }

  /** The other nodes of the configuration in force. */
  setPeers(nodes: readonly ClusterNode[]): void {
    const wanted = nodes.filter((node) => node.id !== this.#options.ownId);
    for (const node of wanted) {
      clearTimeout(this.#retirements.get(node.id));
      this.#retirements.delete(node.id);
      this.#link(node.id).pointTo(node);
    }
    for (const { id } of this.#peers) {
      if (wanted.some((node) => node.id === id) || this.#retirements.has(id)) continue;
      const timer = setTimeout(() => this.#drop(id), this.#options.retireMs);
      this.#retirements.set(id, timer);
    }
    this.#peers = wanted;
  }

  /** A connection that another node dialled, and whose hello was accepted. */
  accept(connection: FrameConnection, hello: Hello): void {
    this.#link(hello.sourceId).adopt({ connection, clusterId: hello.clusterId });
  }

  connectionTo(id: string): LinkConnection | null {
    return this.#links.get(id)?.connection ?? null;
  }

  /** Drops what can't be sent, as the network might. */
  send(to: string, messages: readonly Message[]): void {
    const connection = this.connectionTo(to);
    if (connection === null) return;
    const bulk = messages.filter(isBulk);
    const urgent = bulk.length === 0 ? messages : messages.filter((message) => !isBulk(message));
    if (urgent.length > 0) connection.sendMessages(urgent);
    for (const message of bulk) connection.sendMessages([message]);
  }

  /** The peer leads no more: what it was asked should be asked of the next one. */
  failRequests(id: string, reason: string): void {
    this.#links.get(id)?.failRequests(reason);
  }

  status(id: string): LinkStatus {
    const link = this.#links.get(id);
    return {
      isConnected: link !== undefined && link.connection !== null,
      error: link?.error ?? null,
      lastSentMs: link?.lastSentMs ?? 0,
    };
  }

  /** Ends every link at once, without a word: this node is not of their cluster any more. */
  leaveEverybody(): void {
    for (const timer of this.#retirements.values()) clearTimeout(timer);
    this.#retirements.clear();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#peers = [];
  }

  close(): void {
    clearInterval(this.#checkTimer);
    this.leaveEverybody();
  }

  #link(id: string): PeerLink {
    const known = this.#links.get(id);
    if (known !== undefined) return known;
    const { ownId, handlers, onConnected, onRefused, onTurnedAway } = this.#options;
    const link = new PeerLink({
      peerId: id,
      ownId,
      handlers,
      onConnected,
      onRefused,
      onTurnedAway,
      dial: (node) => this.#dial(node),
    });
    this.#links.set(id, link);
    return link;
  }

  async #dial(node: ClusterNode): Promise<DialledConnection> {
    const own = this.#options.presentation();
    if (own === null) throw new Error('this node is in no cluster');
    const hello: Hello = {
      clusterId: own.clusterId,
      sourceId: this.#options.ownId,
      sourceTag: own.tag,
      destinationId: node.id,
      destinationTag: node.tag,
    };
    const connection = await this.#options.connect({
      address: node.tcpAddress,
      operation: 'Cluster',
      version: CLUSTER_WIRE_VERSION,
      sourceNodeTag: own.tag,
      info: { ...hello },
      timeoutMs: DIAL_TIMEOUT_MS,
    });
    return { connection, clusterId: own.clusterId };
  }

  #drop(id: string): void {
    this.#retirements.delete(id);
    this.#links.get(id)?.close();
    this.#links.delete(id);
  }
}

function isBulk(message: Message): boolean {
  if (message.type !== 'AppendEntries') return false;
  let bytes = 0;
  for (const entry of message.entries) {
    if (entry.kind === 'command') bytes += entry.data.byteLength;
    if (bytes >= BULK_MESSAGE_BYTES) return true;
  }
  return false;
}
