import type { FrameConnection } from '../../wire/frame-connection.ts';
import { WireRefusedError } from '../../wire/wire-error.ts';
import type { ClusterNode } from '../core/configuration.ts';
import { REDIAL_DELAY_MAX_MS, REDIAL_DELAY_MIN_MS } from '../limits.ts';
import { LinkConnection, type LinkHandlers } from './link-connection.ts';

/** A connection, and the cluster that it was made as a node of. */
export interface DialledConnection {
  readonly connection: FrameConnection;
  readonly clusterId: string;
}

export interface PeerLinkOptions {
  readonly peerId: string;
  readonly ownId: string;
  readonly handlers: LinkHandlers;
  /** Dials the peer at its present address. */
  dial(node: ClusterNode): Promise<DialledConnection>;
  onConnected(peerId: string): void;
  /** Nobody listens at the peer's address: its process is gone. */
  onRefused(peerId: string): void;
  /** The peer is there and does not want this node, for a reason that it had not given at the last try. */
  onTurnedAway(node: ClusterNode, reason: string): void;
}

/**
 * The link to one peer: a connection that this node dials and keeps up, and perhaps one that the peer dialled. Either
 * will do for sending.
 */
export class PeerLink {
  readonly #options: PeerLinkOptions;
  #node: ClusterNode | null = null;
  #outgoing: LinkConnection | null = null;
  #incoming: LinkConnection | null = null;
  #isDialling = false;
  #redialTimer: NodeJS.Timeout | undefined;
  #redialDelayMs = REDIAL_DELAY_MIN_MS;
  #error: string | null = null;
  #isClosed = false;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
  }

  /** Best connection for sending, or null. */
  get connection(): LinkConnection | null {
    return this.#outgoing ?? this.#incoming;
  }

  /** Why there is no connection that this node dialled, for people. */
  get error(): string | null {
    return this.#outgoing === null ? this.#error : null;
  }

  get lastSentMs(): number {
    return Math.max(this.#outgoing?.lastSentMs ?? 0, this.#incoming?.lastSentMs ?? 0);
  }

  /** Dials this node from now on, at once if its address is new. */
  pointTo(node: ClusterNode): void {
    const isMoved = this.#node?.tcpAddress !== node.tcpAddress;
    this.#node = node;
    if (isMoved) this.#outgoing?.close();
    if (this.#outgoing === null) this.#dialNow();
  }

  /** The peer is not one to dial any more; what it dialled stays. */
  stopDialling(): void {
    this.#node = null;
    clearTimeout(this.#redialTimer);
  }

  failRequests(reason: string): void {
    this.#outgoing?.failRequests(reason);
    this.#incoming?.failRequests(reason);
  }

  adopt(dialled: DialledConnection): void {
    this.#incoming?.close();
    const incoming = this.#wrap(dialled);
    this.#incoming = incoming;
    incoming.onClose(() => {
      if (this.#incoming === incoming) this.#incoming = null;
    });
    this.#options.onConnected(this.#options.peerId);
  }

  /** Keeps idle connections alive, and gives up those that have been silent for `deadMs`: TCP alone takes minutes. */
  check(nowMs: number, pingMs: number, deadMs: number): void {
    for (const connection of [this.#outgoing, this.#incoming]) {
      if (connection === null) continue;
      const silentMs = nowMs - connection.lastReceivedMs;
      if (silentMs > deadMs) connection.close(new Error(`silent for ${Math.round(silentMs)} ms`));
      else if (silentMs > pingMs && connection === this.#outgoing) connection.send({ kind: 'ping' });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.stopDialling();
    this.#outgoing?.close();
    this.#incoming?.close();
  }

  #wrap({ connection, clusterId }: DialledConnection): LinkConnection {
    const { peerId, ownId, handlers } = this.#options;
    return new LinkConnection(connection, { peerId, ownId, clusterId }, handlers);
  }

  #dialNow(): void {
    clearTimeout(this.#redialTimer);
    const node = this.#node;
    if (node === null || this.#isDialling || this.#isClosed) return;
    this.#isDialling = true;
    this.#options.dial(node).then(
      (dialled) => {
        this.#isDialling = false;
        if (this.#isClosed || this.#node?.tcpAddress !== node.tcpAddress) {
          dialled.connection.close();
          this.#dialNow();
        } else this.#connected(dialled);
      },
      (error: unknown) => this.#failed(node, error),
    );
  }

  #failed(node: ClusterNode, error: unknown): void {
    this.#isDialling = false;
    const { peerId, onRefused, onTurnedAway } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const isNews = reason !== this.#error;
    this.#error = reason;
    this.#redialLater();
    if (this.#isClosed) return;
    if (error instanceof WireRefusedError && isNews) onTurnedAway(node, reason);
    if (reason.includes('ECONNREFUSED')) onRefused(peerId);
  }

  #connected(dialled: DialledConnection): void {
    const outgoing = this.#wrap(dialled);
    this.#outgoing = outgoing;
    this.#error = null;
    this.#redialDelayMs = REDIAL_DELAY_MIN_MS;
    outgoing.onClose((error) => {
      if (this.#outgoing !== outgoing) return;
      this.#outgoing = null;
      this.#error = error?.message ?? 'the connection closed';
      this.#dialNow();
    });
    this.#options.onConnected(this.#options.peerId);
  }

  #redialLater(): void {
    if (this.#isClosed || this.#node === null) return;
    this.#redialTimer = setTimeout(() => this.#dialNow(), this.#redialDelayMs);
    this.#redialDelayMs = Math.min(REDIAL_DELAY_MAX_MS, this.#redialDelayMs * 2);
  }
}
