import { answerTooLarge, argumentError, formatError } from '../../errors/protocol-error.ts';
import { InnerRequest } from '../../inner-request.ts';
import { ANSWER_BYTES_MAX, MULTI_GET_REQUESTS_MAX } from '../../limits.ts';
import { isJsonObject, type JsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, jsonBytes } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';

const OPEN = Buffer.from('{"Results":[');
const CLOSE = Buffer.from(']}');
const COMMA = Buffer.from(',');
/** What both Node clients read as "no document"; they die of the null that the real server sends. */
const NO_DOCUMENT = Buffer.from('{"Results":[null],"Includes":{}}');

/** Several requests in one: each answer in its place, failures too. */
const multiGet: DatabaseHandler = async (request, context) => {
  const requests = member(await jsonObjectBody(request), 'Requests');
  if (!Array.isArray(requests)) throw argumentError("The body must have 'Requests', an array.");
  if (requests.length > MULTI_GET_REQUESTS_MAX) {
    throw argumentError(`One multi_get may hold ${MULTI_GET_REQUESTS_MAX} requests; send it in parts.`);
  }
  const parts: Buffer[] = [OPEN];
  let bytes = 0;
  for (const [at, raw] of requests.entries()) {
    if (!isJsonObject(raw)) throw formatError("Each of the 'Requests' must be an object.");
    if (at > 0) parts.push(COMMA);
    const inner = innerRequest(raw, request, context);
    const shown = await shownResponse(await context.dispatch(inner), inner);
    bytes += shown.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw answerTooLarge();
    parts.push(shown);
  }
  parts.push(CLOSE);
  return jsonBytes(200, Buffer.concat(parts));
};

/** The database that the inner URL names doesn't count: it is the one of the outer request. */
function innerRequest(raw: JsonObject, outer: HttpRequest, { loaded }: DatabaseContext): InnerRequest {
  const text = (name: string, otherwise: string) => {
    const value = member(raw, name);
    return typeof value === 'string' ? value : otherwise;
  };
  const path = text('Url', '').replace(
    /^\/databases\/[^/]*(?=\/)/,
    `/databases/${encodeURIComponent(loaded.name)}`,
  );
  const query = text('Query', '');
  const content = member(raw, 'Content');
  const headers = member(raw, 'Headers');
  return new InnerRequest({
    outer,
    method: text('Method', 'GET').toUpperCase(),
    url: query === '' || query.startsWith('?') ? `${path}${query}` : `${path}?${query}`,
    headers: new Map(
      Object.entries(isJsonObject(headers) ? headers : {}).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]),
    ),
    body: Buffer.from(typeof content === 'string' ? content : content == null ? '' : JSON.stringify(content)),
  });
}

async function shownResponse(response: HttpResponse, inner: InnerRequest): Promise<Buffer> {
  const body = await wholeBody(response);
  const isNoDocument = response.status === 404 && body.length === 0 && inner.query.has('id');
  const result = isNoDocument ? NO_DOCUMENT : body.length === 0 ? Buffer.from('null') : body;
  const etag = response.headers.indexOf('ETag');
  const headers = etag < 0 ? {} : { ETag: response.headers[etag + 1] };
  const rest = `,"StatusCode":${response.status},"Headers":${JSON.stringify(headers)}}`;
  return Buffer.concat([Buffer.from('{"Result":'), result, Buffer.from(rest)]);
}

async function wholeBody({ body }: HttpResponse): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw answerTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const multiGetRoutes = [databaseRoute('POST /multi_get', 'Read', multiGet)];
