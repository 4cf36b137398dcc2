import type { Peer } from '../security/authority.ts';
import { Query } from './parameters/query.ts';
import type { HttpRequest } from './request.ts';

export interface InnerRequestOptions {
  readonly outer: HttpRequest;
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A request that came inside another one. It has the other's sender, and headers of its own. */
export class InnerRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: Query;
  readonly #options: InnerRequestOptions;

  constructor(options: InnerRequestOptions) {
    this.#options = options;
    this.method = options.method;
    this.url = options.url;
    const queryStart = options.url.indexOf('?');
    this.path = queryStart < 0 ? options.url : options.url.slice(0, queryStart);
    this.query = new Query(queryStart < 0 ? '' : options.url.slice(queryStart + 1));
  }

  get baseUrl(): string {
    return this.#options.outer.baseUrl;
  }

  get peer(): Peer | null {
    return this.#options.outer.peer;
  }

  get signal(): AbortSignal {
    return this.#options.outer.signal;
  }

  header(name: string): string | undefined {
    return this.#options.headers.get(name);
  }

  async body(): Promise<Buffer> {
    return this.#options.body;
  }

  async *stream(): AsyncGenerator<Buffer> {
    yield this.#options.body;
  }
}
