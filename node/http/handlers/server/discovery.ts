import { mustBeAllowed } from '../../database-permission.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { BUILD_NUMBER, PRODUCT_VERSION, PROTOCOL_VERSION } from '../../product-version.ts';
import { empty, json, NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { timestamp } from '../../timestamp.ts';

/** What other places show of the build; in another order there. */
export const BUILD_INFO = {
  ProductVersion: PRODUCT_VERSION,
  BuildVersion: BUILD_NUMBER,
  CommitHash: 'ravencluster',
  FullVersion: PROTOCOL_VERSION,
};

const buildVersion: ServerHandler = (_request, { node }) =>
  json(
    200,
    {
      BuildVersion: BUILD_NUMBER,
      ProductVersion: PRODUCT_VERSION,
      CommitHash: BUILD_INFO.CommitHash,
      FullVersion: PROTOCOL_VERSION,
    },
    ['Server-Startup-Time', timestamp(node.startedAt)],
  );

/** Also 200 for a name that nobody knows. */
const isLoaded: ServerHandler = (request, { node }) => {
  const name = requiredText(request, 'name');
  mustBeAllowed(request, 'Read', name);
  return json(200, { DatabaseName: name, IsLoaded: node.landlord.tryGet(name) !== undefined });
};

const serverId: ServerHandler = (_request, { node }) => json(200, { ServerId: node.cluster.serverId });

const alive: ServerHandler = () => NO_CONTENT;

const home: ServerHandler = () => empty(302, ['Location', '/studio/index.html']);

export const discoveryRoutes = [
  serverRoute('GET /build/version', 'UnauthenticatedClients', buildVersion),
  serverRoute('GET /debug/is-loaded', 'ValidUser', isLoaded),
  serverRoute('GET /debug/server-id', 'ValidUser', serverId),
  serverRoute('GET /setup/alive', 'UnauthenticatedClients', alive),
  serverRoute('GET /', 'UnauthenticatedClients', home),
];
