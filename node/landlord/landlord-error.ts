/**
 * Why a database can't serve a request on this node. `name` is stable; the edge maps each to the protocol's status
 * and exception type.
 */
export class LandlordError extends Error {
  override readonly name: string = 'LandlordError';
  readonly databaseName: string;

  constructor(databaseName: string, message: string) {
    super(message);
    this.databaseName = databaseName;
  }
}

/** No record of that name, or it is being deleted everywhere. */
export class DatabaseDoesNotExistError extends LandlordError {
  override readonly name: string = 'DatabaseDoesNotExistError';

  constructor(databaseName: string) {
    super(databaseName, `Database '${databaseName}' does not exist.`);
  }
}

export class DatabaseDisabledError extends LandlordError {
  override readonly name: string = 'DatabaseDisabledError';

  constructor(databaseName: string) {
    super(databaseName, `${databaseName} has been disabled`);
  }
}

/** The database lives on other nodes; the client should refresh its topology. */
export class DatabaseNotRelevantError extends LandlordError {
  override readonly name: string = 'DatabaseNotRelevantError';

  constructor(databaseName: string, nodeTag: string) {
    super(
      databaseName,
      `Database '${databaseName}' is not on node ${nodeTag}; its topology tells where it is.`,
    );
  }
}

/** It is still being opened. */
export class DatabaseLoadTimeoutError extends LandlordError {
  override readonly name: string = 'DatabaseLoadTimeoutError';

  constructor(databaseName: string, waitedMs: number) {
    super(
      databaseName,
      `Database '${databaseName}' is still being opened after ${waitedMs} ms; try again later.`,
    );
  }
}

/** Its storage could not be opened; the reason is in the message. It is tried again from time to time. */
export class DatabaseLoadFailureError extends LandlordError {
  override readonly name: string = 'DatabaseLoadFailureError';

  constructor(databaseName: string, reason: string) {
    super(databaseName, `Database '${databaseName}' could not be opened: ${reason}`);
  }
}

/** The node is in no cluster, so it has no databases. */
export class NodeIsPassiveError extends LandlordError {
  override readonly name: string = 'NodeIsPassiveError';

  constructor(databaseName: string) {
    super(databaseName, `Can't perform actions on the database '${databaseName}' while the node is passive.`);
  }
}
