import { ROLLING_VERSION } from '../../../cluster/command-version.ts';
import type { IndexMissing, QueryOutcome } from '../../../index-thread/thread-protocol.ts';
import { invalidOperation, ProtocolError } from '../../errors/protocol-error.ts';
import { optionalText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, json, jsonBytes, NOT_FOUND, NOT_MODIFIED } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { includedValues } from '../documents/included-values.ts';
import { orQueryError } from './query-error.ts';
import { type ClientQuery, queryOfBody, queryOfUrl } from './query-request.ts';

/** How long the query that makes an index waits for it, unless it says otherwise, in milliseconds. */
const NEW_INDEX_WAIT_MS = 15_000;

/**
 * How often a query is planned: again when the index that it needs was made, when its node had not opened it yet, and
 * when it was deleted meanwhile. More would mean that somebody deletes them on purpose.
 */
const PLANS_MAX = 4;

/** Answers a query; makes the auto index that it needs. */
export async function runQuery(query: ClientQuery, context: DatabaseContext): Promise<HttpResponse> {
  const { outcome } = await withIndex(query, context, (asked) => sent(context.loaded, asked));
  switch (outcome.kind) {
    case 'answer': {
      const body = Buffer.from(outcome.body.buffer, outcome.body.byteOffset, outcome.body.byteLength);
      const keys = outcome.includedValueKeys;
      if (keys === null) return jsonBytes(200, body, ['ETag', outcome.etag]);
      // Without a tag: it would say nothing of the values, which change without the documents.
      return jsonBytes(200, withValues(body, keys, context));
    }
    case 'notModified':
      return NOT_MODIFIED;
    case 'unknownIndex':
      return NOT_FOUND;
  }
}

/** `{IndexName, Results: [{Index, Reason}]}`. */
async function explained(query: ClientQuery, { loaded }: DatabaseContext): Promise<HttpResponse> {
  const { choice } = await orQueryError(() => loaded.indexes.explain({ ...query, extras: [] }));
  if (choice === null) throw invalidOperation('Explain can only work on dynamic indexes');
  return json(200, {
    IndexName: choice.index,
    Results: choice.rejected.map(({ index, reason }) => ({ Index: index, Reason: reason })),
  });
}

/** The answer, an object, with the compare-exchange values of these keys, as this node has applied them. */
function withValues(body: Buffer, keys: readonly string[], { loaded, node }: DatabaseContext): Buffer {
  if (keys.length === 0) return body;
  const values = includedValues(keys, node.cluster.consistent.values(loaded.name));
  const rows = values.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',');
  const end = body.byteLength - 1;
  return Buffer.concat([body.subarray(0, end), Buffer.from(`,"CompareExchangeValueIncludes":{${rows}}}`)]);
}

/** Asks, makes the auto index that is missing or waits for it, and asks again. A query of a name that nothing has is no error here. */
export async function withIndex<Outcome extends { readonly kind: string }>(
  query: ClientQuery,
  { loaded, node }: DatabaseContext,
  send: (query: ClientQuery & { readonly extras: readonly string[] }) => Promise<Outcome | IndexMissing>,
): Promise<{ readonly outcome: Outcome | UnknownIndex }> {
  let extras: readonly string[] = [];
  let { waitMs } = query;
  for (let plans = 1; ; plans++) {
    const outcome = await send({ ...query, waitMs, extras });
    if (!isToBeAskedAgain(outcome)) return { outcome: outcome as Outcome | UnknownIndex };
    const name = outcome.kind === 'needsIndex' ? outcome.definition.Name : outcome.name;
    if (plans === PLANS_MAX) throw notThere(name);
    if (outcome.kind === 'unopenedIndex') {
      await loaded.indexes.whenKnown(name);
      continue;
    }
    // A query does not wait until all nodes of the cluster know how to do it one after the other.
    const isRolling =
      loaded.deploymentModes.auto === 'Rolling' && node.cluster.commandVersions().cluster >= ROLLING_VERSION;
    const { index } = await node.cluster.submit({
      type: isRolling ? 'PutRollingAutoIndex' : 'PutAutoIndex',
      name: loaded.name,
      definition: { ...outcome.definition },
    });
    await loaded.indexes.whenKnown(name);
    waitMs ??= NEW_INDEX_WAIT_MS;
    extras = [`"IndexDefinitionRaftIndex":${index}`, `"AutoIndexCreationRaftIndex":${index}`];
  }
}

type UnknownIndex = Extract<IndexMissing, { kind: 'unknownIndex' }>;

function isToBeAskedAgain(outcome: {
  readonly kind: string;
}): outcome is Exclude<IndexMissing, UnknownIndex> {
  return outcome.kind === 'needsIndex' || outcome.kind === 'unopenedIndex';
}

/** Clients ask another node. */
function notThere(name: string): ProtocolError {
  return new ProtocolError(
    503,
    'Raven.Client.Exceptions.Database.DatabaseLoadFailureException',
    `The index ${name} was made or awaited ${PLANS_MAX - 1} times for this query, and is not there on this node.`,
  );
}

function sent(
  { indexes }: DatabaseContext['loaded'],
  query: ClientQuery & { readonly extras: readonly string[] },
): Promise<QueryOutcome> {
  return orQueryError(() => indexes.query(query));
}

/** `debug`: absent or `entries`: the answer (of entries); `explain`: why it is which index. */
function answered(request: HttpRequest, query: ClientQuery, context: DatabaseContext): Promise<HttpResponse> {
  const debug = optionalText(request, 'debug');
  switch (debug?.toLowerCase()) {
    case undefined:
    case 'entries':
      return runQuery(query, context);
    case 'explain':
      return explained(query, context);
    default:
      throw new ProtocolError(
        500,
        'System.NotSupportedException',
        `Not supported query debug operation: '${debug}'. There are 'entries' and 'explain'.`,
      );
  }
}

const post: DatabaseHandler = (request, context) =>
  queryOfBody(request).then((query) => answered(request, query, context));
const get: DatabaseHandler = (request, context) => answered(request, queryOfUrl(request), context);

export const queryRoutes = [
  databaseRoute('POST /queries', 'Read', post, { isHot: true }),
  databaseRoute('GET /queries', 'Read', get, { isHot: true }),
];
