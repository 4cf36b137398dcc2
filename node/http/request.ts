import type { Peer } from '../security/authority.ts';
import type { Query } from './parameters/query.ts';

/** A request as handlers see it: they know neither node:http nor express, and can't tell who read it. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As received, without the query. */
  readonly path: string;
  readonly query: Query;
  /** Path and query as received. */
  readonly url: string;
  /** Scheme and authority the client used, for instance `http://127.0.0.1:8080`; answers name this node by it. */
  readonly baseUrl: string;
  /** Who sent it; null over plain HTTP, where everybody may do everything. */
  readonly peer: Peer | null;
  /** The name in lower case. */
  header(name: string): string | undefined;
  /** The whole body, decoded. Bounded: rejects with a BodyTooLargeError. Ask once. */
  body(): Promise<Buffer>;
  /** The decoded body as it arrives, unbounded. Ask once, and instead of `body`. May be left at any chunk. */
  stream(): AsyncIterableIterator<Buffer>;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}
