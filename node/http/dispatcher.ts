import type { Logger } from '../observability/logger.ts';
import { refusal } from '../security/authorize.ts';
import { isExpected } from './errors/error-mapping.ts';
import { errorResponse } from './errors/error-response.ts';
import { forbidden, routeNotFound } from './errors/protocol-error.ts';
import { unseenIndex, waitForKnownIndex } from './known-index.ts';
import type { LoadedDatabase, NodeServices } from './node-services.ts';
import { isForeignOrigin } from './origin-check.ts';
import type { HttpRequest } from './request.ts';
import { empty, type HttpResponse, JSON_TYPE } from './response.ts';
import type { Answer, DatabaseRoute, ServerContext, ServerRoute } from './routing/route.ts';
import type { FoundDatabaseRoute, FoundRoute, RouteTable } from './routing/route-table.ts';
import { databaseHeaders, serverHeaders } from './standard-headers.ts';

/** Which limit each of these errors says was met. */
const BODY_LIMITS: Readonly<Record<string, 'body_bytes' | 'bodies_bytes'>> = {
  BodyTooLargeError: 'body_bytes',
  OverloadError: 'bodies_bytes',
};

const FORBIDDEN = empty(403, ['Content-Type', JSON_TYPE]);

/**
 * From a request to its answer: finds the handler, sees whether the client may, opens the database, runs the handler, adds the headers every answer
 * has, and turns whatever was thrown into the protocol's error. All ways in (node:http, express, multi_get) end here.
 */
export class Dispatcher {
  readonly #node: NodeServices;
  readonly #routes: RouteTable;
  readonly #logger: Logger;
  readonly #serverContext: ServerContext;

  constructor(node: NodeServices, routes: RouteTable, logger: Logger) {
    this.#node = node;
    this.#routes = routes;
    this.#logger = logger;
    this.#serverContext = { node, dispatch: (request) => this.dispatch(request) };
  }

  find(method: string, path: string): FoundRoute | undefined {
    return this.#routes.find(method, path);
  }

  /** Never throws or rejects; answers at once where nothing has to be waited for. */
  dispatch(request: HttpRequest, found = this.find(request.method, request.path)): Answer {
    if (isForeignOrigin(request, this.#node)) return FORBIDDEN;
    // Errors before a handler is reached carry none of the headers of an answer, as in the protocol.
    if (found === undefined) return errorResponse(routeNotFound(request.method, request.url), request.url);
    const refused =
      request.peer === null
        ? null
        : refusal(request.peer.identity(), found.route.requires, databaseOf(found));
    if (refused !== null) return errorResponse(forbidden(refused), request.url);
    if (!this.#node.cluster.startCatchUp.isOver && found.route.readsState)
      return this.#afterStart(request, found);
    return this.#answer(request, found);
  }

  #answer(request: HttpRequest, found: FoundRoute): Answer {
    return 'databaseName' in found ? this.#onDatabase(request, found) : this.#onServer(request, found.route);
  }

  /** What a node does not know of when it starts may be there all the same. */
  async #afterStart(request: HttpRequest, found: FoundRoute): Promise<HttpResponse> {
    await this.#node.cluster.startCatchUp.over;
    return this.#answer(request, found);
  }

  #onServer(request: HttpRequest, route: ServerRoute): Answer {
    return this.#run(
      request,
      () => route.handler(request, this.#serverContext),
      () => serverHeaders(request, this.#node, route.announcesChanges),
    );
  }

  #onDatabase(request: HttpRequest, found: FoundDatabaseRoute): Answer {
    const { landlord } = this.#node;
    const loaded = landlord.tryGet(found.databaseName);
    if (loaded !== undefined && unseenIndex(request, this.#node, loaded) === null) {
      return this.#onLoaded(request, found.route, loaded);
    }
    return this.#afterWaiting(request, found);
  }

  async #afterWaiting(request: HttpRequest, found: FoundDatabaseRoute): Promise<HttpResponse> {
    try {
      const loaded = await this.#node.landlord.get(found.databaseName);
      const index = unseenIndex(request, this.#node, loaded);
      if (index !== null) await waitForKnownIndex(index, this.#node, loaded);
      return await this.#onLoaded(request, found.route, loaded);
    } catch (error) {
      return this.#failed(error, request);
    }
  }

  #onLoaded(request: HttpRequest, route: DatabaseRoute, loaded: LoadedDatabase): Answer {
    const node = this.#node;
    const { dispatch } = this.#serverContext;
    return this.#run(
      request,
      () => route.handler(request, { node, dispatch, loaded }),
      () => databaseHeaders(request, node, loaded, route.announcesChanges),
    );
  }

  #run(request: HttpRequest, handle: () => Answer, headers: () => readonly string[]): Answer {
    const finish = (response: HttpResponse) => withHeaders(response, headers());
    const fail = (error: unknown) => finish(this.#failed(error, request));
    try {
      const answer = handle();
      return answer instanceof Promise ? answer.then(finish).catch(fail) : finish(answer);
    } catch (error) {
      return fail(error);
    }
  }

  #failed(error: unknown, request: HttpRequest): HttpResponse {
    if (!isExpected(error)) {
      this.#logger.error(`${request.method} ${request.url} failed`, {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    const response = errorResponse(error, request.url);
    const limit = error instanceof Error ? BODY_LIMITS[error.name] : undefined;
    if (limit === undefined) return response;
    this.#node.observer?.limited(limit);
    // The rest of the body is not wanted, however much there is of it.
    return { ...response, closesConnection: true };
  }
}

function databaseOf(found: FoundRoute): string | null {
  return 'databaseName' in found ? found.databaseName : null;
}

function withHeaders(response: HttpResponse, headers: readonly string[]): HttpResponse {
  const { status, body, closesConnection } = response;
  const all = [...response.headers, ...headers];
  if (body === undefined && closesConnection === undefined) return { status, headers: all };
  return { ...response, headers: all };
}
