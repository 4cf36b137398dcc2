import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import type { ClientMetrics } from './client-metrics.ts';
import type { KubeConnection } from './kube-connection.ts';
import { errorOfAnswer, KubeError, type TransportReason } from './kube-error.ts';
import {
  REQUEST_BURST,
  REQUESTS_PER_SECOND,
  RESPONSE_BYTES_MAX,
  RETRY_AFTER_ATTEMPTS_MAX,
  RETRY_AFTER_WAIT_MAX_MS,
  TURN_WAIT_MAX_MS,
} from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** A request as the methods of the client put it together. */
export interface KubeRequest {
  /** For metrics: `get`, `apply` … */
  readonly verb: string;
  /** For metrics: plural of the kind, or `raw`. */
  readonly resource: string;
  /** For messages: `apply StatefulSet shop/db`. */
  readonly title: string;
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly accept?: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Does not wait for its turn: the renewal of a lease, which must not come late because of other work. */
  readonly isUrgent?: boolean | undefined;
  /** Hands a `Retry-After` to the caller at once instead of waiting so long. */
  readonly isPatient?: boolean | undefined;
}

/** An answer whose body is still to come; whoever has it reads or destroys the body. */
export interface OpenAnswer {
  readonly body: Dispatcher.ResponseData['body'];
}

/** Sends requests over the shared connection: in turn, with a deadline, a bound on the answer, and typed errors. */
export class KubeTransport {
  readonly #connection: KubeConnection;
  readonly #userAgent: string;
  readonly #metrics: ClientMetrics | undefined;
  readonly #bucket = new TokenBucket({ perSecond: REQUESTS_PER_SECOND, burst: REQUEST_BURST });

  constructor(options: {
    readonly connection: KubeConnection;
    readonly userAgent: string;
    readonly metrics: ClientMetrics | undefined;
  }) {
    this.#connection = options.connection;
    this.#userAgent = options.userAgent;
    this.#metrics = options.metrics;
  }

  /**
   * The whole answer, as text.
   *
   * @throws KubeError for every status of 400 and above, and when there is no answer
   */
  async send(wanted: KubeRequest): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(wanted, (answer) => boundedText(wanted, answer.body));
      } catch (error) {
        const waitMs =
          error instanceof KubeError && wanted.isPatient !== false ? error.retryAfterMs : undefined;
        const isWorthIt = waitMs !== undefined && waitMs <= RETRY_AFTER_WAIT_MAX_MS;
        if (!isWorthIt || attempt >= RETRY_AFTER_ATTEMPTS_MAX) throw error;
        await this.#wait(wanted, waitMs);
      }
    }
  }

  /** An answer that goes on for a while: `timeoutMs` is for its beginning, `signal` ends it. */
  open(wanted: KubeRequest): Promise<OpenAnswer> {
    return this.#attempt(wanted, async (answer) => answer);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** One exchange, from its turn to what `read` makes of a good answer. */
  async #attempt<T>(wanted: KubeRequest, read: (answer: OpenAnswer) => Promise<T>): Promise<T> {
    if (wanted.isUrgent !== true) await this.#awaitTurn(wanted);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), wanted.timeoutMs);
    const giveUp = () => deadline.abort();
    wanted.signal?.addEventListener('abort', giveUp, { once: true });
    if (wanted.signal?.aborted === true) giveUp();
    const startedMs = performance.now();
    let code = 0;
    try {
      const { baseUrl, dispatcher, headers } = await unlessAborted(this.#connection.open(), deadline.signal);
      const answer = await request(`${baseUrl}${wanted.path}${queryOf(wanted)}`, {
        dispatcher,
        method: wanted.method,
        headers: { ...headers, ...this.#headersOf(wanted) },
        ...(wanted.body === undefined ? {} : { body: JSON.stringify(wanted.body) }),
        signal: deadline.signal,
        // The deadline above is the one that counts.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      code = answer.statusCode;
      if (code >= 300) {
        const text = await boundedText(wanted, answer.body);
        throw errorOfAnswer(wanted.title, code, text, first(answer.headers['retry-after']));
      }
      return await read(answer);
    } catch (error) {
      throw asKubeError(error, wanted, deadline.signal);
    } finally {
      clearTimeout(timer);
      wanted.signal?.removeEventListener('abort', giveUp);
      const { verb, resource } = wanted;
      this.#metrics?.request({ verb, resource, code, elapsedMs: performance.now() - startedMs });
    }
  }

  #headersOf({ accept, body, contentType }: KubeRequest): Record<string, string> {
    return {
      'User-Agent': this.#userAgent,
      Accept: accept ?? 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': contentType ?? 'application/json' }),
    };
  }

  async #awaitTurn(wanted: KubeRequest): Promise<void> {
    const waitMs = this.#bucket.take(performance.now(), TURN_WAIT_MAX_MS);
    if (waitMs === undefined) {
      throw failure(wanted, 'Overloaded', `more than ${TURN_WAIT_MAX_MS / 1_000} s of requests wait already`);
    }
    if (waitMs === 0) return;
    this.#metrics?.turnWaited(waitMs);
    await this.#wait(wanted, waitMs);
  }

  async #wait(wanted: KubeRequest, waitMs: number): Promise<void> {
    try {
      await pause(waitMs, undefined, wanted.signal === undefined ? {} : { signal: wanted.signal });
    } catch (cause) {
      // The only thing that ends such a pause early.
      throw failure(wanted, 'Aborted', 'the caller gave up while it waited', cause);
    }
  }
}

/** The result, unless the signal comes first: a credential plugin may take for ever. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('Given up', { cause: signal.reason }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function queryOf({ query = {} }: KubeRequest): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

async function boundedText(wanted: KubeRequest, body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    // Leaving the loop destroys the body, and with it the connection.
    if (size > RESPONSE_BYTES_MAX) {
      throw failure(wanted, 'BadAnswer', `the answer is longer than ${RESPONSE_BYTES_MAX} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function asKubeError(error: unknown, wanted: KubeRequest, deadline: AbortSignal): KubeError {
  if (error instanceof KubeError) return error;
  if (wanted.signal?.aborted === true) return failure(wanted, 'Aborted', 'the caller gave up', error);
  if (deadline.aborted) {
    return failure(wanted, 'Timeout', `no answer within ${wanted.timeoutMs / 1_000} s`, error);
  }
  return failure(wanted, 'Unreachable', error instanceof Error ? error.message : String(error), error);
}

function failure(wanted: KubeRequest, reason: TransportReason, why: string, cause?: unknown): KubeError {
  return new KubeError(`${wanted.title}: ${reason}: ${why}`, { code: 0, reason, cause });
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
