import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { KubeError } from './kube-error.ts';
import {
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_MAX,
  CREDENTIALS_FRESH_MS,
  KEEP_ALIVE_MS,
  KEEP_ALIVE_PROBE_MS,
} from './limits.ts';

/** Where the cluster and the credentials come from. */
export interface KubeConfigSource {
  /** Path of a kubeconfig file; without it KUBECONFIG, `~/.kube/config`, or the ServiceAccount of this pod. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig file; without it the current one. */
  readonly context?: string;
}

/** What one request needs: the address to start from, the shared connections, and who we are. */
export interface ReadyConnection {
  /** Without a slash at the end; may have a path of its own. */
  readonly baseUrl: string;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the kubeconfig says about the handshake; only what it says. */
interface TlsOptions {
  ca?: NonNullable<RequestOptions['ca']>;
  cert?: NonNullable<RequestOptions['cert']>;
  key?: NonNullable<RequestOptions['key']>;
  rejectUnauthorized?: boolean;
  servername?: string;
}

/** @throws KubeError NoCredentials when the file cannot be used or has no such context */
export function loadKubeConfig({ kubeconfig, context }: KubeConfigSource): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const place = kubeconfig ?? 'The kubeconfig';
    throw new KubeError(`${place} cannot be used: ${why}`, { code: 0, reason: 'NoCredentials', cause });
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.getContexts().map(({ name }) => name);
      throw new KubeError(`There is no context ${context} in the kubeconfig; it has ${known.join(', ')}`, {
        code: 0,
        reason: 'NoCredentials',
      });
    }
    config.setCurrentContext(context);
  }
  return config;
}

/**
 * One set of connections for all requests. The library would make a new one for each request, with a TLS handshake each
 * time; so only its reading of kubeconfigs, token files and credential plugins is used.
 */
export class KubeConnection {
  readonly #config: KubeConfig;
  readonly #onConnect: () => void;
  readonly #clock: Clock;
  readonly #retired = new Set<Dispatcher>();
  #ready:
    | { readonly connection: ReadyConnection; readonly identity: string; readonly atMs: number }
    | undefined;
  #opening: Promise<ReadyConnection> | undefined;

  /** @param onConnect called for each connection that is opened, before its handshake */
  constructor(config: KubeConfig, onConnect: () => void, clock: Clock = SYSTEM_CLOCK) {
    this.#config = config;
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
    const options = await this.#credentials();
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) {
      throw new KubeError('The kubeconfig has no current cluster: name a context', {
        code: 0,
        reason: 'NoCredentials',
      });
    }
    const identity = [cluster.server, options.ca, options.cert, options.key, options.servername]
      .map(String)
      .join('\0');
    const previous = this.#ready;
    const isSame = previous?.identity === identity;
    const connection = {
      baseUrl: cluster.server.replace(/\/+$/, ''),
      dispatcher: isSame ? previous.connection.dispatcher : this.#dispatcher(options),
      headers: headersOf(options),
    };
    this.#ready = { connection, identity, atMs: this.#clock.nowMs() };
    if (previous !== undefined && !isSame) this.#retire(previous.connection.dispatcher);
    return connection;
  }

  async #credentials(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
      return options;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new KubeError(`The credentials of the kubeconfig cannot be used: ${why}`, {
        code: 0,
        reason: 'NoCredentials',
        cause,
      });
    }
  }

  #dispatcher(options: RequestOptions): Dispatcher {
    const tls = tlsOptions(options);
    const chosen = this.#config.createDispatcherOptions(this.#config.getCurrentCluster(), tls);
    const pool = { connections: CONNECTIONS_MAX, keepAliveTimeout: KEEP_ALIVE_MS };
    if (chosen.type === 'socks') {
      throw new KubeError(`Proxy ${chosen.uri}: only HTTP proxies are supported`, {
        code: 0,
        reason: 'NoCredentials',
      });
    }
    if (chosen.type === 'proxy') {
      return new ProxyAgent({ ...pool, uri: chosen.uri, requestTls: tls, allowH2: false });
    }
    // HTTP/1.1: each watch has a connection for itself, so one that hangs holds up nothing else.
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

function tlsOptions({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
}

function headersOf({ headers, auth }: RequestOptions): Readonly<Record<string, string>> {
  const entries = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  if (typeof auth === 'string') {
    entries.push(['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`]);
  }
  return Object.fromEntries(entries);
}
