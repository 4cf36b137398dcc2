import type { OperationRegistry } from '../../../landlord/operation-registry.ts';
import { argumentError } from '../../errors/protocol-error.ts';
import { intParameter, optionalText, requiredInt } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, json, NO_CONTENT, NOT_FOUND } from '../../response.ts';
import { databaseRoute, type ServerContext, serverRoute } from '../../routing/route.ts';
import { operationRow, operationState } from './operation-shapes.ts';

function state(request: HttpRequest, operations: OperationRegistry): HttpResponse {
  const view = operations.get(requiredInt(request, 'id'));
  return view === undefined ? NOT_FOUND : json(200, operationState(view));
}

function list(request: HttpRequest, operations: OperationRegistry): HttpResponse {
  if (optionalText(request, 'id') === undefined) {
    return json(200, { Results: operations.list().map(operationRow) });
  }
  const view = operations.get(intParameter(request, 'id', 0));
  return view === undefined ? NOT_FOUND : json(200, { Results: [operationRow(view)] });
}

/** Also for a finished one. */
function kill(request: HttpRequest, operations: OperationRegistry): HttpResponse {
  const id = requiredInt(request, 'id');
  if (!operations.kill(id)) throw argumentError(`Operation ${id} was not registered`);
  return NO_CONTENT;
}

/** Clients poll the node that gave the id, so its tag comes with it. */
function nextId(operations: OperationRegistry, { node }: ServerContext): HttpResponse {
  return json(200, { Id: operations.nextId(), NodeTag: node.cluster.nodeTag() });
}

export const operationRoutes = [
  databaseRoute('GET /operations/next-operation-id', 'Read', (_request, context) =>
    nextId(context.loaded.operations, context),
  ),
  databaseRoute('GET /operations/state', 'Read', (request, { loaded }) => state(request, loaded.operations)),
  databaseRoute('GET /operations', 'Read', (request, { loaded }) => list(request, loaded.operations)),
  databaseRoute('POST /operations/kill', 'ReadWrite', (request, { loaded }) =>
    kill(request, loaded.operations),
  ),
  serverRoute('GET /operations/state', 'ValidUser', (request, { node }) => state(request, node.operations)),
  serverRoute('POST /admin/operations/kill', 'Operator', (request, { node }) =>
    kill(request, node.operations),
  ),
  serverRoute('GET /admin/operations/next-operation-id', 'Operator', (_request, { node }) =>
    json(200, { Id: node.operations.nextId() }),
  ),
];
