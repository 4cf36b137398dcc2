import { parseExactWithBareWords } from '../../../json/bare-words.ts';
import type { QueryParameters } from '../../../querying/plan/bind-values.ts';
import { PROJECTION_BEHAVIORS, type ProjectionBehavior } from '../../../querying/plan/projection-behavior.ts';
import type { ShownPart } from '../../../querying/plan/query-plan.ts';
import {
  endOfBody,
  formatError,
  invalidData,
  invalidOperation,
  ProtocolError,
} from '../../errors/protocol-error.ts';
import { unquote } from '../../parameters/entity-tag.ts';
import { isJsonObject, type JsonObject, member, textMember } from '../../parameters/json-body.ts';
import { INT_MAX, intParameter, optionalText, strictBoolParameter } from '../../parameters/parameters.ts';
import { parseTimeSpanMs } from '../../parameters/time-span.ts';
import type { HttpRequest } from '../../request.ts';

/** A query as the protocol carries it. */
export interface ClientQuery {
  readonly query: string;
  readonly parameters: QueryParameters;
  readonly start: number;
  readonly pageSize: number;
  readonly projection: ProjectionBehavior;
  readonly keepsDuplicates: boolean;
  /** Null: the answer may be of an index that is behind. */
  readonly waitMs: number | null;
  readonly knownEtag: string | null;
  readonly shows: ShownPart;
}

/** How long a wait without a time is, in milliseconds. */
const DEFAULT_WAIT_MS = 15_000;

/** `POST /queries`. Numbers among the parameters that a double can't hold stay exact. */
export async function queryOfBody(request: HttpRequest): Promise<ClientQuery> {
  return queryOf(parseBody((await request.body()).toString('utf8')), request);
}

/** The protocol's IndexQuery. */
export function queryOf(body: JsonObject, request: HttpRequest): ClientQuery {
  const query = textMember(body, 'Query');
  if (query === undefined || query.trim() === '') {
    throw invalidOperation("Index query does not contain 'Query' field.");
  }
  const parameters = member(body, 'QueryParameters') ?? {};
  if (!isJsonObject(parameters)) throw formatError("'QueryParameters' must be an object.");
  return {
    query,
    parameters,
    start: count(body, 'Start', 0),
    pageSize: count(body, 'PageSize', INT_MAX),
    projection: projectionOf(textMember(body, 'ProjectionBehavior')),
    keepsDuplicates: member(body, 'SkipDuplicateChecking') === true,
    waitMs: waitOf(
      member(body, 'WaitForNonStaleResults') === true,
      member(body, 'WaitForNonStaleResultsTimeout'),
    ),
    knownEtag: knownEtag(request),
    shows: shownPart(request),
  };
}

/** `GET /queries?query=…`. */
export function queryOfUrl(request: HttpRequest): ClientQuery {
  const query = optionalText(request, 'query');
  if (query === undefined) {
    throw invalidOperation("Missing mandatory query string parameter 'query'.");
  }
  return {
    query,
    parameters: {},
    start: intParameter(request, 'start', 0),
    pageSize: intParameter(request, 'pageSize', INT_MAX),
    projection: projectionOf(optionalText(request, 'projectionBehavior')),
    keepsDuplicates: strictBoolParameter(request, 'skipDuplicateChecking', false),
    waitMs: waitOf(
      strictBoolParameter(request, 'waitForNonStaleResults', false),
      optionalText(request, 'waitForNonStaleResultsTimeout'),
    ),
    knownEtag: knownEtag(request),
    shows: shownPart(request),
  };
}

function projectionOf(text: string | undefined): ProjectionBehavior {
  if (text === undefined || text === '') return 'Default';
  const found = PROJECTION_BEHAVIORS.find((one) => one.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw formatError(
    `'ProjectionBehavior' must be one of ${PROJECTION_BEHAVIORS.join(', ')}, but it is '${text}'.`,
  );
}

/** A timeout alone is a wish to wait, too. */
function waitOf(isAsked: boolean, timeout: unknown): number | null {
  if (timeout === undefined || timeout === null) return isAsked ? DEFAULT_WAIT_MS : null;
  const ms =
    typeof timeout === 'number' ? timeout : typeof timeout === 'string' ? parseTimeSpanMs(timeout) : null;
  if (ms === null) {
    throw formatError(
      `'WaitForNonStaleResultsTimeout' must be a TimeSpan or milliseconds, but it is ${JSON.stringify(timeout)}.`,
    );
  }
  return ms;
}

function shownPart(request: HttpRequest): ShownPart {
  if (optionalText(request, 'debug')?.toLowerCase() === 'entries') return 'entries';
  return strictBoolParameter(request, 'metadataOnly', false) ? 'metadata' : 'results';
}

function count(body: JsonObject, name: string, otherwise: number): number {
  const value = member(body, name);
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw formatError(
      `'${name}' must be a whole number that is not negative, but it is ${JSON.stringify(value)}.`,
    );
  }
  return value;
}

function knownEtag(request: HttpRequest): string | null {
  const known = request.header('if-none-match');
  return known === undefined ? null : unquote(known);
}

function parseBody(text: string): JsonObject {
  if (text.trim() === '') throw endOfBody();
  let value: unknown;
  try {
    value = parseExactWithBareWords(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/unexpected end|unterminated/i.test(message)) throw endOfBody();
    throw invalidData(message);
  }
  if (isJsonObject(value)) return value;
  throw new ProtocolError(
    500,
    'Sparrow.Exceptions.InvalidStartOfObjectException',
    'Expected the body to be a JSON object.',
  );
}
