import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import {
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_MAX,
  CREDENTIALS_FRESH_MS,
  KEEP_ALIVE_MS,
  KEEP_ALIVE_PROBE_MS,
} from './limits.ts';

/** What one request needs: the address to start from, the shared connections, and who we are. */
export interface ReadyConnection {
  /** Without a slash at the end; may have a path of its own. */
  readonly baseUrl: string;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

interface Ready {
  readonly connection: ReadyConnection;
  /** What the connections were made with. */
  readonly identity: string;
  readonly atMs: number;
}

/** One set of connections for all requests, with credentials that are followed as they change. */
export class KubeConnection {
  readonly #source: CredentialSource;
  readonly #onConnect: () => void;
  readonly #clock: Clock;
  readonly #retired = new Set<Dispatcher>();
  #ready: Ready | undefined;
  #opening: Promise<ReadyConnection> | undefined;

  /** @param onConnect called for each connection that is opened, before its handshake */
  constructor(source: CredentialSource, onConnect: () => void, clock: Clock = SYSTEM_CLOCK) {
    this.#source = source;
    this.#onConnect = onConnect;
    this.#clock = clock;
  }

  /**
   * The connections, with credentials that are fresh enough. Files are read again and plugins asked again now and then;
   * other certificates mean other connections.
   *
   * @throws KubeError NoCredentials
   */
  async open(): Promise<ReadyConnection> {
    const ready = this.#ready;
    if (ready !== undefined && this.#clock.nowMs() - ready.atMs < CREDENTIALS_FRESH_MS)
      return ready.connection;
    this.#opening ??= this.#refresh().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Breaks every connection, whatever is on it. */
  async close(): Promise<void> {
    const current = this.#ready?.connection.dispatcher;
    this.#ready = undefined;
    const all = [...this.#retired, ...(current === undefined ? [] : [current])];
    this.#retired.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  async #refresh(): Promise<ReadyConnection> {
    const credentials = await this.#source.read();
    const identity = JSON.stringify([credentials.server, credentials.proxy, credentials.tls]);
    const previous = this.#ready;
    const isSame = previous?.identity === identity;
    const connection = {
      baseUrl: credentials.server.replace(/\/+$/, ''),
      dispatcher: isSame ? previous.connection.dispatcher : this.#dispatcher(credentials),
      headers: credentials.headers,
    };
    this.#ready = { connection, identity, atMs: this.#clock.nowMs() };
    if (previous !== undefined && !isSame) this.#retire(previous.connection.dispatcher);
    return connection;
  }

  #dispatcher({ tls, proxy }: Credentials): Dispatcher {
    const pool = { connections: CONNECTIONS_MAX, keepAliveTimeout: KEEP_ALIVE_MS };
    // HTTP/1.1: each watch has a connection for itself, so one that hangs holds up nothing else.
    if (proxy !== undefined) return new ProxyAgent({ ...pool, uri: proxy, requestTls: tls, allowH2: false });
    const connect = buildConnector({
      ...tls,
      allowH2: false,
      timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    });
    return new Agent({
      ...pool,
      allowH2: false,
      connect: (target, done) => {
        this.#onConnect();
        connect(target, done);
      },
    });
  }

  /** Requests on the old connections come to their end; watches do when the API server ends them. */
  #retire(dispatcher: Dispatcher): void {
    this.#retired.add(dispatcher);
    void dispatcher.close().finally(() => this.#retired.delete(dispatcher));
  }
}
