import { answerMetadata } from '../../answer-metadata.ts';
import { formatError } from '../../errors/protocol-error.ts';
import { boolMember, isJsonObject, jsonObjectBody, member, textMember } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { CREATED_EMPTY, json, NOT_FOUND } from '../../response.ts';
import { type DatabaseHandler, databaseRoute, type ServerHandler, serverRoute } from '../../routing/route.ts';
import { knownDatabase } from './known-database.ts';
import { recordShape } from './record-shapes.ts';

/** A flat map of configuration keys to texts; unknown keys are kept. They count once the database is opened again. */
const putSettings: DatabaseHandler = async (request, { node, loaded }) => {
  const body = await jsonObjectBody(request);
  const odd = Object.entries(body).find(([, value]) => value !== null && typeof value === 'object');
  if (odd !== undefined) throw formatError(`The setting '${odd[0]}' must be a text, a number or a boolean.`);
  const settings = Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
  await submitFor(request, node, { type: 'PutDatabaseSettings', name: loaded.name, settings });
  return CREATED_EMPTY;
};

const getSettings: DatabaseHandler = (request, { node, loaded }) =>
  json(200, {
    '@metadata': answerMetadata(request, node),
    Settings: Object.entries(loaded.record().Settings).map(([key, value]) => ({
      Metadata: { Keys: [key] },
      ServerValues: {},
      DatabaseValues: { [key]: { Value: value, HasValue: true } },
    })),
  });

/** The client's GetDatabaseSettings reads this, too. */
const getRecord: DatabaseHandler = (_request, { node, loaded }) => {
  const view = node.cluster.record(loaded.name);
  return json(200, { ...recordShape(view?.record ?? loaded.record()), Etag: view?.etag ?? -1 });
};

/** How conflicts are resolved: by script for a collection, else the latest, else by hand. */
const putConflictSolver: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const body = await jsonObjectBody(request);
  knownDatabase(name, node);
  const config = {
    ResolveToLatest: boolMember(body, 'ResolveToLatest', false),
    ResolveByCollection: resolversOf(member(body, 'ResolveByCollection')),
  };
  const { index } = await submitFor(request, node, { type: 'ModifyConflictSolver', name, solver: config });
  return json(201, { RaftCommandIndex: index, Key: name, ConflictSolverConfig: config });
};

function resolversOf(raw: unknown): Record<string, { Script: string; LastModifiedTime: string }> {
  if (raw === undefined || raw === null) return {};
  if (!isJsonObject(raw)) throw formatError("'ResolveByCollection' must be an object.");
  const now = `${new Date().toISOString().slice(0, -1)}0000Z`;
  return Object.fromEntries(
    Object.entries(raw).map(([collection, resolver]) => {
      const script = isJsonObject(resolver) ? textMember(resolver, 'Script') : undefined;
      if (!isJsonObject(resolver) || script === undefined) {
        throw formatError(`The resolver of collection '${collection}' must have a 'Script'.`);
      }
      return [
        collection,
        { Script: script, LastModifiedTime: textMember(resolver, 'LastModifiedTime') ?? now },
      ];
    }),
  );
}

const getConflictSolver: DatabaseHandler = (_request, { loaded }) => {
  const config = loaded.record().ConflictSolverConfig;
  return config === null ? NOT_FOUND : json(200, config);
};

export const databaseSettingsRoutes = [
  databaseRoute('PUT /admin/configuration/settings', 'Admin', putSettings),
  databaseRoute('GET /admin/configuration/settings', 'Admin', getSettings),
  databaseRoute('GET /admin/record', 'Admin', getRecord),
  databaseRoute('GET /replication/conflicts/solver', 'Read', getConflictSolver),
  serverRoute('POST /admin/replication/conflicts/solver', 'Operator', putConflictSolver),
];
