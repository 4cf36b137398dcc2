import type { ReplicationClock } from '../../../node/replication/replication-clock.ts';
import type { ReplicationConnection } from '../../../node/replication/replication-connection.ts';
import { decodeMessage } from '../../../node/replication/replication-message.ts';
import type { OperationHeader } from '../../../node/wire/operation-header.ts';
import type { LinkCuts } from '../kernel/link-cuts.ts';

type NetworkTime = Pick<ReplicationClock, 'now' | 'random' | 'after'>;
type Cuts = Pick<LinkCuts<string>, 'isCut'>;
type Accept = (connection: ReplicationConnection, header: OperationHeader) => void;

/** Counts of what was sent, to see whether a group falls silent. */
export interface Traffic {
  batches: number;
  items: number;
}

/** One end of a virtual connection: frames arrive in order, late, or never if it breaks first. */
class VirtualConnection implements ReplicationConnection {
  readonly remote: string;
  readonly bytesReceived = 0;
  bytesSent = 0;
  isClosed = false;
  peer: VirtualConnection | null = null;
  readonly #network: VirtualNetwork;
  readonly #link: readonly [string, string];
  readonly #closeListeners: ((error: Error | null) => void)[] = [];
  #listener: ((payload: Buffer) => void) | null = null;
  #waiting: Buffer[] = [];
  readonly #onTheWay: Buffer[] = [];
  #isPaused = false;
  #lastArrival = 0;

  constructor(network: VirtualNetwork, link: readonly [string, string]) {
    this.#network = network;
    this.#link = link;
    this.remote = link[1];
  }

  get nodes(): readonly [string, string] {
    return this.#link;
  }

  send(payload: Uint8Array): boolean {
    if (this.isClosed) return false;
    const { time, traffic } = this.#network;
    const bytes = Buffer.from(payload);
    const message = decodeMessage(bytes);
    if (message.type === 'batch') {
      traffic.batches++;
      traffic.items += message.itemCount;
    }
    this.bytesSent += bytes.byteLength;
    const to = this.peer;
    // In order, each with its own delay.
    this.#lastArrival = Math.max(this.#lastArrival, time.now() + this.#network.delayMs());
    this.#onTheWay.push(bytes);
    time.after(this.#lastArrival - time.now(), () => this.#arrive(to));
    return time.random() > 0.1;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#network.time.after(this.#network.delayMs(), resolve);
    });
  }

  onFrame(listener: (payload: Buffer) => void): void {
    this.#listener = listener;
    this.#flush();
  }

  onClose(listener: (error: Error | null) => void): void {
    if (this.isClosed) queueMicrotask(() => listener(null));
    else this.#closeListeners.push(listener);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#flush();
  }

  close(error: Error | null = null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#network.forget(this);
    for (const listener of this.#closeListeners.splice(0)) listener(error);
    const { peer } = this;
    this.#network.time.after(this.#network.delayMs(), () => {
      if (peer !== null && !this.#network.isCut(this.#link)) peer.close();
    });
  }

  /** As TCP does: what meets a cut is sent again later, and nothing overtakes it. */
  #arrive(to: VirtualConnection | null): void {
    if (this.#network.isCut(this.#link)) {
      this.#network.time.after(20, () => this.#arrive(to));
      return;
    }
    const payload = this.#onTheWay.shift();
    if (payload !== undefined) to?.deliver(payload);
  }

  deliver(payload: Buffer): void {
    if (this.isClosed) return;
    this.#waiting.push(payload);
    this.#flush();
  }

  #flush(): void {
    while (this.#listener !== null && !this.#isPaused && !this.isClosed) {
      const payload = this.#waiting.shift();
      if (payload === undefined) return;
      try {
        this.#listener(payload);
      } catch (error) {
        this.close(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}

/** Connects nodes by name, delays and cuts. A cut link holds frames back without closing anything, as TCP does. */
export class VirtualNetwork {
  readonly time: NetworkTime;
  readonly traffic: Traffic = { batches: 0, items: 0 };
  readonly #listeners = new Map<string, Accept>();
  readonly #connections = new Set<VirtualConnection>();
  readonly #cuts: Cuts;
  readonly #isStopped: (node: string) => boolean;
  maxDelayMs = 5;

  /** `isStopped`: whether a process gets no time, so that what is sent to it waits. */
  constructor(time: NetworkTime, cuts: Cuts, isStopped: (node: string) => boolean = () => false) {
    this.time = time;
    this.#cuts = cuts;
    this.#isStopped = isStopped;
  }

  listen(node: string, accept: Accept): void {
    this.#listeners.set(node, accept);
  }

  connect(from: string, to: string, header: OperationHeader): Promise<ReplicationConnection> {
    return new Promise((resolve, reject) => {
      this.time.after(this.delayMs(), () => {
        const accept = this.#listeners.get(to);
        if (accept === undefined || this.isCut([from, to])) return reject(new Error(`${to} is unreachable`));
        const here = new VirtualConnection(this, [from, to]);
        const there = new VirtualConnection(this, [to, from]);
        here.peer = there;
        there.peer = here;
        this.#connections.add(here).add(there);
        accept(there, header);
        resolve(here);
      });
    });
  }

  delayMs(): number {
    return 0.1 + this.time.random() * this.maxDelayMs;
  }

  isCut([from, to]: readonly [string, string]): boolean {
    return this.#cuts.isCut(from, to) || this.#isStopped(to);
  }

  /** Breaks one connection, both ends. */
  breakOne(): void {
    const all = [...this.#connections];
    all[Math.floor(this.time.random() * all.length)]?.close(new Error('broken by the simulation'));
  }

  /** The node's process ended: no port, no connections. */
  remove(node: string): void {
    this.#listeners.delete(node);
    for (const connection of [...this.#connections]) {
      if (connection.nodes[0] === node) connection.close(new Error('the process ended'));
    }
  }

  forget(connection: VirtualConnection): void {
    this.#connections.delete(connection);
  }
}
