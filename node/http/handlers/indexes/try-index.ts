import { IndexThreadError } from '../../../index-thread/thread-error.ts';
import { type IndexTrial, TRIAL_NAME, type TrialOutcome } from '../../../index-thread/try-index.ts';
import type { StaticIndexDefinition } from '../../../indexing/definitions/index-definition.ts';
import { badRequest } from '../../errors/protocol-error.ts';
import type { LoadedDatabase } from '../../node-services.ts';
import { isJsonObject, type JsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import { jsonBytes } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { orQueryError } from '../queries/query-error.ts';
import { queryOf } from '../queries/query-request.ts';
import { requireConfiguration } from './index-configuration.ts';
import { compilationError, staticDefinition } from './static-definition.ts';

const DOCUMENTS_DEFAULT = 100;
const DOCUMENTS_MAX = 10_000;
const TIMEOUT_SECONDS_DEFAULT = 15;
/** Longer is not waited for. */
const TIMEOUT_SECONDS_MAX = 60;

/** Who tries an index out need not have a name for it. */
const UNNAMED = 'TestIndex';

/** What an index would be, of some documents; nothing is written. */
const tryOut: DatabaseHandler = async (request, { loaded }) => {
  const body = await jsonObjectBody(request);
  const raw = member(body, 'IndexDefinition');
  if (raw === undefined || raw === null) throw badRequest('Index must have an IndexDefinition field');
  if (!isJsonObject(raw)) throw badRequest("'IndexDefinition' must be an object.");
  const definition = triedDefinition(raw);
  const query = queryOf({ Query: `from index '${TRIAL_NAME}'`, ...withoutNulls(body) }, request);
  const trial = {
    definition,
    query: { ...query, shows: 'results' as const },
    documents: { kind: 'first' as const, count: documentsMax(body) },
    timeoutMs: timeoutMs(body),
  };
  const outcome = await tried(trial, loaded);
  const list = (texts: readonly string[]): string => `[${texts.join(',')}]`;
  const members = [
    `"IndexEntries":${list(outcome.entries)}`,
    `"QueryResults":${list(outcome.results)}`,
    `"MapResults":${list(outcome.mapped.map((json) => json.slice(1, -1)).filter((json) => json !== ''))}`,
    `"ReduceResults":${list(outcome.reduced)}`,
    `"HasDynamicFields":${outcome.hasDynamicFields}`,
    `"IsStale":${outcome.isStale}`,
    `"IndexType":"${outcome.type}"`,
    `"Errors":${JSON.stringify(outcome.errors.map(({ document, action, error }) => ({ Document: document, Action: action, Error: error })))}`,
  ];
  return jsonBytes(200, Buffer.from(`{${members.join(',')}}`));
};

/** What becomes of an index; the protocol's error when it makes none, or the query can't be answered. */
export async function tried(trial: IndexTrial, { indexes }: LoadedDatabase): Promise<TrialOutcome> {
  try {
    await indexes.validate(trial.definition);
  } catch (error) {
    throw error instanceof IndexThreadError ? compilationError(trial.definition.Name, error.message) : error;
  }
  return orQueryError(() => indexes.tryOut(trial));
}

/** A definition that need not have a name. Documents of its groups are not written. */
export function triedDefinition(raw: JsonObject): StaticIndexDefinition {
  const name = member(raw, 'Name');
  const named = name === undefined || name === null || name === '' ? { ...raw, Name: UNNAMED } : raw;
  const {
    OutputReduceToCollection: _,
    PatternForOutputReduceToCollectionReferences: __,
    PatternReferencesCollectionName: ___,
    ...definition
  } = staticDefinition(named);
  requireConfiguration(definition);
  return definition;
}

function withoutNulls(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function documentsMax(body: JsonObject): number {
  const count = member(body, 'MaxDocumentsToProcess') ?? DOCUMENTS_DEFAULT;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= DOCUMENTS_MAX)
    return count;
  throw badRequest(
    `'MaxDocumentsToProcess' must be a whole number from 1 to ${DOCUMENTS_MAX}, but it is ${JSON.stringify(count)}.`,
  );
}

function timeoutMs(body: JsonObject): number {
  const seconds = member(body, 'WaitForNonStaleResultsTimeoutInSeconds') ?? TIMEOUT_SECONDS_DEFAULT;
  if (typeof seconds === 'number' && seconds > 0) return Math.min(seconds, TIMEOUT_SECONDS_MAX) * 1000;
  throw badRequest(
    `'WaitForNonStaleResultsTimeoutInSeconds' must be a number of seconds, but it is ${JSON.stringify(seconds)}.`,
  );
}

export const tryIndexRoutes = [databaseRoute('POST /indexes/test', 'ReadWrite', tryOut)];
