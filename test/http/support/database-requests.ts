import type { OneNode } from './one-node.ts';
import { type RawResponse, send } from './raw-http.ts';

/** Requests to one database of a node. */
export class DatabaseRequests {
  readonly #node: OneNode;
  readonly #name: string;

  constructor(node: OneNode, name: string) {
    this.#node = node;
    this.#name = name;
  }

  /** `path`: behind the database's own; `body`: sent as JSON. */
  at(path: string, method = 'GET', body?: unknown): Promise<RawResponse> {
    return send(this.#node.port, `/databases/${this.#name}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  put(id: string, collection: string, document: object): Promise<RawResponse> {
    return this.at(`/docs?id=${id}`, 'PUT', { ...document, '@metadata': { '@collection': collection } });
  }
}
