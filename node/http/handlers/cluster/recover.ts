import { formatError } from '../../errors/protocol-error.ts';
import { type JsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import { json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

/**
 * Unsafe recovery, asked of the node that is to go on alone: `{"Term": 7, "Index": 1234}`, where its log ends by
 * `GET /cluster/node-info` (`LastLogTerm`, `LastLogIndex`). 409, with nothing changed, when the log ends elsewhere, a
 * leader is heard or a majority of the members is connected. Otherwise, once it is durable:
 * `{"TopologyId", "Epoch", "LostDatabases", "IncompleteDatabases"}`. What only other nodes held is lost; those that are
 * down must not come back with their data: this cluster refuses them, but clients would still be served by them.
 */
const recover: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const at = { term: wholeNumber(body, 'Term'), index: wholeNumber(body, 'Index') };
  const { clusterId, epoch, lost, incomplete } = await node.cluster.recover(at);
  return json(200, {
    TopologyId: clusterId,
    Epoch: epoch,
    LostDatabases: lost,
    IncompleteDatabases: incomplete,
  });
};

function wholeNumber(body: JsonObject, name: string): number {
  const value = member(body, name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw formatError(`'${name}' must be a whole number, but it is ${JSON.stringify(value ?? null)}.`);
}

export const recoverRoutes = [serverRoute('POST /admin/cluster/recover', 'ClusterAdmin', recover)];
