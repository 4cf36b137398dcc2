import { HISTORY_VERSION } from '../../../cluster/command-version.ts';
import type { IndexCommand, PutIndexes } from '../../../cluster/index-commands.ts';
import { rollingIndexesOf } from '../../../cluster/rolling-index.ts';
import { historyOf, indexesHistory } from '../../../cluster/state/index-history.ts';
import type { Database } from '../../../documents/database.ts';
import { IndexThreadError } from '../../../index-thread/thread-error.ts';
import type { StaticIndexDefinition } from '../../../indexing/definitions/index-definition.ts';
import { findByName, isSameIndexName } from '../../../indexing/definitions/index-name.ts';
import { isSameDefinition } from '../../../indexing/definitions/same-definition.ts';
import { argumentError, badRequest, ProtocolError } from '../../errors/protocol-error.ts';
import { jsonObjectBody, member, requiredTexts } from '../../parameters/json-body.ts';
import { boolParameter, mandatoryText, optionalText, requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { json, NO_CONTENT, NOT_FOUND } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { requireConfiguration } from './index-configuration.ts';
import { staticShape } from './index-shapes.ts';
import { type DocumentCount, requireOutputs } from './require-outputs.ts';
import { noSuchIndex } from './required-index.ts';
import { compilationError, oneOf, staticDefinition } from './static-definition.ts';

/** All of them or none: each is compiled before anything is changed. */
const put: DatabaseHandler = async (request, context) => {
  const raw = member(await jsonObjectBody(request), 'Indexes');
  if (!Array.isArray(raw)) throw argumentError("The body must have 'Indexes', an array.");
  const definitions = raw.map(staticDefinition);
  definitions.forEach(requireConfiguration);
  const { loaded, node } = context;
  for (const definition of definitions) {
    try {
      await loaded.indexes.validate(definition);
    } catch (error) {
      throw error instanceof IndexThreadError ? compilationError(definition.Name, error.message) : error;
    }
  }
  await requireOutputs(definitions, loaded.indexes, documentCount(loaded.database));
  if (definitions.length === 0) return json(201, { Results: [] });
  const rolling = definitions.filter((one) => isRolling(one, loaded)).map(({ Name }) => Name);
  const wanted = { name: loaded.name, definitions: definitions.map((definition) => ({ ...definition })) };
  const { index } = await submitted(() => submitFor(request, node, putCommand(wanted, rolling, node)));
  for (const { Name } of definitions) await loaded.indexes.whenKnown(Name);
  return json(201, { Results: definitions.map(({ Name }) => ({ Index: Name, RaftCommandIndex: index })) });
};

/** Until all nodes know of histories, none is kept: indexes can be put all the same. */
function putCommand(
  wanted: Omit<PutIndexes, 'type'>,
  rolling: readonly string[],
  { cluster }: DatabaseContext['node'],
): IndexCommand {
  if (cluster.commandVersions().cluster >= HISTORY_VERSION) {
    return { type: 'PutRecordedIndexes', ...wanted, rolling, source: cluster.nodeTag() };
  }
  return rolling.length === 0
    ? { type: 'PutIndexes', ...wanted }
    : { type: 'PutRollingIndexes', ...wanted, rolling };
}

function isRolling(
  { DeploymentMode }: StaticIndexDefinition,
  { deploymentModes }: DatabaseContext['loaded'],
): boolean {
  return (DeploymentMode ?? deploymentModes.static) === 'Rolling';
}

/** A locked index refuses: the client wants to hear it as a failure to create. */
async function submitted<Result>(submit: () => Promise<Result>): Promise<Result> {
  try {
    return await submit();
  } catch (error) {
    if (!(error instanceof Error) || !/lock mode/.test(error.message)) throw error;
    throw new ProtocolError(
      500,
      'Raven.Client.Exceptions.Documents.Indexes.IndexCreationException',
      `Failed to create indexes. ${error.message}`,
    );
  }
}

/** Definitions that an index had, the newest first. */
const history: DatabaseHandler = (request, { loaded }) => {
  const name = requiredText(request, 'name');
  const found = historyOf(indexesHistory(loaded.record()), name);
  if (found === undefined) return NOT_FOUND;
  const History = found.map((one) => ({
    ...one,
    Definition: staticShape(one.Definition as StaticIndexDefinition),
  }));
  return json(200, { Index: name, History });
};

const hasChanged: DatabaseHandler = async (request, { loaded }) => {
  const body = await jsonObjectBody(request);
  if (member(body, 'Name') === undefined || member(body, 'Maps') === undefined) {
    throw badRequest("Index definition must have a 'Name' and at least one of 'Maps'.");
  }
  const definition = staticDefinition(body);
  const known = findByName(loaded.indexes.staticIndexes, definition.Name);
  return json(200, { Changed: known === undefined || !isSameDefinition(known, definition) });
};

function documentCount(database: Database): DocumentCount {
  return (collection) => database.collections().get(collection.toLowerCase())?.documents ?? 0;
}

function editing(
  memberName: 'LockMode' | 'Priority',
  parameter: string,
  values: readonly string[],
): DatabaseHandler {
  return async (request, { loaded, node }) => {
    const body = await jsonObjectBody(request);
    const names = requiredTexts(body, 'IndexNames');
    if (names.length === 0) throw argumentError("'IndexNames' has to name an index, and is empty.");
    const value = oneOf(body, parameter, values, '');
    if (value === '') throw argumentError(`The body must have '${parameter}'.`);
    for (const name of names) requireEditable(name, loaded, memberName === 'LockMode');
    await submitFor(request, node, {
      type: 'EditIndexes',
      name: loaded.name,
      indexes: names,
      members: { [memberName]: value },
    });
    return NO_CONTENT;
  };
}

/** Throws the protocol's error when there is no such index, or it is an auto index and those are not meant. */
function requireEditable(name: string, { indexes }: DatabaseContext['loaded'], isForStatic: boolean): void {
  const isAuto = findByName(indexes.autoIndexes, name) !== undefined;
  if (isAuto && isForStatic) {
    throw new ProtocolError(
      500,
      'System.InvalidOperationException',
      `'Lock Mode' can't be set for the Auto-Index '${name}'.`,
    );
  }
  if (!isAuto && findByName(indexes.staticIndexes, name) === undefined) throw noSuchIndex(name);
}

/** The node is not waited for any more, or none is where none is named: the next one begins. */
const finishRolling: DatabaseHandler = async (request, { loaded, node }) => {
  const name = requiredText(request, 'name');
  const known = Object.keys(rollingIndexesOf(loaded.record()));
  if (!known.some((one) => isSameIndexName(one, name))) {
    throw new ProtocolError(500, 'System.InvalidOperationException', `'${name}' isn't a rolling index`);
  }
  await submitFor(request, node, {
    type: 'FinishRollingIndex',
    name: loaded.name,
    index: name,
    node: optionalText(request, 'node') ?? null,
    deployment: null,
  });
  return NO_CONTENT;
};

/**
 * A disabled index answers with what it has, and goes on from there when it is enabled: on every node, whatever
 * `clusterWide` says.
 */
function switching(state: 'Normal' | 'Disabled'): DatabaseHandler {
  return async (request, { loaded, node }) => {
    const name = mandatoryText(request, 'name');
    boolParameter(request, 'clusterWide', false);
    requireEditable(name, loaded, false);
    await submitFor(request, node, {
      type: 'EditIndexes',
      name: loaded.name,
      indexes: [name],
      members: { State: state },
    });
    return NO_CONTENT;
  };
}

export const staticIndexRoutes = [
  databaseRoute('PUT /indexes', 'ReadWrite', put),
  databaseRoute('PUT /admin/indexes', 'Admin', put),
  databaseRoute('POST /indexes/has-changed', 'Read', hasChanged),
  databaseRoute('GET /indexes/history', 'Read', history),
  databaseRoute('POST /indexes/finish-rolling', 'ReadWrite', finishRolling),
  databaseRoute(
    'POST /indexes/set-lock',
    'ReadWrite',
    editing('LockMode', 'Mode', ['Unlock', 'LockedIgnore', 'LockedError']),
  ),
  databaseRoute(
    'POST /indexes/set-priority',
    'ReadWrite',
    editing('Priority', 'Priority', ['Low', 'Normal', 'High']),
  ),
  databaseRoute('POST /admin/indexes/enable', 'Admin', switching('Normal')),
  databaseRoute('POST /admin/indexes/disable', 'Admin', switching('Disabled')),
];
