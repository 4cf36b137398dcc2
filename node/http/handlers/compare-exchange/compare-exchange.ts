import type { CompareExchangeResult } from '../../../cluster/cluster-command.ts';
import { argumentError, invalidData, invalidOperation } from '../../errors/protocol-error.ts';
import { VALUE_KEYS_MAX } from '../../limits.ts';
import { optionalText, requiredInt } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, jsonBytes, NOT_FOUND } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { pagingOf } from '../documents/list-documents.ts';
import { readValueBody } from './value-body.ts';
import { listedValues, namedValues } from './value-results.ts';

/** By keys, or by the start of the key, page by page. Linearizable: a majority has confirmed that nothing is newer. */
const get: DatabaseHandler = async (request, { node, loaded }) => {
  const keys = request.query.all('key');
  if (keys.length > VALUE_KEYS_MAX) {
    throw invalidOperation(`One request may ask for ${VALUE_KEYS_MAX} keys; ask for them in parts.`);
  }
  const paging = pagingOf(request);
  await node.cluster.consistent.readBarrier();
  const values = node.cluster.consistent.values(loaded.name);
  const [only] = keys;
  if (only === undefined) {
    return jsonBytes(200, listedValues(values, request.query.get('startswith') ?? '', paging));
  }
  if (keys.length === 1 && values.find(only) === undefined) return NOT_FOUND;
  return jsonBytes(200, namedValues(values, keys));
};

/** Sets the value if it stands at the index. A refusal is an answer like a success, with what stands there. */
const put: DatabaseHandler = async (request, context) => {
  const { key, index } = placeOf(request);
  const body = readValueBody(await request.body(), key);
  const { result } = await submitFor(request, context.node, {
    type: 'PutCompareExchange',
    database: context.loaded.name,
    key,
    index,
    ...body,
  });
  return shown(result as CompareExchangeResult, key, context, body.value);
};

const remove: DatabaseHandler = async (request, context) => {
  const { key, index } = placeOf(request);
  const { result } = await submitFor(request, context.node, {
    type: 'DeleteCompareExchange',
    database: context.loaded.name,
    key,
    index,
  });
  return shown(result as CompareExchangeResult, key, context, null);
};

function placeOf(request: HttpRequest): { readonly key: string; readonly index: number } {
  const key = optionalText(request, 'key');
  if (key === undefined) throw argumentError("Query string key is mandatory, but wasn't specified.");
  const index = requiredInt(request, 'index');
  if (index < 0) throw invalidData('Index must be a non-negative number');
  return { key: key.toWellFormed(), index };
}

/** `put`: what was given, which a success does not repeat. */
function shown(
  { isSuccessful, index, value }: CompareExchangeResult,
  key: string,
  { node, loaded }: DatabaseContext,
  put: string | null,
): HttpResponse {
  const text = isSuccessful && put !== null ? put : (value ?? remembered());
  return jsonBytes(200, Buffer.from(`{"Index":${index},"Value":${text},"Successful":${isSuccessful}}`));

  /** The request came again, and its value was too long to be kept with its outcome. */
  function remembered(): string | null {
    const stored = value === undefined ? node.cluster.consistent.values(loaded.name).find(key) : undefined;
    return stored?.index === index ? stored.value : null;
  }
}

export const compareExchangeRoutes = [
  databaseRoute('GET /cmpxchg', 'Read', get, { isHot: true }),
  databaseRoute('PUT /cmpxchg', 'ReadWrite', put, { isHot: true }),
  databaseRoute('DELETE /cmpxchg', 'ReadWrite', remove, { isHot: true }),
];
