import type { DatabaseRecord } from '../../../cluster/database-record.ts';
import { type RollingIndex, rollingIndexesOf } from '../../../cluster/rolling-index.ts';
import type { IndexStatistics } from '../../../index-thread/thread-protocol.ts';
import { isSameIndexName, replacedName, replacementName } from '../../../indexing/definitions/index-name.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { argumentError, ProtocolError } from '../../errors/protocol-error.ts';
import {
  INT_MAX,
  intParameter,
  optionalText,
  requiredText,
  strictBoolParameter,
} from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import type { HttpRequest } from '../../request.ts';
import { json, NO_CONTENT, NOT_FOUND } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { autoDefinitionShape } from './auto-definition-shape.ts';
import { progressByCollection, stalenessReasons } from './index-progress.ts';
import { errorsShape, staticShapes, statisticsShape, statusOf } from './index-shapes.ts';
import { isNamed, NO_SUCH_INDEX, noSuchIndex, requireIndex } from './required-index.ts';

const list: DatabaseHandler = async (request, { loaded, node }) => {
  const name = optionalText(request, 'name');
  const replaced = await loaded.indexes.replaced();
  const all = [
    ...loaded.indexes.autoIndexes.map(autoDefinitionShape),
    ...loaded.indexes.staticIndexes.flatMap((one) => staticShapes(one, replaced)),
  ];
  const definitions = all
    .filter((one) => name === undefined || isSameIndexName(one.Name, name))
    .toSorted((a, b) => (a.Name.toLowerCase() < b.Name.toLowerCase() ? -1 : 1));
  if (name !== undefined && definitions.length === 0) return NOT_FOUND;
  const start = Math.max(0, intParameter(request, 'start', 0));
  const page = definitions.slice(start, start + Math.max(0, intParameter(request, 'pageSize', INT_MAX)));
  if (strictBoolParameter(request, 'namesOnly', false)) {
    return json(200, { '@metadata': answerMetadata(request, node), Results: page.map(({ Name }) => Name) });
  }
  return json(200, { Results: page });
};

const remove: DatabaseHandler = async (request, { loaded, node }) => {
  const name = requiredText(request, 'name');
  const isAsked = ({ Name }: { readonly Name: string }): boolean => isNamed(name)({ name: Name });
  const written = loaded.indexes.staticIndexes.find(isAsked);
  if (written?.LockMode === 'LockedError') {
    throw new ProtocolError(
      500,
      'Raven.Client.Exceptions.Documents.Indexes.IndexDeletionException',
      `Failed to delete index '${name}': its lock mode is LockedError.`,
    );
  }
  if (written?.LockMode === 'LockedIgnore') return NO_CONTENT;
  if (written === undefined && !loaded.indexes.autoIndexes.some(isAsked)) return NOT_FOUND;
  await submitFor(request, node, { type: 'DeleteIndexes', name: loaded.name, indexes: [name] });
  return NO_CONTENT;
};

const reset: DatabaseHandler = async (request, context) => {
  const { name } = await requireIndex(context, requiredText(request, 'name'));
  const mode = optionalText(request, 'mode') ?? 'InPlace';
  if (!/^(InPlace|SideBySide)$/i.test(mode)) {
    throw argumentError(`'mode' must be InPlace or SideBySide, but it is '${mode}'.`);
  }
  await context.loaded.indexes.reset(name, mode.toLowerCase() === 'sidebyside');
  return NO_CONTENT;
};

const replace: DatabaseHandler = async (request, context) => {
  const given = requiredText(request, 'name');
  const { name } = await requireIndex(context, replacedName(given) ?? given);
  if (await context.loaded.indexes.replace(name)) return NO_CONTENT;
  throw new ProtocolError(
    500,
    NO_SUCH_INDEX,
    `Nothing is to take the place of index '${name}': there is no '${replacementName(name)}'.`,
  );
};

function byName(a: IndexStatistics, b: IndexStatistics): number {
  return a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1;
}

const statistics: DatabaseHandler = async (request, { loaded, node }) => {
  const name = optionalText(request, 'name');
  const all = await loaded.indexes.statistics();
  const asked = name === undefined ? all.toSorted(byName) : all.filter(isNamed(name));
  if (name !== undefined && asked.length === 0) return NOT_FOUND;
  return json(200, { '@metadata': answerMetadata(request, node), Results: asked.map(statisticsShape) });
};

const staleness: DatabaseHandler = async (request, context) => {
  const index = await requireIndex(context, requiredText(request, 'name'));
  return json(200, {
    IsStale: index.isStale,
    StalenessReasons: index.isStale ? stalenessReasons(index) : [],
  });
};

