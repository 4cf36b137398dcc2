import { TRIAL_NAME, type TrialOutcome } from '../../../index-thread/try-index.ts';
import { argumentError, ProtocolError } from '../../errors/protocol-error.ts';
import { isJsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import { intParameter } from '../../parameters/parameters.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { queryOf } from '../queries/query-request.ts';
import { tried, triedDefinition } from './try-index.ts';

/** Documents of each collection, when the client names none. */
const DOCUMENTS_DEFAULT = 10;
const DOCUMENTS_MAX = 10_000;
const TIMEOUT_MS = 15_000;

/** What maps and a reduce give of some documents, as texts of JSON; nothing is written. */
const tryMaps: DatabaseHandler = async (request, { loaded }) => {
  const body = await jsonObjectBody(request);
  const raw = member(body, 'Definition');
  if (!isJsonObject(raw)) {
    throw argumentError("Request should have a property name 'Definition' which is mandatory.");
  }
  const maps = member(raw, 'Maps') ?? [];
  if (Array.isArray(maps) && maps.length === 0) throw argumentError("Index must have a 'Maps' fields");
  const definition = triedDefinition(raw);
  const ids = idsOf(member(body, 'Ids') ?? null);
  const query = queryOf({ Query: `from index '${TRIAL_NAME}' limit 0` }, request);
  const outcome = await tried(
    {
      definition,
      query: { ...query, shows: 'results' },
      documents:
        ids === null
          ? { kind: 'firstOfEach', count: inputSize(intParameter(request, 'inputSize', DOCUMENTS_DEFAULT)) }
          : { kind: 'ids', lowerIds: new Set(ids.map((id) => id.toLowerCase())) },
      timeoutMs: TIMEOUT_MS,
    },
    loaded,
  );
  refuseHalf(outcome);
  const MapResults = outcome.mapped.flatMap((list) => JSON.parse(list) as unknown[]).map(textOf);
  if (definition.Reduce === null) return json(200, { MapResults });
  return json(200, { MapResults, ReduceResults: outcome.reduced.map((one) => textOf(JSON.parse(one))) });
};

function idsOf(raw: unknown): readonly string[] | null {
  if (raw === null) return null;
  if (Array.isArray(raw) && raw.length <= DOCUMENTS_MAX && raw.every((id) => typeof id === 'string'))
    return raw;
  throw argumentError(`'Ids' must be a list of at most ${DOCUMENTS_MAX} ids.`);
}

function inputSize(count: number): number {
  if (count >= 1 && count <= DOCUMENTS_MAX) return count;
  throw argumentError(`'inputSize' must be a number from 1 to ${DOCUMENTS_MAX}, but it is ${count}.`);
}

/** Results are never those of a part of the documents. */
function refuseHalf({ errors: [first], isCutShort }: TrialOutcome): void {
  if (first !== undefined) {
    throw new ProtocolError(
      500,
      'Raven.Server.Documents.Indexes.Static.JavaScriptIndexFuncException',
      `Failed to execute the ${first.action.toLowerCase()} of '${first.document}': ${first.error}`,
    );
  }
  if (isCutShort) {
    throw new ProtocolError(
      408,
      'System.TimeoutException',
      `The documents were not found and mapped within ${TIMEOUT_MS} ms.`,
    );
  }
}

function textOf(result: unknown): string {
  if (!isJsonObject(result)) return JSON.stringify(result);
  const { '@metadata': _, ...fields } = result;
  return JSON.stringify(fields);
}

export const tryMapsRoutes = [databaseRoute('POST /indexes/try', 'ReadWrite', tryMaps)];
