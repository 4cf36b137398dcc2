/** An answer as handlers give it. The edge adds the headers that every answer has, and encodes the body. */
export interface HttpResponse {
  readonly status: number;
  /** Name, value, name, value …; without Content-Length and Content-Encoding. */
  readonly headers: readonly string[];
  /** Absent: no body. */
  readonly body?: Buffer | AsyncIterable<Buffer>;
  /** The client may not have ended its request body and never will: the connection can't be used again. */
  readonly closesConnection?: boolean;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
const JSON_HEADERS: readonly string[] = ['Content-Type', JSON_TYPE];
const NONE: readonly string[] = [];

/** Compact JSON, as the protocol wants it. */
export function json(status: number, value: unknown, headers: readonly string[] = NONE): HttpResponse {
  return jsonBytes(status, Buffer.from(JSON.stringify(value)), headers);
}

/** JSON that is there as bytes already. */
export function jsonBytes(
  status: number,
  body: Buffer | AsyncIterable<Buffer>,
  headers: readonly string[] = NONE,
): HttpResponse {
  return { status, headers: headers.length === 0 ? JSON_HEADERS : [...JSON_HEADERS, ...headers], body };
}

/**
 * A file for whoever asked to keep.
 *
 * @param name the parameter of Content-Disposition, `filename=…` or `filename*=…`
 */
export function attachment(name: string, body: Buffer): HttpResponse {
  const headers = ['Content-Type', 'application/octet-stream', 'Content-Disposition', `attachment; ${name}`];
  return { status: 200, headers, body };
}

/** No body: 204 and 304 go without Content-Length, any other status with `Content-Length: 0`. */
export function empty(status: number, headers: readonly string[] = NONE): HttpResponse {
  return { status, headers };
}

export const NO_CONTENT: HttpResponse = empty(204);
export const CREATED_EMPTY: HttpResponse = empty(201);
/** The protocol's "there is none": clients read it as null. */
export const NOT_FOUND: HttpResponse = empty(404, JSON_HEADERS);
export const NOT_MODIFIED: HttpResponse = empty(304, JSON_HEADERS);
