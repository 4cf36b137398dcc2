import { decodePercent } from '../parameters/query.ts';
import type { DatabaseRoute, Route, ServerRoute } from './route.ts';

export interface FoundServerRoute {
  readonly route: ServerRoute;
}

export interface FoundDatabaseRoute {
  readonly route: DatabaseRoute;
  /** Decoded, as the client wrote it. */
  readonly databaseName: string;
}

export type FoundRoute = FoundServerRoute | FoundDatabaseRoute;

const DATABASES = '/databases/';

/**
 * The one table of routes. The leading `/databases/` is matched to the letter, the database name and everything after
 * it without case; no trailing or double slashes.
 */
export class RouteTable {
  readonly #server = new Map<string, Map<string, ServerRoute>>();
  readonly #database = new Map<string, Map<string, DatabaseRoute>>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.scope === 'server') add(this.#server, route);
      else add(this.#database, route);
    }
  }

  /** `path` as received, without the query. */
  find(method: string, path: string): FoundRoute | undefined {
    if (path.startsWith(DATABASES)) {
      const slash = path.indexOf('/', DATABASES.length);
      if (slash > DATABASES.length) {
        const route = lookUp(this.#database, method, path.slice(slash));
        if (route === undefined) return undefined;
        return { route, databaseName: decodePercent(path.slice(DATABASES.length, slash)) };
      }
    }
    const route = lookUp(this.#server, method, path);
    return route === undefined ? undefined : { route };
  }

  /** Every route as `METHOD path`, in the order given. */
  *all(): Generator<Route> {
    for (const methods of [this.#server, this.#database]) {
      for (const routes of methods.values()) yield* routes.values();
    }
  }
}

function add<R extends Route>(methods: Map<string, Map<string, R>>, route: R): void {
  const routes = methods.get(route.method) ?? new Map<string, R>();
  methods.set(route.method, routes);
  const key = route.path.toLowerCase();
  // The first one wins, so that built routes come before the list of those that are only known.
  if (!routes.has(key)) routes.set(key, route);
}

function lookUp<R>(
  methods: ReadonlyMap<string, ReadonlyMap<string, R>>,
  method: string,
  path: string,
): R | undefined {
  const routes = methods.get(method);
  if (routes === undefined) return undefined;
  // Clients write paths as the protocol does: the plain look-up is the hot one.
  return routes.get(path) ?? routes.get(decodePercent(path).toLowerCase());
}
