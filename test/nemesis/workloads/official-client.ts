import { AsyncLocalStorage } from 'node:async_hooks';
import { DocumentStore, type IDocumentSession, type SessionOptions } from 'ravendb';
import type { Outcome, Site } from './workload.ts';

/** Longest wait of the client for one answer of one node, in milliseconds; then it tries the next by itself. */
const REQUEST_TIMEOUT_MS = 3_000;

/** Names of the client's errors for what was decided against it. */
const REFUSED = new Set(['ClusterTransactionConcurrencyException', 'ConcurrencyException']);

/**
 * The published client, which follows the topology and fails over by itself. It goes straight to the nodes, as all clients
 * here do: what is cut are the links between them.
 */
export class OfficialClient {
  /** Where nodes say they are, and where they are. */
  readonly #straight = new Map<string, string>();
  /** How often the batch that is being saved was sent. */
  readonly #sent = new AsyncLocalStorage<{ times: number }>();
  #site: Site | undefined;
  #store: DocumentStore | undefined;

  open(site: Site): void {
    this.#site = site;
    const store = new DocumentStore(
      site.members.map(({ publicUrl }) => publicUrl),
      site.database,
    );
    store.conventions.requestTimeout = REQUEST_TIMEOUT_MS;
    // Loads go to all of them, writes to the first that is well.
    store.conventions.readBalanceBehavior = 'RoundRobin';
    // The client says that it has no dispatcher, and fetch takes that for one.
    store.conventions.customFetch = (url: string, { dispatcher, ...options }: RequestInit) => {
      const sent = this.#sent.getStore();
      if (sent !== undefined && options.method === 'POST') sent.times++;
      return fetch(this.#straightened(url), options);
    };
    store.initialize();
    this.#store = store;
  }

  /** Throws before it is open. */
  session(options: SessionOptions = {}): IDocumentSession {
    if (this.#store === undefined) throw new Error('The client is not open.');
    return this.#store.openSession(options);
  }

  /**
   * Saves. Only what was sent once is refused for certain: the client gives each attempt a request id of its own, so that
   * after a first one without an answer the next may find itself too late.
   */
  async save(session: IDocumentSession): Promise<Outcome> {
    const sent = { times: 0 };
    try {
      await this.#sent.run(sent, () => session.saveChanges());
      return { type: 'ok' };
    } catch (error) {
      const name = errorName(error);
      return { type: REFUSED.has(name) && sent.times === 1 ? 'fail' : 'info', error: name };
    }
  }

  readonly close = (): void => {
    this.#store?.dispose();
  };

  #straightened(asked: string): string {
    for (const { publicUrl, url } of this.#site?.members ?? []) this.#straight.set(publicUrl, url);
    const { origin } = new URL(asked);
    const straight = this.#straight.get(origin);
    return straight === undefined ? asked : straight + asked.slice(origin.length);
  }
}

/** The name of the client's error; errors of its HTTP come as they are. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
