import type { DatabaseLockMode } from '../../../cluster/database-record.ts';
import { formatError } from '../../errors/protocol-error.ts';
import type { NodeServices } from '../../node-services.ts';
import { jsonObjectBody, requiredTexts, textMember } from '../../parameters/json-body.ts';
import { boolParameter, requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, json, NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { knownDatabase } from './known-database.ts';

async function toggle(request: HttpRequest, node: NodeServices, disable: boolean): Promise<HttpResponse> {
  const names = requiredTexts(await jsonObjectBody(request), 'DatabaseNames');
  const known = names.filter((name) => node.cluster.record(name) !== undefined);
  if (known.length > 0) {
    await submitFor(request, node, { type: 'ToggleDatabasesState', names: known, disable });
  }
  const state = disable ? 'True' : 'False';
  return json(200, {
    Status: names.map((name) =>
      known.includes(name)
        ? {
            Name: name,
            Success: true,
            Disabled: disable,
            Reason: `Database state=${state} was propagated on the cluster`,
          }
        : { Name: name, Success: false, Reason: 'database not found' },
    ),
  });
}

const setLock: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const names = requiredTexts(body, 'DatabaseNames');
  const mode = lockMode(textMember(body, 'Mode'));
  for (const name of names) knownDatabase(name, node);
  await submitFor(request, node, { type: 'EditLockMode', names, mode });
  return NO_CONTENT;
};

function lockMode(text: string | undefined): DatabaseLockMode {
  if (text === 'Unlock' || text === 'PreventDeletesIgnore' || text === 'PreventDeletesError') return text;
  throw formatError(
    `'Mode' must be Unlock, PreventDeletesIgnore or PreventDeletesError, but it is ${JSON.stringify(text ?? null)}.`,
  );
}

/** Takes effect at once, on every node. */
const toggleIndexing: ServerHandler = async (request, { node }) => {
  requiredText(request, 'enable');
  const disable = !boolParameter(request, 'enable', true);
  const names = requiredTexts(await jsonObjectBody(request), 'DatabaseNames');
  for (const name of names) knownDatabase(name, node);
  await submitFor(request, node, { type: 'ToggleDatabasesIndexing', names, disable });
  return NO_CONTENT;
};

export const toggleDatabasesRoutes = [
  serverRoute('POST /admin/databases/enable', 'Operator', (request, { node }) =>
    toggle(request, node, false),
  ),
  serverRoute('POST /admin/databases/disable', 'Operator', (request, { node }) =>
    toggle(request, node, true),
  ),
  serverRoute('POST /admin/databases/set-lock', 'Operator', setLock),
  serverRoute('POST /admin/databases/indexing', 'Operator', toggleIndexing),
];
