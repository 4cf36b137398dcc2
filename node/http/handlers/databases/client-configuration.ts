import { effectiveClientConfiguration, showClientConfiguration } from '../../client-configuration.ts';
import { jsonObjectBody } from '../../parameters/json-body.ts';
import { submitFor } from '../../raft-command.ts';
import { CREATED_EMPTY, empty, json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute, type ServerHandler, serverRoute } from '../../routing/route.ts';
import { clientConfigurationOf } from './client-configuration-body.ts';

const get: DatabaseHandler = (_request, { node, loaded }) =>
  json(200, effectiveClientConfiguration(loaded.record(), node.cluster));

const put: DatabaseHandler = async (request, { node, loaded }) => {
  const configuration = clientConfigurationOf(await jsonObjectBody(request));
  await submitFor(request, node, {
    type: 'PutClientConfiguration',
    name: loaded.name,
    configuration,
  });
  // The client that changed it has an old one now. One that says which it has is told by the standard headers.
  const saysWhatItHas = request.header('client-configuration-etag') !== undefined;
  return saysWhatItHas ? CREATED_EMPTY : empty(201, ['Refresh-Client-Configuration', 'true']);
};

/** Unset: an empty object, since the Node client dies of the 404 that the real server gives. */
const getServerWide: ServerHandler = (_request, { node }) => {
  const configuration = node.cluster.clientConfiguration();
  return json(200, configuration === null ? {} : showClientConfiguration(configuration));
};

const putServerWide: ServerHandler = async (request, { node }) => {
  const configuration = clientConfigurationOf(await jsonObjectBody(request));
  await submitFor(request, node, { type: 'PutClientConfiguration', name: null, configuration });
  return CREATED_EMPTY;
};

export const clientConfigurationRoutes = [
  databaseRoute('GET /configuration/client', 'Read', get),
  databaseRoute('PUT /admin/configuration/client', 'Admin', put),
  serverRoute('GET /configuration/client', 'ValidUser', getServerWide),
  serverRoute('PUT /admin/configuration/client', 'Operator', putServerWide),
];
