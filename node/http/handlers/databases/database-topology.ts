import { clientFacingUrls } from '../../client-facing-url.ts';
import { clientTopologyEtag } from '../../client-topology-etag.ts';
import { mustBeAllowed } from '../../database-permission.ts';
import { boolParameter, requiredText } from '../../parameters/parameters.ts';
import { type HttpResponse, json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

/** The shape in which the protocol says that there is no such database, here and in GET /admin/databases. */
export function databaseMissing(status: number, name: string): HttpResponse {
  return json(status, { Type: 'Error', Message: `Database ${name} wasn't found` }, [
    'Database-Missing',
    encodeURIComponent(name),
  ]);
}

/** Members in their order, then rehabs; the first member is where clients write. */
const topology: ServerHandler = (request, { node }) => {
  const name = requiredText(request, 'name');
  mustBeAllowed(request, 'Read', name);
  const view = node.cluster.record(name);
  if (view === undefined) return databaseMissing(503, name);
  const { Members, Rehabs, Promotables } = view.record.Topology;
  // Being deleted everywhere: for a client it is gone.
  if (Members.length + Rehabs.length + Promotables.length === 0) return databaseMissing(503, name);
  const urls = clientFacingUrls(request, node);
  const show = (role: string) => (tag: string) => ({
    Url: urls[tag] ?? '',
    ClusterTag: tag,
    ServerRole: role,
    Database: name,
  });
  return json(200, {
    Promotables: boolParameter(request, 'includePromotables', false)
      ? Promotables.map(show('Promotable'))
      : [],
    Nodes: [...Members.map(show('Member')), ...Rehabs.map(show('Rehab'))],
    Etag: clientTopologyEtag(view.record.Topology, node.cluster),
  });
};

export const databaseTopologyRoutes = [
  serverRoute('GET /topology', 'ValidUser', topology, { announcesChanges: false }),
];
