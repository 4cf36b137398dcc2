import { randomUUID } from 'node:crypto';
import type { NodeProperties } from '../decide/observed.ts';
import { AdminRequestError } from './admin-error.ts';
import {
  ADMIN_REPLY_BYTES_MAX,
  ANSWER_TIMEOUT_MS,
  COMMAND_TIMEOUT_MS,
  DATABASE_PAGE_SIZE,
} from './limits.ts';

/** `GET /cluster/node-info`, as far as it is used. */
export interface NodeInfoReply {
  readonly NodeTag: string;
  readonly TopologyId: string | null;
  readonly ServerId: string;
  readonly CurrentState: string;
  /** Where its Raft log ends: index and term of the last entry. */
  readonly LastLogIndex?: number;
  readonly LastLogTerm?: number;
}

/** `GET /cluster/topology`, as far as it is used. */
export interface ClusterTopologyReply {
  readonly Topology: {
    readonly TopologyId: string;
    readonly Etag: number;
    readonly Members: Readonly<Record<string, string>>;
    readonly Promotables: Readonly<Record<string, string>>;
    readonly Watchers: Readonly<Record<string, string>>;
  };
  readonly Leader: string | null;
  readonly CurrentState: string;
  readonly CurrentTerm: number;
  readonly NodeTag: string;
  readonly Status?: Readonly<
    Record<string, { readonly Connected?: boolean; readonly LastMatchingIndex?: number }>
  >;
  readonly NodeProperties?: Readonly<
    Record<
      string,
      {
        readonly Zone?: string | null;
        readonly PublicUrl?: string | null;
        /** By which the other nodes reach it; those in `Topology` are for clients. */
        readonly Url?: string | null;
      }
    >
  >;
}

interface TaggedNode {
  readonly NodeTag: string;
}

/** One of `GET /databases`, as far as it is used. */
export interface DatabaseReply {
  readonly Name: string;
  readonly Disabled?: boolean;
  readonly NodesTopology?: {
    readonly Members?: readonly TaggedNode[];
    readonly Promotables?: readonly TaggedNode[];
    readonly Rehabs?: readonly TaggedNode[];
  };
  readonly DeletionInProgress?: Readonly<Record<string, string>>;
}

type Query = Readonly<Record<string, string | number | boolean>>;

/** Answers after which a command may still be carried out: it was taken in, but not followed to its end. */
const UNDECIDED_STATUSES: ReadonlySet<number> = new Set([408, 502, 503, 504]);

/**
 * The admin API of a cluster over HTTP. Questions go to one node; commands are tried on every live node, under one
 * request id so that the cluster runs them once.
 */
export class ClusterAdminClient {
  readonly #fetch: typeof fetch;

  constructor(options: { readonly fetch?: typeof fetch } = {}) {
    this.#fetch = options.fetch ?? fetch;
  }

  nodeInfo(url: string): Promise<NodeInfoReply> {
    return this.#ask(url, '/cluster/node-info', {});
  }

  topology(url: string): Promise<ClusterTopologyReply> {
    return this.#ask(url, '/cluster/topology', {});
  }

