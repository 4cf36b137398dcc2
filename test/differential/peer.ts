import { setTimeout as delay } from 'node:timers/promises';
import { DOCUMENTS } from './corpus/documents.ts';
import { INDEXES } from './corpus/indexes.ts';
import type { CorpusQuery } from './corpus/query-lists.ts';
import type { CorpusRequest } from './corpus/requests.ts';

/** How long indexes may take to catch up with the corpus, in milliseconds. */
const INDEXING_TIMEOUT_MS = 60_000;
/** How long one request may take, in milliseconds. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Status and body of an answer; the body is text where it is no JSON. */
export interface PeerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A server that speaks RavenDB's protocol, with the corpus in a database of its own. */
export class Peer {
  readonly #url: string;
  readonly #database: string;

  constructor(url: string, database: string) {
    this.#url = url.replace(/\/$/, '');
    this.#database = database;
  }

  /** Makes the database, stores the corpus and waits until every index has it. */
  async load(): Promise<void> {
    const name = this.#database;
    const record = { DatabaseName: name, Settings: {}, Disabled: false, Encrypted: false };
    await this.#expect('PUT', `/admin/databases?name=${name}&replicationFactor=1`, record);
    for (const { id, collection, body } of DOCUMENTS) {
      const document = { ...body, '@metadata': { '@collection': collection } };
      await this.#expect('PUT', `/databases/${name}/docs?id=${encodeURIComponent(id)}`, document);
    }
    await this.#expect('PUT', `/databases/${name}/admin/indexes`, { Indexes: INDEXES });
    const deadline = performance.now() + INDEXING_TIMEOUT_MS;
    for (;;) {
      const stats = (await this.#expect('GET', `/databases/${name}/stats`)) as {
        readonly Indexes: readonly { readonly Name: string; readonly IsStale: boolean }[];
      };
      const stale = stats.Indexes.filter(({ IsStale }) => IsStale).map(({ Name }) => Name);
      if (stale.length === 0) return;
      if (performance.now() > deadline) throw new Error(`${this.#url}: ${stale.join(', ')} did not catch up`);
      await delay(100);
    }
  }

  async ask(query: CorpusQuery): Promise<PeerAnswer> {
    const [Query, QueryParameters, more = {}] = typeof query === 'string' ? ([query, {}] as const) : query;
    const body = { Query, QueryParameters, WaitForNonStaleResults: true, ...more };
    return this.#send('POST', `/databases/${this.#database}/queries`, body);
  }

  async do({ method, path, body, isOperation = false }: CorpusRequest): Promise<PeerAnswer> {
    const own = `/databases/${this.#database}`;
    const filled = JSON.parse(JSON.stringify(body ?? null).replaceAll('{database}', own)) as unknown;
    const answer = await this.#send(method, own + path, filled ?? undefined);
    return isOperation && answer.status < 300 ? this.#ended(answer.body) : answer;
  }

  /** The state in which an operation ends. */
  async #ended(body: unknown): Promise<PeerAnswer> {
    const { OperationId } = body as { readonly OperationId: number };
    const deadline = performance.now() + REQUEST_TIMEOUT_MS;
    for (;;) {
      const { status, body: found } = await this.#send(
        'GET',
        `/databases/${this.#database}/operations/state?id=${OperationId}`,
      );
      const { Status, Result } = found as { readonly Status?: string; readonly Result?: unknown };
      if (status !== 200) return { status, body: found };
      // Why it failed is told with texts of each server.
      if (Status === 'Completed') return { status, body: { Status, Result } };
      if (Status !== 'InProgress') return { status, body: { Status } };
      if (performance.now() > deadline) throw new Error(`${this.#url}: operation ${OperationId} did not end`);
      await delay(20);
    }
  }

  async drop(): Promise<void> {
    await this.#expect('DELETE', '/admin/databases', {
      DatabaseNames: [this.#database],
      HardDelete: true,
      TimeToWaitForConfirmation: '00:00:15',
    });
  }

  async #expect(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#send(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${this.#url}${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async #send(method: string, path: string, body?: unknown): Promise<PeerAnswer> {
    const response = await fetch(this.#url + path, {
      method,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as unknown };
    } catch {
      return { status: response.status, body: text };
    }
  }
}
