/**
 * An answer of the cluster layer that is not a success. The name is stable: it crosses nodes inside of Raft results,
 * and the edge maps it to the protocol's exception.
 */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
}

/** The record does not stand at the index that the command was made for. */
export class RachisConcurrencyError extends ClusterError {
  override readonly name = 'RachisConcurrencyError';
}

export class DatabaseAlreadyExistsError extends ClusterError {
  override readonly name = 'DatabaseAlreadyExistsError';
}

export class DatabaseDoesNotExistError extends ClusterError {
  override readonly name = 'DatabaseDoesNotExistError';
}

/** A record was to be updated, by its etag, that isn't there. */
export class UpdateOfMissingDatabaseError extends ClusterError {
  override readonly name = 'UpdateOfMissingDatabaseError';
}

export class InvalidDatabaseNameError extends ClusterError {
  override readonly name = 'InvalidDatabaseNameError';
}

/** The command can't be done in the present state of the cluster; RavenDB's InvalidOperationException. */
export class ClusterOperationError extends ClusterError {
  override readonly name = 'ClusterOperationError';
}

/** The command contradicts itself; RavenDB's ArgumentException. */
export class ClusterArgumentError extends ClusterError {
  override readonly name = 'ClusterArgumentError';
}

export class CompareExchangeKeyTooBigError extends ClusterError {
  override readonly name = 'CompareExchangeKeyTooBigError';
}

const CLASSES: Readonly<Record<string, new (message: string) => ClusterError>> = {
  RachisConcurrencyError,
  DatabaseAlreadyExistsError,
  DatabaseDoesNotExistError,
  UpdateOfMissingDatabaseError,
  InvalidDatabaseNameError,
  ClusterOperationError,
  ClusterArgumentError,
  CompareExchangeKeyTooBigError,
};

/** An error as it stands in a Raft result. */
export interface ErrorValue {
  readonly name: string;
  readonly message: string;
}

export function errorFromValue({ name, message }: ErrorValue): ClusterError {
  const Class = CLASSES[name] ?? ClusterError;
  return new Class(message);
}
