/** A query that can be read but makes no sense: the message says what to write instead, and ends with the query. */
export class InvalidQueryError extends Error {
  override readonly name: string = 'InvalidQueryError';

  constructor(message: string, query?: string) {
    super(query === undefined ? message : `${message}\nQuery: ${query}`);
  }
}

/** RavenDB has it, this server has not yet. */
export class UnsupportedQueryError extends Error {
  override readonly name: string = 'UnsupportedQueryError';
}

/** There is no such method. */
export class UnknownMethodError extends Error {
  override readonly name: string = 'UnknownMethodError';

  constructor(method: string) {
    super(`Method '${method}' is not supported.`);
  }
}

/** An order by a sorter that there is not. Sorters are C# that the server would run: this one runs none. */
export class UnknownSorterError extends Error {
  override readonly name: string = 'UnknownSorterError';

  constructor(sorter: string) {
    super(
      `There is no sorter with '${sorter}' name. This server runs no custom sorters: order by fields of an index that are made for it.`,
    );
  }
}

/** It took all the time that a query may have. */
export class SlowQueryError extends Error {
  override readonly name: string = 'SlowQueryError';

  constructor(limitMs: number) {
    super(
      `The query has taken more than ${limitMs} ms of its node, while others wait: ask for less at once, or stream the results`,
    );
  }
}

/** An index is gone before all of its results were read. */
export class LostIndexError extends Error {
  override readonly name: string = 'LostIndexError';

  constructor(index: string) {
    super(`The index ${index} was deleted or replaced meanwhile: the results are not complete. Ask again.`);
  }
}

/** A stream shows one moment, which was kept for it as long as it may be. */
export class LostMomentError extends Error {
  override readonly name: string = 'LostMomentError';

  constructor(limitMs: number) {
    super(
      `The stream shows what was stored a while ago, which is kept no longer than ${limitMs / 60_000} minutes: the results are not complete. Ask for less at once, or read faster.`,
    );
  }
}

/** Somebody has ended the query. */
export class QueryKilledError extends Error {
  override readonly name: string = 'QueryKilledError';

  constructor() {
    super('The query was killed.');
  }
}

/** A document that the query names is not there. */
export class MissingDocumentError extends Error {
  override readonly name: string = 'MissingDocumentError';

  constructor(id: string) {
    super(`Document '${id}' does not exist.`);
  }
}

/** The index is there, but was not defined for what the query asks. */
export class UnsuitedIndexError extends Error {
  override readonly name: string = 'UnsuitedIndexError';
}
