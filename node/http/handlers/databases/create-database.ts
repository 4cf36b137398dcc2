import { clientFacingUrls } from '../../client-facing-url.ts';
import { argumentError, badRequest, ProtocolError } from '../../errors/protocol-error.ts';
import type { NodeServices } from '../../node-services.ts';
import { type JsonObject, jsonObjectBody, textMember } from '../../parameters/json-body.ts';
import { intParameter, optionalText, requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { numberHeader } from '../../standard-headers.ts';
import { awaitMembers } from './await-members.ts';
import { checkDatabaseName } from './database-name.ts';
import { knownDatabase } from './known-database.ts';
import { changedTopologyShape } from './record-shapes.ts';

/** Creates a database, or with an `ETag` that is a number replaces its record at that Raft index. */
const put: ServerHandler = async (request, { node }) => {
  const queryName = requiredText(request, 'name');
  const body = await jsonObjectBody(request);
  const name = textMember(body, 'DatabaseName') ?? queryName;
  const replicationFactor = replicationFactorOf(request);
  // Clients send `"undefined"` when they create one.
  const expectedEtag = numberHeader(request, 'etag');
  checkDatabaseName(name);
  refuseContradiction(name, expectedEtag, node);
  if (node.cluster.nodeTag() === '?') await node.cluster.bootstrap();
  const { index } = await submitFor(request, node, {
    type: 'AddDatabase',
    record: { ...withoutEtag(body), DatabaseName: name },
    expectedEtag,
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  });
  await awaitMembers(name, node);
  const { Topology } = knownDatabase(name, node).record;
  const urls = clientFacingUrls(request, node);
  return json(201, {
    RaftCommandIndex: index,
    Name: name,
    Topology: changedTopologyShape(Topology),
    NodesAddedTo: Topology.Members.map((tag) => urls[tag] ?? tag),
    ShardsDefined: false,
  });
};

/** A client that sends back what it read sends the etag of that, too. */
function withoutEtag({ Etag: _, ...members }: JsonObject): JsonObject {
  return members;
}

function replicationFactorOf(request: HttpRequest): number | undefined {
  if (optionalText(request, 'replicationFactor') === undefined) return undefined;
  const factor = intParameter(request, 'replicationFactor', 1);
  if (factor < 1) throw argumentError('Replication factor must be greater than 0.');
  return factor;
}

/** Said before the cluster is asked, for a quick answer; the state machine has the last word. */
function refuseContradiction(name: string, expectedEtag: number | null, node: NodeServices): void {
  const existing = node.cluster.record(name);
  if (existing === undefined) {
    if (expectedEtag !== null) throw badRequest(`Attempted to modify non-existing database: '${name}'`);
  } else if (expectedEtag === null) {
    throw new ProtocolError(
      409,
      'Raven.Client.Exceptions.ConcurrencyException',
      `Database '${name}' already exists!`,
      { Id: null, ExpectedChangeVector: null, ActualChangeVector: null },
    );
  } else if (existing.etag !== expectedEtag) {
    throw new ProtocolError(
      409,
      'Raven.Server.Rachis.RachisConcurrencyException',
      `Concurrency violation, the database ${name} has etag ${existing.etag} but was expecting ${expectedEtag}`,
    );
  }
}

export const createDatabaseRoutes = [serverRoute('PUT /admin/databases', 'Operator', put)];
