import type { DatabaseAccess, Requirement, ServerRequirement } from '../../security/clearance.ts';
import type { LoadedDatabase, NodeServices } from '../node-services.ts';
import type { HttpRequest } from '../request.ts';
import type { HttpResponse } from '../response.ts';

export interface ServerContext {
  readonly node: NodeServices;
  /** Runs another request through the same table, in this process. */
  readonly dispatch: (request: HttpRequest) => Answer;
}

export interface DatabaseContext extends ServerContext {
  readonly loaded: LoadedDatabase;
}

export type Answer = HttpResponse | Promise<HttpResponse>;
export type ServerHandler = (request: HttpRequest, context: ServerContext) => Answer;
export type DatabaseHandler = (request: HttpRequest, context: DatabaseContext) => Answer;

interface RouteOf {
  /** Upper case. */
  readonly method: string;
  /** Below `/databases/{db}` for a database's routes. Matched without case, whole. */
  readonly path: string;
  /** `METHOD /path`, for metrics. */
  readonly name: string;
  /** What the client's certificate must be trusted with, where the server has a certificate itself. */
  readonly requires: Requirement;
  /** Served without express. */
  readonly isHot: boolean;
  /** Reads its body as it arrives, so it must not wait for the whole. */
  readonly streamsBody: boolean;
  /** Tells clients to refresh topology and client configuration when theirs are old; not so for discovery. */
  readonly announcesChanges: boolean;
  /** Is about what the cluster has agreed on: a node that starts learns that first. */
  readonly readsState: boolean;
}

export interface ServerRoute extends RouteOf {
  readonly scope: 'server';
  readonly handler: ServerHandler;
}

export interface DatabaseRoute extends RouteOf {
  readonly scope: 'database';
  readonly handler: DatabaseHandler;
}

export type Route = ServerRoute | DatabaseRoute;

export interface RouteOptions {
  readonly isHot?: boolean;
  readonly streamsBody?: boolean;
  readonly announcesChanges?: boolean;
}

/** `GET /topology` and the like: a route of the server itself. */
export function serverRoute(
  what: string,
  requires: ServerRequirement,
  handler: ServerHandler,
  options: RouteOptions = {},
): ServerRoute {
  return { ...routeOf(what, requires, options), readsState: false, scope: 'server', handler };
}

/** `GET /docs` and the like, below `/databases/{db}`. */
export function databaseRoute(
  what: string,
  requires: DatabaseAccess,
  handler: DatabaseHandler,
  options: RouteOptions = {},
): DatabaseRoute {
  return { ...routeOf(what, requires, options), readsState: true, scope: 'database', handler };
}

function routeOf(what: string, requires: Requirement, options: RouteOptions) {
  const [method = '', path = ''] = what.split(' ');
  return {
    method,
    path,
    name: what,
    requires,
    isHot: options.isHot ?? false,
    streamsBody: options.streamsBody ?? false,
    announcesChanges: options.announcesChanges ?? true,
  };
}
