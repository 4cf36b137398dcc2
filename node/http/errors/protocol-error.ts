import { ANSWER_BYTES_MAX } from '../limits.ts';

/** Members of an error body besides Url, Type, Message and Error. */
export type ErrorExtras = Readonly<Record<string, unknown>>;

/**
 * A refusal in the words of the protocol: a status and the .NET name of an exception, by which clients choose the
 * error they throw. Handlers throw it for what only the edge knows; errors of other rooms are mapped in
 * error-mapping.ts.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly status: number;
  readonly type: string;
  readonly extras: ErrorExtras;

  constructor(status: number, type: string, message: string, extras: ErrorExtras = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.extras = extras;
  }
}

/** A parameter that is missing or can't be read: 500 in this protocol, not 400. */
export function argumentError(message: string): ProtocolError {
  return new ProtocolError(500, 'System.ArgumentException', message);
}

export function missingParameter(name: string): ProtocolError {
  return argumentError(`Query string value '${name}' must have a non empty value`);
}

export function invalidOperation(message: string): ProtocolError {
  return new ProtocolError(500, 'System.InvalidOperationException', message);
}

/** A member of a body has the wrong type, or an enumeration value nobody knows. */
export function formatError(message: string): ProtocolError {
  return new ProtocolError(500, 'System.FormatException', message);
}

export function badRequest(message: string): ProtocolError {
  return new ProtocolError(400, 'Raven.Client.Exceptions.BadRequestException', message);
}

export function endOfBody(message = 'Stream ended without reaching end of json content'): ProtocolError {
  return new ProtocolError(500, 'System.IO.EndOfStreamException', message);
}

export function invalidData(message: string): ProtocolError {
  return new ProtocolError(500, 'System.IO.InvalidDataException', message);
}

export function routeNotFound(method: string, url: string): ProtocolError {
  return new ProtocolError(
    400,
    'Raven.Client.Exceptions.Routing.RouteNotFoundException',
    `There is no handler for path: ${method} ${url}`,
  );
}

/** Who asks may not have it; `message` says who that is and what would be needed. */
export function forbidden(message: string): ProtocolError {
  return new ProtocolError(403, 'Raven.Client.Exceptions.Security.AuthorizationException', message);
}

/** RavenDB has it, this product has not yet: said plainly, never a made-up success. */
export function notImplemented(what: string): ProtocolError {
  return new ProtocolError(501, 'System.NotImplementedException', `${what} is not built yet in this server.`);
}

export function databaseDoesNotExist(name: string): ProtocolError {
  return new ProtocolError(
    500,
    'Raven.Client.Exceptions.Database.DatabaseDoesNotExistException',
    `Database '${name}' does not exist.`,
  );
}

/** The answer would not fit into memory with those of others. */
export function answerTooLarge(): ProtocolError {
  return invalidOperation(
    `The answer would have more than ${ANSWER_BYTES_MAX} bytes; ask for fewer documents at a time.`,
  );
}

/** Waited in vain for copies or indexes; the write itself is committed, so clients must not retry elsewhere. */
export function waitTimeout(message: string): ProtocolError {
  return new ProtocolError(408, 'Raven.Client.Exceptions.RavenTimeoutException', message, {
    FailImmediately: true,
  });
}
