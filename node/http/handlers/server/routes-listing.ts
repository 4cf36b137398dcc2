import { answerMetadata } from '../../answer-metadata.ts';
import { json } from '../../response.ts';
import { type Route, type ServerRoute, serverRoute } from '../../routing/route.ts';

/** What the server serves; without the routes that are only known. */
export function routesListing(routes: readonly Route[]): ServerRoute {
  return serverRoute('GET /debug/routes', 'ValidUser', (request, { node }) => {
    const methods = new Map<string, string[]>();
    for (const { scope, method, path } of routes) {
      const shown = scope === 'database' ? `/databases/*${path}` : path;
      methods.set(shown, [...(methods.get(shown) ?? []), method]);
    }
    const rows = [...methods].map(([path, list]) => ({ Path: path, Methods: list.join(',') }));
    return json(200, { '@metadata': answerMetadata(request, node), Debug: rows });
  });
}
