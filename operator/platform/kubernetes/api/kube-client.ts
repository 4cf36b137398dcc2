import type { KubeConfig } from '@kubernetes/client-node';
import type { ClientMetrics } from './client-metrics.ts';
import type { CredentialSource } from './credentials.ts';
import { kindKey, knownKind } from './kinds.ts';
import { KubeConnection } from './kube-connection.ts';
import { hasReason, KubeError } from './kube-error.ts';
import {
  collectionPath,
  describeRef,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  objectPath,
  refOf,
} from './kube-object.ts';
import { type KubeRequest, KubeTransport } from './kube-transport.ts';
import { KubeConfigCredentials, type KubeConfigSource, loadKubeConfig } from './kubeconfig-credentials.ts';
import { LIST_PAGE_SIZE, LIST_RESTARTS_MAX, LIST_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './limits.ts';
import { PodCredentials } from './pod-credentials.ts';
import type {
  ApplyOptions,
  CreateOptions,
  DeleteOptions,
  ObjectList,
  RequestOptions,
  Selection,
  WriteOptions,
} from './request-options.ts';
import { discoverKinds } from './served-kinds.ts';
import { type WatchEvent, watchEvents } from './watch-stream.ts';

interface ListPage<T> {
  readonly items?: readonly T[] | null;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/**
 * The Kubernetes API as plain JSON. Objects are sent and returned as they are: the generated models of the library
 * would drop fields that they do not know.
 *
 * Every method throws KubeError.
 */
export class KubeClient {
  readonly #transport: KubeTransport;

  constructor(options: {
    readonly config: KubeConfig | CredentialSource;
    readonly userAgent: string;
    readonly metrics?: ClientMetrics | undefined;
  }) {
    const { config, userAgent, metrics } = options;
    const source = 'read' in config ? config : new KubeConfigCredentials(config);
    const connection = new KubeConnection(source, () => metrics?.connected());
    this.#transport = new KubeTransport({ connection, userAgent, metrics });
  }

  /** As a kubeconfig says; without one that is named, as the ServiceAccount of the pod that we run in. */
  static from(
    source: KubeConfigSource & { readonly userAgent: string; readonly metrics?: ClientMetrics },
  ): KubeClient {
    const { userAgent, metrics, ...place } = source;
    const isNamed = Object.values(place).some((value) => value !== undefined) || process.env.KUBECONFIG;
    const config = (isNamed ? undefined : PodCredentials.find()) ?? loadKubeConfig(place);
    return new KubeClient({ config, userAgent, metrics });
  }

  /** The object, or `undefined` when there is none of this name. */
  async get<T extends KubeObject = KubeObject>(
    ref: ObjectRef,
    { subresource, ...options }: RequestOptions & { readonly subresource?: string } = {},
  ): Promise<T | undefined> {
    try {
      return await this.#json<T>({
        ...about('get', ref, subresource),
        ...options,
        method: 'GET',
        path: objectPath(ref, subresource),
      });
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Every object of the selection, as of one moment, however many pages that takes. */
  async list<T extends KubeObject = KubeObject>(
    kind: KindRef,
    selection: Selection = {},
    options: RequestOptions = {},
  ): Promise<ObjectList<T>> {
    for (let restart = 0; ; restart++) {
      try {
        return await this.#listOnce<T>(kind, selection, options);
      } catch (error) {
        // The moment that the pages belong to is forgotten after a few minutes.
        if (!hasReason(error, 'Expired') || restart >= LIST_RESTARTS_MAX) throw error;
      }
    }
  }

  /**
   * Changes from a moment on. The stream ends when the API server ends it, and with an error when the connection breaks
   * or `signal` is aborted; leaving the loop closes the connection.
   */
  async *watch<T extends KubeObject = KubeObject>(
    kind: KindRef,
    selection: Selection,
    options: {
      readonly resourceVersion: string;
      /** After which the API server ends the stream. */
      readonly timeoutSeconds: number;
      readonly signal: AbortSignal;
      /** Called when the API server has taken the watch on. */
      readonly onOpen?: () => void;
    },
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const title = `watch ${kind.plural}`;
    const { body } = await this.#transport.open({
      verb: 'watch',
      resource: kind.plural,
      title,
      method: 'GET',
      path: collectionPath(kind, selection.namespace),
      query: {
        ...queryOfSelection(selection),
        watch: 1,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: options.timeoutSeconds,
      },
      ...(selection.isMetadataOnly === true ? { accept: METADATA } : {}),
      timeoutMs: REQUEST_TIMEOUT_MS,
      signal: options.signal,
    });
    const abort = () => body.destroy(new KubeError(`${title}: Aborted`, { code: 0, reason: 'Aborted' }));
    options.signal.addEventListener('abort', abort, { once: true });
    // Errors come out of the loop below; those of a body that nobody reads any more concern nobody.
    body.on('error', () => undefined);
    try {
      if (options.signal.aborted) abort();
      options.onOpen?.();
      for await (const event of watchEvents<T>(body, title)) yield withKind(event, kind);
    } catch (error) {
      if (error instanceof KubeError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new KubeError(`${title}: Unreachable: ${why}`, { code: 0, reason: 'Unreachable', cause: error });
    } finally {
      options.signal.removeEventListener('abort', abort);
      body.destroy();
    }
  }

  /** Server-side apply: the given fields, owned by the field manager; everything else stays. */
  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    const target = options.target ?? refOf(options.kind ?? kindOf(object), object);
    return this.#json<T>({
      ...about('apply', target, options.subresource),
      ...write(options),
      method: 'PATCH',
      path: objectPath(target, options.subresource),
      query: { ...queryOfWrite(options), force: options.force === true ? true : undefined },
      body: object,
      // JSON is YAML, and this is the only name under which the API server takes it everywhere.
      contentType: 'application/apply-patch+yaml',
    });
  }

  /** JSON merge patch: `null` removes a field, lists are replaced. */
  async mergePatch<T extends KubeObject = KubeObject>(
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#json<T>({
      ...about('patch', ref, options.subresource),
      ...write(options),
      method: 'PATCH',
      path: objectPath(ref, options.subresource),
      body: patch,
      contentType: 'application/merge-patch+json',
    });
  }

  async create<T extends KubeObject>(object: T, options: CreateOptions = {}): Promise<T> {
    const kind = options.kind ?? kindOf(object);
    return this.#json<T>({
      ...about('create', refOf(kind, object)),
      ...write(options),
      method: 'POST',
      path: collectionPath(kind, object.metadata.namespace),
      body: object,
    });
  }

  /** POST to a subresource: `eviction` of a pod, `token` of a ServiceAccount. A refusal for now comes at once. */
  async createSubresource<T>(
    ref: ObjectRef,
    subresource: string,
    body: Readonly<Record<string, unknown>>,
    options: RequestOptions = {},
  ): Promise<T> {
    return this.#json<T>({
      ...about('create', ref, subresource),
      ...options,
      method: 'POST',
      path: objectPath(ref, subresource),
      body,
      isPatient: false,
    });
  }

  /** Replaces the whole object; with a resourceVersion in it only if nobody wrote it since (else Conflict). */
  async replace<T extends KubeObject>(object: T, options: CreateOptions = {}): Promise<T> {
    const ref = refOf(options.kind ?? kindOf(object), object);
    return this.#json<T>({
      ...about('replace', ref, options.subresource),
      ...write(options),
      method: 'PUT',
      path: objectPath(ref, options.subresource),
      body: object,
    });
  }

  /**
   * Deletes an object; it may stay for a while, until its finalizers or its grace period are done.
   *
   * @returns whether it was there
   */
  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const { uid, resourceVersion, propagationPolicy, gracePeriodSeconds, dryRun } = options;
    const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    try {
      await this.#json({
        ...about('delete', ref),
        ...manner(options),
        method: 'DELETE',
        path: objectPath(ref),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions,
          ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
          ...(dryRun === true ? { dryRun: ['All'] } : {}),
        },
      });
      return true;
    } catch (error) {
      if (hasReason(error, 'NotFound')) return false;
      throw error;
    }
  }

  /** The body of any path, as text: `/readyz`, discovery. */
  raw(path: string, options: RequestOptions & { readonly accept?: string } = {}): Promise<string> {
    return this.#transport.send({
      verb: 'get',
      resource: 'raw',
      title: `get ${path}`,
      method: 'GET',
      path,
      timeoutMs: REQUEST_TIMEOUT_MS,
      ...options,
    });
  }

  /** Every kind that the API server serves, by `kindKey`; asked each time. */
  servedKinds(options: RequestOptions = {}): Promise<ReadonlyMap<string, KindRef>> {
    return discoverKinds((path, accept) => this.raw(path, { ...options, accept }));
  }

  /** Breaks every connection; the client is of no use afterwards. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #listOnce<T extends KubeObject>(
    kind: KindRef,
    selection: Selection,
    options: RequestOptions,
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let continueAt: string | undefined;
    for (;;) {
      const page: ListPage<T> = await this.#json<ListPage<T>>({
        ...manner({ timeoutMs: LIST_TIMEOUT_MS, ...options }),
        verb: 'list',
        resource: kind.plural,
        title: `list ${kind.plural}`,
        method: 'GET',
        path: collectionPath(kind, selection.namespace),
        query: { ...queryOfSelection(selection), limit: LIST_PAGE_SIZE, continue: continueAt },
        ...(selection.isMetadataOnly === true ? { accept: METADATA_LIST } : {}),
      });
      // Items of a list come without their kind.
      for (const item of page.items ?? []) {
        items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
      }
      continueAt = page.metadata.continue;
      if (continueAt === undefined || continueAt === '') {
        return { items, resourceVersion: page.metadata.resourceVersion };
      }
    }
  }

  async #json<T>(request: Omit<KubeRequest, 'timeoutMs'> & { readonly timeoutMs?: number }): Promise<T> {
    const text = await this.#transport.send({ timeoutMs: REQUEST_TIMEOUT_MS, ...request });
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new KubeError(`${request.title}: BadAnswer: ${text.slice(0, 100)}`, {
        code: 0,
        reason: 'BadAnswer',
        cause,
      });
    }
  }
}

const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

function kindOf(object: KubeObject): KindRef {
  const kind = knownKind(object);
  if (kind === undefined) {
    throw new TypeError(`${kindKey(object)} is none of the known kinds: say which one it is (options.kind)`);
  }
  return kind;
}

function about(verb: string, ref: ObjectRef, subresource?: string) {
  const what = subresource === undefined ? '' : `${subresource} of `;
  return { verb, resource: ref.kind.plural, title: `${verb} ${what}${describeRef(ref)}` };
}

function write(options: WriteOptions) {
  return { ...manner(options), query: queryOfWrite(options) };
}

function manner({ signal, isUrgent, timeoutMs }: RequestOptions) {
  return { signal, isUrgent, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function queryOfWrite({ dryRun, fieldManager, fieldValidation }: WriteOptions) {
  return { fieldManager, fieldValidation, dryRun: dryRun === true ? 'All' : undefined };
}

function queryOfSelection({ labelSelector, fieldSelector }: Selection) {
  return { labelSelector, fieldSelector };
}

/** Metadata-only events carry the kind PartialObjectMetadata; readers want the one they asked for. */
function withKind<T extends KubeObject>(event: WatchEvent<T>, kind: KindRef): WatchEvent<T> {
  return { ...event, object: { ...event.object, apiVersion: kind.apiVersion, kind: kind.kind } };
}
