import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { Agent, fetch as undiciFetch } from 'undici';
import type { ClientIdentity } from '../../certificates/client-identity.ts';
import { TUNNEL_TIMEOUT_MS } from '../limits.ts';
import type { StreamOpener } from './pod-stream.ts';

/** Which node, and how it is spoken to. */
export interface TunnelTarget {
  /** For messages. */
  readonly pod: string;
  /** The name in the certificate of the node. */
  readonly host: string;
  /** Absent where the cluster does without TLS. */
  readonly identity?: ClientIdentity;
  readonly open: StreamOpener;
}

/** `fetch` to one node over streams that somebody else opens. TLS goes from here to the node. */
export class NodeTunnel {
  readonly #target: TunnelTarget;
  readonly #agent: Agent;

  constructor(target: TunnelTarget) {
    this.#target = target;
    this.#agent = new Agent({
      connect: (_options, done) => {
        this.#connect().then(
          // undici wants a socket, and uses of it what every stream has.
          (stream) => done(null, stream as never),
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
        );
      },
      // A connection for each request: none is kept that could have broken since.
      pipelining: 0,
    });
  }

  /** @throws Error that says what stands between here and the node */
  readonly fetch: typeof fetch = (async (input: string | URL, init?: RequestInit) => {
    try {
      const options = init as Parameters<typeof undiciFetch>[1];
      return await undiciFetch(input, { ...options, dispatcher: this.#agent });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Pod ${this.#target.pod} cannot be reached: ${why}`, { cause: error });
    }
  }) as unknown as typeof fetch;

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #connect(): Promise<Duplex> {
    const over = new AbortController();
    const late = pause(TUNNEL_TIMEOUT_MS, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new Error(`no connection within ${TUNNEL_TIMEOUT_MS / 1_000} s`);
    });
    const opened = this.#target.open().then((stream) => this.#secure(stream));
    try {
      return await Promise.race([opened, late]);
    } finally {
      over.abort();
    }
  }

  async #secure(stream: Duplex): Promise<Duplex> {
    const { identity, host } = this.#target;
    if (identity === undefined) return stream;
    const { certificate, key, trust } = identity;
    const options = { servername: host, cert: certificate, key: key.reveal(), ca: trust };
    const socket = connectTls({ ...options, socket: stream });
    // Errors that follow the one that ended the wait are news to nobody.
    socket.on('error', () => undefined);
    // TLS only hears that the stream under it was closed, not why.
    const broken = once(stream, 'error').then(([error]) => Promise.reject(error));
    await Promise.race([once(socket, 'secureConnect'), broken]);
    return socket;
  }
}
