import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Peer } from '../../security/authority.ts';
import { Query } from '../parameters/query.ts';
import type { HttpRequest } from '../request.ts';
import type { BodyBudget } from './body-budget.ts';
import { BodyChunks } from './body-chunks.ts';
import type { Channel } from './channel.ts';
import { decodedBody, gatherBody } from './request-body.ts';

const NO_PARAMETERS = new Query('');

/** A request that node:http read. Everything is worked out when asked for: a hot request asks for little. */
export class NodeHttpRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #channel: Channel;
  readonly #budget: BodyBudget;
  readonly #queryStart: number;
  #query: Query | undefined;
  #abort: AbortController | undefined;
  #release: (() => void) | undefined;

  constructor(message: IncomingMessage, response: ServerResponse, channel: Channel, budget: BodyBudget) {
    this.#message = message;
    this.#response = response;
    this.#channel = channel;
    this.#budget = budget;
    this.method = message.method ?? 'GET';
    const url = message.url ?? '/';
    this.url = url;
    this.#queryStart = url.indexOf('?');
    this.path = this.#queryStart < 0 ? url : url.slice(0, this.#queryStart);
  }

  get query(): Query {
    if (this.#queryStart < 0) return NO_PARAMETERS;
    this.#query ??= new Query(this.url.slice(this.#queryStart + 1));
    return this.#query;
  }

  get peer(): Peer | null {
    return this.#channel.peer;
  }

  get baseUrl(): string {
    return `${this.#channel.scheme}://${this.#message.headers.host ?? 'localhost'}`;
  }

  header(name: string): string | undefined {
    const value = this.#message.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  body(): Promise<Buffer> {
    const { body, release } = gatherBody(this.#message, this.#budget);
    this.#release = release;
    return body;
  }

  stream(): AsyncIterableIterator<Buffer> {
    return new BodyChunks(decodedBody(this.#message));
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      this.#response.once('close', () => abort.abort());
    }
    return this.#abort.signal;
  }

  /** The answer is there: the body's memory is free again. */
  done(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Throws away what is left of the body; resolves when there is no more, or after `withinMs`. */
  drain(withinMs: number): Promise<void> {
    const message = this.#message;
    if (message.complete || message.destroyed) return Promise.resolve();
    message.unpipe();
    message.resume();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        message.off('end', done);
        message.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      message.on('end', done);
      message.on('close', done);
    });
  }
}
