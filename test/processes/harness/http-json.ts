import { type Dispatcher, fetch as fetchOver } from 'undici';

/** Longest time a test waits for one answer, in milliseconds. */
const REQUEST_TIMEOUT_MS = 20_000;

/** An answer that says no. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly status: number;
  /** The protocol's error type; empty when the body is not an error envelope. */
  readonly type: string;
  readonly body: string;

  constructor(method: string, url: string, status: number, body: string) {
    const envelope = parse(body);
    super(`${method} ${url}: ${status} ${envelope?.Message ?? body}`);
    this.status = status;
    this.type = envelope?.Type ?? '';
    this.body = body;
  }
}

function parse(body: string): { Type?: string; Message?: string } | undefined {
  try {
    return JSON.parse(body);
  } catch {
    // Not every refusal has a body: the status says enough.
    return undefined;
  }
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Connections with certificates of their own; without it those of every fetch. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** The answer's text. Throws HttpFailure for a status of 400 and up, and fetch's own error when there is no answer. */
export async function requestText(
  method: string,
  url: string,
  options: RequestOptions = {},
): Promise<string> {
  const { dispatcher } = options;
  const init = {
    method,
    headers: { 'Content-Type': 'application/json', ...options.headers },
    signal: AbortSignal.timeout(options.timeoutMs ?? REQUEST_TIMEOUT_MS),
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  };
  const response = await (dispatcher === undefined
    ? fetch(url, init)
    : fetchOver(url, { ...init, dispatcher }));
  const text = await response.text();
  if (!response.ok) throw new HttpFailure(method, url, response.status, text);
  return text;
}

/** As requestText, parsed; undefined for an empty body. */
export async function requestJson<T>(method: string, url: string, options: RequestOptions = {}): Promise<T> {
  const text = await requestText(method, url, options);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
