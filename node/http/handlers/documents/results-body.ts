import { writeDocument } from '../../../documents/document-writer.ts';
import type { StoredDocument } from '../../../documents/stored-document.ts';
import type { Slice } from './slice.ts';

const RESULTS_OPEN = Buffer.from('{"Results":[');
const RESULTS_CLOSE = Buffer.from(']}');
const RESULTS_CLOSE_NO_INCLUDES = Buffer.from('],"Includes":{}}');
const INCLUDES_OPEN = Buffer.from('],"Includes":{');
const INCLUDES_CLOSE = Buffer.from('}}');
const COMMA = Buffer.from(',');
const COLON = Buffer.from(':');
const NULL = Buffer.from('null');

const NO_VALUES: ReadonlyMap<string, string> = new Map();

export interface WriteOptions {
  readonly metadataOnly: boolean;
}

/** `{"Results":[the document],"Includes":{}}`. */
export function singleResult(document: StoredDocument): Buffer {
  return Buffer.concat([RESULTS_OPEN, writeDocument(document), RESULTS_CLOSE_NO_INCLUDES]);
}

/** A document that others name; of one in conflict only that it is. */
export type Included = StoredDocument | { readonly conflictedId: string };

/**
 * Results in order, null for what is missing, each included document under its id, and compare-exchange values, JSON
 * text by key, if there are any.
 */
export function resultsWithIncludes(
  documents: readonly (StoredDocument | undefined)[],
  includes: readonly Included[],
  options: WriteOptions,
  values: ReadonlyMap<string, string> = NO_VALUES,
): Buffer {
  const parts: Buffer[] = [RESULTS_OPEN];
  documents.forEach((document, at) => {
    if (at > 0) parts.push(COMMA);
    parts.push(document === undefined ? NULL : writeDocument(document, options));
  });
  parts.push(INCLUDES_OPEN);
  includes.forEach((included, at) => {
    if (at > 0) parts.push(COMMA);
    if ('conflictedId' in included) parts.push(conflictStub(included.conflictedId));
    else parts.push(Buffer.from(JSON.stringify(included.id)), COLON, writeDocument(included));
  });
  if (values.size === 0) parts.push(INCLUDES_CLOSE);
  else {
    const rows = [...values].map(([key, value]) => `${JSON.stringify(key)}:${value}`);
    parts.push(Buffer.from(`},"CompareExchangeValueIncludes":{${rows.join(',')}}}`));
  }
  return Buffer.concat(parts);
}

function conflictStub(id: string): Buffer {
  const text = JSON.stringify(id);
  return Buffer.from(`${text}:{"@metadata":{"@conflict":true,"@id":${text}}}`);
}

/**
 * `{"Results":[…]}` of a listing of any length. A listing of one slice is one buffer; a longer one streams, slice by
 * slice, as the client takes it.
 */
export function listingBody(first: Slice, options: WriteOptions): Buffer | AsyncIterable<Buffer> {
  if (first.next === null) {
    return Buffer.concat([RESULTS_OPEN, ...joined(first.documents, options), RESULTS_CLOSE]);
  }
  return streamed(first, options);
}

async function* streamed(first: Slice, options: WriteOptions): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [RESULTS_OPEN];
  let isFirst = true;
  for (let slice: Slice | null = first; slice !== null; slice = slice.next === null ? null : slice.next()) {
    if (slice.documents.length > 0) {
      if (!isFirst) parts.push(COMMA);
      isFirst = false;
      parts.push(...joined(slice.documents, options));
    }
    if (slice.next === null) parts.push(RESULTS_CLOSE);
    yield Buffer.concat(parts);
    parts = [];
    // Between two slices, whoever waits gets a turn.
    await new Promise(setImmediate);
  }
}

function joined(documents: readonly StoredDocument[], options: WriteOptions): Buffer[] {
  return documents.flatMap((document, at) =>
    at === 0 ? [writeDocument(document, options)] : [COMMA, writeDocument(document, options)],
  );
}
