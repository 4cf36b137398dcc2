/** Why a request failed when no answer of the API server says so. */
export type TransportReason =
  /** No connection, or it broke before the answer was complete: a write may have been carried out. */
  | 'Unreachable'
  /** No answer in time: a write may have been carried out. */
  | 'Timeout'
  /** The caller gave up: a write may have been carried out. */
  | 'Aborted'
  /** Not sent: too many requests of ours wait already. */
  | 'Overloaded'
  /** Not sent: no usable credentials. */
  | 'NoCredentials'
  /** The answer is longer than we read, or is none that we understand. */
  | 'BadAnswer'
  /** The API server does not know the kind, whatever the name. */
  | 'NotServed';

/**
 * A request to the Kubernetes API that failed. `reason` is the API server's own (`NotFound`, `AlreadyExists`,
 * `Conflict`, `Invalid`, `Forbidden`, `Expired`, `TooManyRequests` …) or one of `TransportReason`.
 */
export class KubeError extends Error {
  override readonly name: string = 'KubeError';
  /** HTTP status, or 0 when there was no answer. */
  readonly code: number;
  readonly reason: string;
  /** The API server asks not to come again before, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What the API server says in `details`: kind, name, causes; as it came. */
  readonly details: unknown;

  constructor(
    message: string,
    options: {
      readonly code: number;
      readonly reason: string;
      readonly retryAfterMs?: number | undefined;
      readonly details?: unknown;
      readonly cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = options.code;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

/** Whether the error is the API server's answer with this reason, or this failure of the transport. */
export function hasReason(error: unknown, reason: string): error is KubeError {
  return error instanceof KubeError && error.reason === reason;
}

interface StatusBody {
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown; readonly name?: unknown };
}

/** Reasons by status, for answers that bring none: from a proxy, or from before the API server's own handlers. */
const REASON_OF_CODE: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** How much of an answer that is no Status goes into a message, in characters. */
const SHOWN_TEXT_LENGTH_MAX = 300;

/**
 * The error of an answer with a status of 400 and above, or of an ERROR event of a watch.
 *
 * @param request for the message, such as `apply StatefulSet shop/db`
 * @param retryAfter the header of that name
 */
export function errorOfAnswer(
  request: string,
  code: number,
  text: string,
  retryAfter?: string | undefined,
): KubeError {
  const status = statusIn(text);
  const said =
    typeof status?.message === 'string' && status.message !== '' ? status.message : shortened(text);
  // The API server names the object that is missing. Without a name it is the kind that it does not have.
  const notFound = status?.details?.name === undefined ? 'NotServed' : 'NotFound';
  const given = typeof status?.reason === 'string' && status.reason !== '' ? status.reason : undefined;
  const reason = code === 404 ? notFound : (given ?? REASON_OF_CODE[code] ?? 'Unknown');
  return new KubeError(`${request}: ${code} ${reason}${said === '' ? '' : `: ${said}`}`, {
    code,
    reason,
    retryAfterMs: retryAfterMs(retryAfter, status),
    details: status?.details,
  });
}

function statusIn(text: string): StatusBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as StatusBody) : undefined;
  } catch {
    // Plain text: a proxy's page, or a path that the API server does not know.
    return undefined;
  }
}

function shortened(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length <= SHOWN_TEXT_LENGTH_MAX ? line : `${line.slice(0, SHOWN_TEXT_LENGTH_MAX)}…`;
}

function retryAfterMs(header: string | undefined, status: StatusBody | undefined): number | undefined {
  const said = status?.details?.retryAfterSeconds;
  const seconds = header === undefined ? (typeof said === 'number' ? said : Number.NaN) : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
