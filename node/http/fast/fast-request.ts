import type { Peer } from '../../security/authority.ts';
import { Query } from '../parameters/query.ts';
import type { HttpRequest } from '../request.ts';
import type { Channel } from '../transport/channel.ts';
import { headerOf, type RequestHead } from './request-head.ts';

const NO_PARAMETERS = new Query('');

/** A request that the fast reader read: its body is here already. */
export class FastRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly peer: Peer | null;
  readonly #head: RequestHead;
  readonly #channel: Channel;
  readonly #body: Buffer;
  readonly #queryStart: number;
  #query: Query | undefined;

  constructor(head: RequestHead, path: string, body: Buffer, channel: Channel, signal: AbortSignal) {
    this.#head = head;
    this.#channel = channel;
    this.peer = channel.peer;
    this.#body = body;
    this.method = head.method;
    this.url = head.target;
    this.path = path;
    this.#queryStart = path.length === head.target.length ? -1 : path.length;
    this.signal = signal;
  }

  get query(): Query {
    if (this.#queryStart < 0) return NO_PARAMETERS;
    this.#query ??= new Query(this.url.slice(this.#queryStart + 1));
    return this.#query;
  }

  get baseUrl(): string {
    return `${this.#channel.scheme}://${this.header('host') ?? 'localhost'}`;
  }

  header(name: string): string | undefined {
    return headerOf(this.#head.headers, name);
  }

  body(): Promise<Buffer> {
    return Promise.resolve(this.#body);
  }

  async *stream(): AsyncIterableIterator<Buffer> {
    if (this.#body.byteLength > 0) yield this.#body;
  }
}
