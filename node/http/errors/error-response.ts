import { type HttpResponse, JSON_TYPE } from '../response.ts';
import { mapError } from './error-mapping.ts';

const NO_CACHE = ['Cache-Control', 'must-revalidate,no-cache'];

/** The answer to a request that failed: the protocol's error body. `url` is path and query as received. */
export function errorResponse(error: unknown, url: string): HttpResponse {
  const { status, type, message, detail, extras } = mapError(error);
  const body = { Url: url, Type: type, Message: message, Error: detail, ...extras };
  return {
    status,
    headers: ['Content-Type', JSON_TYPE, ...(status === 410 ? NO_CACHE : [])],
    body: Buffer.from(JSON.stringify(body)),
  };
}
