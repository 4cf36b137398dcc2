/** Base of what a command or a read of the documents room can fail with; each survives as name, message and fields. */
export class DocumentError extends Error {
  override readonly name: string = 'DocumentError';
}

/** The document is not in the state that the caller expected. The vectors are null where there is none to tell. */
export class ConcurrencyError extends DocumentError {
  override readonly name: string = 'ConcurrencyError';
  readonly id: string | null;
  readonly expectedChangeVector: string | null;
  readonly actualChangeVector: string | null;

  constructor(message: string, id: string | null, expected: string | null, actual: string | null) {
    super(message);
    this.id = id;
    this.expectedChangeVector = expected;
    this.actualChangeVector = actual;
  }
}

const ABORTED = 'Optimistic concurrency violation, transaction will be aborted.';

/** What the caller was about to do; it is part of the protocol's message. */
export type ExpectingOperation = 'Put' | 'Delete';

/** `actual` is null when there is no document; `expected` is '' when there should be none. */
export function concurrencyError(
  operation: ExpectingOperation,
  id: string,
  expected: string,
  actual: string | null,
): ConcurrencyError {
  const shown = operation === 'Delete' ? `'${expected}'` : expected;
  if (actual === null) {
    const called =
      operation === 'Delete' ? 'delete was called with change vector' : 'Put was called with change vector:';
    return new ConcurrencyError(
      `Document ${id} does not exist, but ${called} ${shown}. ${ABORTED}`,
      id,
      expected,
      null,
    );
  }
  const expectation = expected === '' ? 'expecting new document' : `change vector ${shown}`;
  return new ConcurrencyError(
    `Document ${id} has change vector ${actual}, but ${operation} was called with ${expectation}. ${ABORTED}`,
    id,
    expected,
    actual,
  );
}

/** A document that a session has read, and not written, is another by now. */
export function trackedChangeError(id: string, expected: string, actual: string | null): ConcurrencyError {
  return new ConcurrencyError(
    `Document '${id}' has been modified since it was loaded. The expected change vector '${expected}' does not match the current change vector '${actual ?? ''}'.`,
    id,
    expected,
    actual,
  );
}

/** The id is too long, empty, or of a form that this call can't take. */
export class DocumentIdError extends DocumentError {
  override readonly name: string = 'DocumentIdError';
}

/** A document never changes its collection. */
export class CollectionMismatchError extends DocumentError {
  override readonly name: string = 'CollectionMismatchError';

  constructor(id: string, from: string, to: string) {
    super(
      `Changing '${id}' from '${from}' to '${to}' via update is not supported. Delete it and recreate the document '${id}'.`,
    );
  }
}

/** The document has several versions of which none includes another. */
export class DocumentConflictError extends DocumentError {
  override readonly name: string = 'DocumentConflictError';
  readonly id: string;
  readonly largestEtag: number;

  constructor(id: string, largestEtag: number) {
    super(
      `Conflict detected on '${id}', conflict must be resolved before the document will be accessible. Write the document to resolve it.`,
    );
    this.id = id;
    this.largestEtag = largestEtag;
  }
}

/** A batch holds a command that this database does not know. `commandType` is as it was sent. */
export class UnsupportedCommandError extends DocumentError {
  override readonly name: string = 'UnsupportedCommandError';
  readonly commandType: string;

  constructor(commandType: string) {
    super(`Commands of type '${commandType}' are not supported in a batch.`);
    this.commandType = commandType;
  }
}

/** A command, or a part of it, is missing something or has a value that it can't have. */
export class InvalidCommandError extends DocumentError {
  override readonly name: string = 'InvalidCommandError';
}

/** One command writes more than a batch can hold. */
export class CommandTooLargeError extends DocumentError {
  override readonly name: string = 'CommandTooLargeError';
}

/** The transaction merger has more to do than it may hold; try again later (503). */
export class DatabaseOverloadedError extends DocumentError {
  override readonly name: string = 'DatabaseOverloadedError';
}

/** The database was closed, or is being closed. */
export class DatabaseClosedError extends DocumentError {
  override readonly name: string = 'DatabaseClosedError';
}