  /** Every database of the cluster, as the node knows them. */
  async databases(url: string): Promise<readonly DatabaseReply[]> {
    const all: DatabaseReply[] = [];
    for (;;) {
      const query = { start: all.length, pageSize: DATABASE_PAGE_SIZE };
      const { Databases: page } = await this.#ask<{ Databases: readonly DatabaseReply[] }>(
        url,
        '/databases',
        query,
      );
      all.push(...page);
      if (page.length < DATABASE_PAGE_SIZE) return all;
    }
  }

  /** Settings of a database, as its record has them. */
  async databaseSettings(url: string, name: string): Promise<Readonly<Record<string, string>>> {
    const record = await this.#ask<{ Settings?: Readonly<Record<string, string>> }>(url, '/admin/databases', {
      name,
    });
    return record.Settings ?? {};
  }

  /** Makes a passive node a cluster of its own. */
  bootstrap(url: string): Promise<void> {
    return this.#command([url], 'POST', '/admin/cluster/bootstrap', {});
  }

  addNode(urls: readonly string[], node: { url: string; tag: string; watcher: boolean }): Promise<void> {
    return this.#command(urls, 'PUT', '/admin/cluster/node', { ...node });
  }

  removeNode(urls: readonly string[], tag: string): Promise<void> {
    return this.#command(urls, 'DELETE', '/admin/cluster/node', { nodeTag: tag });
  }

  promote(urls: readonly string[], tag: string): Promise<void> {
    return this.#command(urls, 'POST', '/admin/cluster/promote', { nodeTag: tag });
  }

  demote(urls: readonly string[], tag: string): Promise<void> {
    return this.#command(urls, 'POST', '/admin/cluster/demote', { nodeTag: tag });
  }

  /** The leader steps down, for the node `heir` where it is given: refused when that one is not up to date. */
  reelect(urls: readonly string[], heir?: string): Promise<void> {
    const query = heir === undefined ? {} : { nodeTag: heir };
    return this.#command(urls, 'POST', '/admin/cluster/reelect', query);
  }

  addDatabaseNode(urls: readonly string[], database: string, tag: string): Promise<void> {
    return this.#command(urls, 'PUT', '/admin/databases/node', { name: database, node: tag });
  }

  /** Takes the copy of one node out of the database group and deletes it there; does not wait for the deletion. */
  removeDatabaseNode(urls: readonly string[], database: string, tag: string): Promise<void> {
    const body = {
      DatabaseNames: [database],
      HardDelete: true,
      FromNodes: [tag],
      TimeToWaitForConfirmation: '00:00:00',
    };
    return this.#command(urls, 'DELETE', '/admin/databases', {}, body);
  }

  createDatabase(
    urls: readonly string[],
    database: string,
    tags: readonly string[],
    settings: Readonly<Record<string, string>>,
  ): Promise<void> {
    const record = {
      DatabaseName: database,
      Settings: settings,
      Topology: { Members: tags, ReplicationFactor: tags.length },
    };
    const query = { name: database, replicationFactor: tags.length };
    return this.#command(urls, 'PUT', '/admin/databases', query, record);
  }

  /** Replaces the settings of the record. */
  putDatabaseSettings(
    urls: readonly string[],
    database: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<void> {
    const path = `/databases/${encodeURIComponent(database)}/admin/configuration/settings`;
    return this.#command(urls, 'PUT', path, {}, settings);
  }

  setDatabaseState(urls: readonly string[], database: string, disabled: boolean): Promise<void> {
    const path = `/admin/databases/${disabled ? 'disable' : 'enable'}`;
    return this.#command(urls, 'POST', path, {}, { DatabaseNames: [database] });
  }

  /** Deletes every copy; does not wait for the deletion. */
  deleteDatabase(urls: readonly string[], database: string): Promise<void> {
    const body = { DatabaseNames: [database], HardDelete: true, TimeToWaitForConfirmation: '00:00:00' };
    return this.#command(urls, 'DELETE', '/admin/databases', {}, body);
  }

  /** Zone and public URL of a node, for placement and for clients. */
  setNodeProperties(urls: readonly string[], tag: string, properties: NodeProperties): Promise<void> {
    const body = { Zone: properties.zone ?? null, PublicUrl: properties.publicUrl ?? null };
    return this.#command(urls, 'POST', '/admin/cluster/node/properties', { nodeTag: tag }, body);
  }

  /** Unsafe recovery: the node goes on alone as a new cluster, if its log ends where the caller saw it end. */
  recover(url: string, at: { readonly term: number; readonly index: number }): Promise<void> {
    const body = { Term: at.term, Index: at.index };
    return this.#command([url], 'POST', '/admin/cluster/recover', {}, body);
  }

  async #ask<Reply>(url: string, path: string, query: Query): Promise<Reply> {
    const response = await this.#fetch(addressOf(url, path, query), {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!response.ok) throw await refusal(response, `GET ${url}${path}`);
    return JSON.parse(await boundedText(response)) as Reply;
  }

  async #command(
    urls: readonly string[],
    method: string,
    path: string,
    query: Query,
    body?: unknown,
  ): Promise<void> {
    const requestId = randomUUID();
    let unanswered: AdminRequestError | undefined;
    for (const url of urls) {
      const target = addressOf(url, path, { ...query, 'raft-request-id': requestId });
      try {
        await this.#send(target, method, body);
        return;
      } catch (error) {
        const failure = asAdminError(error, `${method} ${url}${path}`);
        // A clear no is everybody's no; any other node may know more than one that could not be reached.
        if (failure.status !== undefined && !failure.mayTakeEffect) throw failure;
        if (unanswered?.mayTakeEffect !== true) unanswered = failure;
      }
    }
    throw (
      unanswered ??
      new AdminRequestError(`${method} ${path}: no node is there to ask`, { mayTakeEffect: false })
    );
  }

  async #send(target: string, method: string, body: unknown): Promise<void> {
    const response = await this.#fetch(target, {
      method,
      signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    if (!response.ok) throw await refusal(response, `${method} ${target}`);
    await boundedText(response);
  }
}

function addressOf(url: string, path: string, query: Query): string {
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  );
  const suffix = parameters.size === 0 ? '' : `?${parameters}`;
  return `${url.replace(/\/$/, '')}${path}${suffix}`;
}

/** The body of an answer, which must not be endless: what listens there may not be ours. */
async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > ADMIN_REPLY_BYTES_MAX) {
      throw new AdminRequestError(`${response.url} answered more than ${ADMIN_REPLY_BYTES_MAX} bytes`, {
        mayTakeEffect: true,
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function refusal(response: Response, request: string): Promise<AdminRequestError> {
  const text = await boundedText(response);
  let reason = text.slice(0, 500);
  let type = '';
  try {
    const body = JSON.parse(text) as { Message?: unknown; Type?: unknown };
    if (typeof body.Message === 'string') reason = body.Message;
    if (typeof body.Type === 'string') type = body.Type;
  } catch {
    // Not the protocol's error body: the text as it came says more than nothing.
  }
  const isUndecided = UNDECIDED_STATUSES.has(response.status) || /Timeout|NoLeader/.test(type);
  return new AdminRequestError(`${request}: ${response.status} ${reason}`, {
    mayTakeEffect: isUndecided,
    status: response.status,
  });
}

function asAdminError(error: unknown, request: string): AdminRequestError {
  if (error instanceof AdminRequestError) return error;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const wasNeverSent = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH';
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AdminRequestError(`${request}: ${why}`, { mayTakeEffect: !wasNeverSent, cause: error });
}
