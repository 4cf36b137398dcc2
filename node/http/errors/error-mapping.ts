import { type ErrorExtras, ProtocolError } from './protocol-error.ts';

/** An error in the words of the protocol. */
export interface MappedError {
  readonly status: number;
  /** .NET name of the exception; clients choose the error they throw by it. */
  readonly type: string;
  readonly message: string;
  /** The type, then the full text. */
  readonly detail: string;
  readonly extras: ErrorExtras;
}

interface Mapping {
  readonly status: number;
  readonly type: string;
  /** Members of the error that go into the body: there, here. */
  readonly members?: Readonly<Record<string, string>>;
  readonly extras?: ErrorExtras;
}

const RAVEN = 'Raven.Client.Exceptions';
const CONCURRENCY_MEMBERS = {
  Id: 'id',
  ExpectedChangeVector: 'expectedChangeVector',
  ActualChangeVector: 'actualChangeVector',
};
const NO_VECTORS = { Id: null, ExpectedChangeVector: null, ActualChangeVector: null };

function raven(status: number, type: string, more: Omit<Mapping, 'status' | 'type'> = {}): Mapping {
  return { status, type: `${RAVEN}.${type}`, ...more };
}

function framework(type: string, status = 500): Mapping {
  return { status, type };
}

const MALFORMED = framework('System.IO.InvalidDataException');

/** By what is wrong with the JSON. */
const JSON_FAULTS: Readonly<Record<string, Mapping>> = {
  Truncated: framework('System.IO.EndOfStreamException'),
  UnexpectedKind: framework('Sparrow.Exceptions.InvalidStartOfObjectException'),
};

/** By the stable name of our errors: the rooms below don't know the protocol, and errors may have crossed a thread. */
const MAPPINGS: Readonly<Record<string, Mapping>> = {
  // landlord
  DatabaseDoesNotExistError: raven(500, 'Database.DatabaseDoesNotExistException'),
  DatabaseDisabledError: raven(503, 'Database.DatabaseDisabledException'),
  DatabaseNotRelevantError: raven(410, 'Database.DatabaseNotRelevantException'),
  DatabaseLoadTimeoutError: raven(503, 'Database.DatabaseLoadTimeoutException'),
  DatabaseLoadFailureError: raven(503, 'Database.DatabaseLoadFailureException'),
  NodeIsPassiveError: raven(503, 'Cluster.NodeIsPassiveException'),
  TooManyOperationsError: raven(503, 'RavenException'),

  // documents
  ConcurrencyError: raven(409, 'ConcurrencyException', { members: CONCURRENCY_MEMBERS }),
  DocumentConflictError: raven(409, 'Documents.DocumentConflictException', {
    members: { DocId: 'id', LargestEtag: 'largestEtag' },
  }),
  CollectionMismatchError: raven(500, 'Documents.DocumentCollectionMismatchException'),
  DocumentIdError: framework('System.ArgumentException'),
  UnsupportedCommandError: { status: 500, type: 'Raven.Server.Exceptions.InvalidCommandTypeException' },
  InvalidCommandError: framework('System.InvalidOperationException'),
  CommandTooLargeError: framework('System.InvalidOperationException'),
  ChangeVectorFormatError: framework('System.ArgumentException'),
  DatabaseOverloadedError: raven(503, 'RavenException'),
  DatabaseClosedError: raven(503, 'Database.DatabaseDisabledException'),

  // security
  CertificateError: framework('System.ArgumentException'),

  // storage
  StorageFullError: raven(503, 'Database.DatabaseLoadFailureException'),
  StorageClosedError: raven(503, 'Database.DatabaseDisabledException'),
  StorageError: raven(503, 'Database.DatabaseLoadFailureException'),

  // json
  InvalidMetadataError: framework('System.FormatException'),

  // cluster, rachis
  ClusterOperationError: framework('System.InvalidOperationException'),
  ClusterArgumentError: framework('System.ArgumentException'),
  CompareExchangeKeyTooBigError: raven(500, 'CompareExchangeKeyTooBigException'),
  ClusterTimeoutError: framework('System.TimeoutException', 408),
  InvalidDatabaseNameError: raven(400, 'BadRequestException'),
  UpdateOfMissingDatabaseError: raven(400, 'BadRequestException'),
  DatabaseAlreadyExistsError: raven(409, 'ConcurrencyException', { extras: NO_VECTORS }),
  RachisConcurrencyError: { status: 409, type: 'Raven.Server.Rachis.RachisConcurrencyException' },
  NoLeaderError: raven(503, 'Cluster.NoLeaderException'),
  NodePassiveError: raven(503, 'Cluster.NodeIsPassiveException'),
  RachisRefusedError: framework('System.InvalidOperationException'),
  RecoveryRefusedError: framework('System.InvalidOperationException', 409),
  RachisOverloadError: raven(503, 'RavenException'),
  RachisClosedError: raven(503, 'Cluster.NoLeaderException'),
  RetryError: raven(503, 'Cluster.NoLeaderException'),
  ClusterError: framework('System.InvalidOperationException'),

  // this room
  BodyTooLargeError: { status: 413, type: 'System.IO.InvalidDataException' },
  TooManyParametersError: { status: 414, type: 'System.ArgumentException' },
  OverloadError: raven(503, 'RavenException'),
  BodyAbortedError: framework('System.IO.EndOfStreamException'),
};

function extrasOf(error: object, mapping: Mapping): ErrorExtras {
  const members = Object.entries(mapping.members ?? {}).map(([there, here]) => [
    there,
    (error as Record<string, unknown>)[here] ?? null,
  ]);
  return { ...mapping.extras, ...Object.fromEntries(members) };
}

/** Never throws. What nobody named is 500, with its message: a client must be able to report it. */
export function mapError(error: unknown): MappedError {
  if (error instanceof ProtocolError) return mapped(error.status, error.type, error.message, error.extras);
  if (!(error instanceof Error)) return mapped(500, 'System.Exception', String(error), {});
  const mapping = mappingOf(error);
  if (mapping === undefined) return mapped(500, 'System.InvalidOperationException', error.message, {});
  return mapped(mapping.status, mapping.type, error.message, extrasOf(error, mapping));
}

function mappingOf(error: Error): Mapping | undefined {
  if (error.name !== 'JsonSyntaxError') return MAPPINGS[error.name];
  const fault = 'fault' in error ? String(error.fault) : '';
  return JSON_FAULTS[fault] ?? MALFORMED;
}

/** Whether it is one that somebody foresaw; the others are worth a line in the log. */
export function isExpected(error: unknown): boolean {
  return error instanceof ProtocolError || (error instanceof Error && mappingOf(error) !== undefined);
}

function mapped(status: number, type: string, message: string, extras: ErrorExtras): MappedError {
  return { status, type, message, detail: `${type}: ${message}`, extras };
}
