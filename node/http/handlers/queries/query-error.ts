import { IndexThreadError } from '../../../index-thread/thread-error.ts';
import { notImplemented, ProtocolError } from '../../errors/protocol-error.ts';

/** By the name of the error in the index thread: what the protocol calls it. */
const TYPES: Readonly<Record<string, string>> = {
  RqlSyntaxError: 'Raven.Server.Documents.Queries.Parser.QueryParser+ParseException',
  InvalidQueryError: 'Raven.Client.Exceptions.InvalidQueryException',
  UnknownMethodError: 'System.NotSupportedException',
  UnknownSorterError: 'Raven.Client.Exceptions.Documents.Sorters.SorterDoesNotExistException',
  ScriptError: 'Raven.Client.Exceptions.Documents.Patching.JavaScriptException',
  ScriptSyntaxError: 'Raven.Client.Exceptions.Documents.Patching.JavaScriptParseException',
  IndexingError: 'System.InvalidOperationException',
  SlowQueryError: 'System.TimeoutException',
  QueryKilledError: 'System.OperationCanceledException',
  MissingDocumentError: 'Raven.Client.Exceptions.Documents.DocumentDoesNotExistException',
};

/** Errors that go away by themselves: clients try another node. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'LostIndexError',
  'LostMomentError',
  'StorageClosedError',
  'StorageError',
  'OverloadedError',
  'ThreadEndedError',
]);

export function queryError({ kind, message }: IndexThreadError): Error {
  if (kind === 'UnsupportedQueryError') return notImplemented(`In queries, ${message}`);
  if (UNAVAILABLE.has(kind)) {
    return new ProtocolError(503, 'Raven.Client.Exceptions.Database.DatabaseLoadFailureException', message);
  }
  if (kind === 'PendingRollingIndexError') {
    return new ProtocolError(
      425,
      'Raven.Client.Exceptions.Documents.Indexes.PendingRollingIndexException',
      message,
    );
  }
  return new ProtocolError(500, TYPES[kind] ?? 'System.InvalidOperationException', message);
}

/** What the index thread answers; its errors as the protocol calls them. */
export function orQueryError<Result>(ask: () => Promise<Result>): Promise<Result> {
  return ask().catch(asQueryError);
}

function asQueryError(error: unknown): never {
  throw error instanceof IndexThreadError ? queryError(error) : error;
}
