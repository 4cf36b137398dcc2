import { ownTcpUrl } from '../../client-facing-url.ts';
import { mustBeAllowed } from '../../database-permission.ts';
import type { NodeServices } from '../../node-services.ts';
import { requiredText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute, type ServerHandler, serverRoute } from '../../routing/route.ts';

/** Where this node's TCP port is, under the host name that the client used. */
function tcpInfo(request: HttpRequest, node: NodeServices) {
  const url = ownTcpUrl(request, node);
  return json(200, {
    Url: url,
    // A client connects by TLS when it has a certificate too, and takes no other server than this one.
    Certificate: node.security?.server.facts.base64 ?? null,
    NodeTag: node.cluster.nodeTag(),
    ServerId: node.cluster.serverId,
    Urls: [url],
  });
}

const serverInfo: ServerHandler = (request, { node }) => tcpInfo(request, node);
const databaseInfo: DatabaseHandler = (request, { node }) => tcpInfo(request, node);

const remoteTask: ServerHandler = async (request, { node }) => {
  // It must be here, or the caller's topology is old: the error says which.
  const name = requiredText(request, 'remote-database');
  mustBeAllowed(request, 'Read', name);
  await node.landlord.get(name);
  return tcpInfo(request, node);
};

export const tcpInfoRoutes = [
  serverRoute('GET /info/tcp', 'ValidUser', serverInfo, { announcesChanges: false }),
  serverRoute('GET /info/remote-task/tcp', 'ValidUser', remoteTask, { announcesChanges: false }),
  databaseRoute('GET /info/tcp', 'Read', databaseInfo, { announcesChanges: false }),
];
