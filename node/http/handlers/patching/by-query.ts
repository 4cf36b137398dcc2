import { setTimeout as delay } from 'node:timers/promises';
import { type BatchCommand, batch } from '../../../documents/commands/batch.ts';
import type { IdsOutcome } from '../../../index-thread/thread-protocol.ts';
import type { RunningOperation } from '../../../landlord/operation-registry.ts';
import { mapError } from '../../errors/error-mapping.ts';
import { badRequest, ProtocolError } from '../../errors/protocol-error.ts';
import { BY_QUERY_BATCH } from '../../limits.ts';
import { isJsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import { boolParameter, intParameter, optionalText } from '../../parameters/parameters.ts';
import { parseTimeSpanMs } from '../../parameters/time-span.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { expandPatches, retryPatches } from '../batch/expand-patches.ts';
import { orQueryError } from '../queries/query-error.ts';
import { type ClientQuery, queryOf } from '../queries/query-request.ts';
import { withIndex } from '../queries/run-query.ts';
import { noUpdate } from './try-patch.ts';

interface Options {
  readonly allowStale: boolean;
  readonly details: boolean;
  /** Documents a second; 0: as fast as it goes. */
  readonly maxPerSecond: number;
}

/** One of `Details` in the operation's result. */
type Detail = Readonly<Record<string, unknown>>;

/** Changes some documents; gives what is said of each. */
type Work = (ids: readonly string[]) => Promise<readonly Detail[]>;

const RESULT = 'Raven.Client.Documents.Operations.BulkOperationResult';

const patchByQuery: DatabaseHandler = async (request, context) => {
  const raw = member(await jsonObjectBody(request), 'Query');
  if (!isJsonObject(raw)) throw badRequest("Missing 'Query' property.");
  const query = withStaleWait(request, queryOf(raw, request));
  const found = await idsOf(query, context);
  if (found.update === null) throw noUpdate();
  const patch = { script: found.update, values: query.parameters };
  return start(request, context, 'UpdateByQuery', query, found, (ids) => patchAll(ids, patch, context));
};

const deleteByQuery: DatabaseHandler = async (request, context) => {
  const query = withStaleWait(request, queryOf(await jsonObjectBody(request), request));
  const found = await idsOf(query, context);
  // Whoever meant to change these documents must not lose them.
  if (found.update !== null) {
    throw new ProtocolError(
      500,
      'Raven.Server.Documents.Queries.Parser.QueryParser+ParseException',
      'Expected end of query but got: UPDATE. A deletion by query has none: send it as a patch by query, or without it.',
    );
  }
  return start(request, context, 'DeleteByQuery', query, found, (ids) => deleteAll(ids, context));
};

type Found = Extract<IdsOutcome, { kind: 'ids' }>;

/** How long to wait for a stale index: the query's own wish, or that of the operation. */
function withStaleWait(request: HttpRequest, query: ClientQuery): ClientQuery {
  const text = optionalText(request, 'staleTimeout');
  if (text === undefined) return query;
  const ms = /^\d+$/.test(text) ? Number(text) : parseTimeSpanMs(text);
  return { ...query, waitMs: ms ?? query.waitMs };
}

async function idsOf(query: ClientQuery, context: DatabaseContext): Promise<Found> {
  const { outcome } = await withIndex(query, context, (asked) =>
    orQueryError(() => context.loaded.indexes.ids(asked)),
  );
  if (outcome.kind === 'ids') return outcome;
  throw new ProtocolError(
    500,
    'Raven.Client.Exceptions.Documents.Indexes.IndexDoesNotExistException',
    `There is no index with '${outcome.name}' name.`,
  );
}

function start(
  request: HttpRequest,
  { loaded, node }: DatabaseContext,
  taskType: string,
  query: ClientQuery,
  found: Found,
  work: Work,
) {
  const options: Options = {
    allowStale: boolParameter(request, 'allowStale', false),
    details: boolParameter(request, 'details', false),
    maxPerSecond: Math.max(0, intParameter(request, 'maxOpsPerSec', 0)),
  };
  const id = loaded.operations.nextId();
  const operation = loaded.operations.start(id, { taskType, description: query.query, killable: true });
  void run(operation, found, options, work).catch((error: unknown) => {
    const { type, message, detail, status } = mapError(error);
    operation.fault({ type, message, error: detail, statusCode: status });
  });
  return json(200, { OperationId: id, OperationNodeTag: node.cluster.nodeTag() });
}

/** Batch after batch; what was done stays done when a later one fails or somebody kills the operation. */
async function run(operation: RunningOperation, found: Found, options: Options, work: Work): Promise<void> {
  if (found.isStale && !options.allowStale) {
    throw new ProtocolError(
      500,
      'System.InvalidOperationException',
      'Cannot perform bulk operation. Index is stale.',
    );
  }
  const { ids } = found;
  const details: Detail[] = [];
  const startedMs = performance.now();
  const size = options.maxPerSecond > 0 ? Math.min(options.maxPerSecond, BY_QUERY_BATCH) : BY_QUERY_BATCH;
  for (let done = 0; done < ids.length; ) {
    if (operation.signal.aborted) return operation.cancel();
    const slice = ids.slice(done, done + size);
    const made = await work(slice);
    if (options.details) details.push(...made);
    done += slice.length;
    operation.progress({ Processed: done, Total: ids.length });
    if (options.maxPerSecond > 0) {
      const dueMs = (done / options.maxPerSecond) * 1000 - (performance.now() - startedMs);
      if (dueMs > 0) await delay(dueMs);
    }
  }
  operation.complete({
    $type: `${RESULT}, Raven.Client`,
    Total: ids.length,
    Message: `Processed ${ids.length} items.`,
    Details: details,
    Query: null,
    DocumentsProcessed: 0,
    AttachmentsProcessed: 0,
    CountersProcessed: 0,
    TimeSeriesProcessed: 0,
  });
}

async function patchAll(
  ids: readonly string[],
  patch: { readonly script: string; readonly values: Readonly<Record<string, unknown>> },
  { loaded }: DatabaseContext,
): Promise<readonly Detail[]> {
  const commands = ids.map((id) => ({
    type: 'PATCH' as const,
    targets: [{ id, changeVector: null }],
    patch,
    ifMissing: null,
    returnsDocument: false,
  }));
  return retryPatches(loaded, async (attempt) => {
    const expanded = await expandPatches(commands, loaded);
    const { results } = await attempt(expanded, () =>
      loaded.database.execute(batch, { commands: expanded.commands }),
    );
    return ids.map((id, at) => {
      const stored = results.find((result) => result.type === 'PUT' && result.origin === at);
      return {
        $type: `${RESULT}+PatchDetails, Raven.Client`,
        Id: id,
        ChangeVector: stored?.type === 'PUT' ? stored.changeVector : null,
        Status: expanded.outcomes.get(at)?.[0]?.status ?? 'DocumentDoesNotExist',
      };
    });
  });
}

async function deleteAll(ids: readonly string[], { loaded }: DatabaseContext): Promise<readonly Detail[]> {
  const commands: BatchCommand[] = ids.map((id) => ({ type: 'DELETE', id, changeVector: null }));
  const { lastEtag } = await loaded.database.execute(batch, { commands });
  return ids.map((id) => ({ $type: `${RESULT}+DeleteDetails, Raven.Client`, Id: id, Etag: lastEtag }));
}

export const byQueryRoutes = [
  databaseRoute('PATCH /queries', 'ReadWrite', patchByQuery),
  databaseRoute('DELETE /queries', 'ReadWrite', deleteByQuery),
];