const progress: DatabaseHandler = async (_request, { loaded }) =>
  json(200, {
    Results: (await loaded.indexes.progress()).map(({ index, collections }) => ({
      IsStale: true,
      IndexRunningStatus: statusOf(index),
      ProcessedPerSecond: 0,
      Collections: progressByCollection(collections),
      ...rollingStatus(index.name, loaded.record()),
      Name: index.name,
      Type: index.type,
      SourceType: 'Documents',
    })),
  });

/** Which nodes have it already, by name of the index or of what is to replace it. */
function rollingStatus(name: string, record: DatabaseRecord): { readonly IndexRollingStatus?: RollingIndex } {
  const plain = replacedName(name) ?? name;
  const found = Object.entries(rollingIndexesOf(record)).find(([one]) => isSameIndexName(one, plain));
  return found === undefined ? {} : { IndexRollingStatus: found[1] };
}

const status: DatabaseHandler = async (_request, { loaded }) => {
  const all = await loaded.indexes.statistics();
  const { isDisabled, areAllPaused } = loaded.indexes;
  return json(200, {
    Status: isDisabled ? 'Disabled' : areAllPaused ? 'Paused' : 'Running',
    Indexes: all.map((index) => ({
      Name: index.name,
      Status: isDisabled ? 'Disabled' : statusOf(index),
    })),
  });
};

async function namedIndexes(
  request: HttpRequest,
  { loaded }: DatabaseContext,
): Promise<readonly IndexStatistics[]> {
  const names = request.query.all('name');
  const all = await loaded.indexes.statistics();
  if (names.length === 0) return all;
  return names.map((name) => {
    const index = all.find(isNamed(name));
    if (index === undefined) throw noSuchIndex(name);
    return index;
  });
}

const errors: DatabaseHandler = async (request, context) =>
  json(200, {
    '@metadata': answerMetadata(request, context.node),
    Results: (await namedIndexes(request, context)).map(errorsShape),
  });

const clearErrors: DatabaseHandler = async (request, context) => {
  for (const { name } of await namedIndexes(request, context)) await context.loaded.indexes.clearErrors(name);
  return NO_CONTENT;
};

const terms: DatabaseHandler = async (request, context) => {
  const field = requiredText(request, 'field');
  const index = await requireIndex(context, requiredText(request, 'name'));
  const after = optionalText(request, 'fromValue') ?? null;
  const pageSize =
    optionalText(request, 'pageSize') === undefined ? INT_MAX : intParameter(request, 'pageSize', INT_MAX);
  const found = await context.loaded.indexes.terms(index.name, field, after, pageSize);
  return json(200, { IndexName: index.name, ResultEtag: index.entries, Terms: found ?? [] });
};

/** This node only, and until it restarts. */
function pausing(isPaused: boolean): DatabaseHandler {
  return async (request, context) => {
    const { indexes } = context.loaded;
    // An empty name is a mistake, and must not mean all of them.
    if (request.query.get('name') !== undefined) {
      const { name } = await requireIndex(context, requiredText(request, 'name'));
      await indexes.setPaused(name, isPaused);
    } else if (request.query.get('type') !== undefined) {
      const type = requiredText(request, 'type');
      if (!/^map(-reduce)?$/i.test(type)) {
        throw argumentError(`Query string value 'type' can only be 'map' or 'map-reduce' but was ${type}`);
      }
      const isReduced = type.toLowerCase() !== 'map';
      for (const index of await indexes.statistics()) {
        if (/MapReduce$/.test(index.type) === isReduced) await indexes.setPaused(index.name, isPaused);
      }
    } else await indexes.setPaused(null, isPaused);
    return NO_CONTENT;
  };
}

export const indexAdminRoutes = [
  databaseRoute('GET /indexes', 'Read', list),
  databaseRoute('DELETE /indexes', 'ReadWrite', remove),
  // node:http knows no such method; the fast reader takes any.
  databaseRoute('RESET /indexes', 'ReadWrite', reset, { isHot: true }),
  databaseRoute('POST /indexes/replace', 'ReadWrite', replace),
  databaseRoute('GET /indexes/stats', 'Read', statistics),
  databaseRoute('GET /indexes/staleness', 'Read', staleness),
  databaseRoute('GET /indexes/progress', 'Read', progress),
  databaseRoute('GET /indexes/status', 'Read', status),
  databaseRoute('GET /indexes/errors', 'Read', errors),
  databaseRoute('DELETE /indexes/errors', 'ReadWrite', clearErrors),
  databaseRoute('GET /indexes/terms', 'Read', terms),
  databaseRoute('POST /admin/indexes/start', 'Admin', pausing(false)),
  databaseRoute('POST /admin/indexes/stop', 'Admin', pausing(true)),
];
