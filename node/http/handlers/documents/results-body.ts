import { writeDocument } from '../../../documents/document-writer.ts';
import type { StoredDocument } from '../../../documents/stored-document.ts';
import type { HttpResponse } from '../../response.ts';
import type { listed } from './slice.ts';

type HttpBody = NonNullable<HttpResponse['body']>;
type Listed = ReturnType<typeof listed>;

const RESULTS_OPEN = Buffer.from('{"Results":[');
const RESULTS_CLOSE = Buffer.from(']}');
const RESULTS_CLOSE_NO_INCLUDES = Buffer.from('],"Includes":{}}');
const INCLUDES_OPEN = Buffer.from('],"Includes":{');
const INCLUDES_CLOSE = Buffer.from('}}');
const LINE_END = Buffer.from('\r\n');
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

/** `{"Results":[…]}` of a listing; one that comes in slices streams, as the client takes it. */
export function listingBody(documents: Listed, options: WriteOptions): HttpBody {
  if (!isWhole(documents)) return streamed(documents, options);
  return Buffer.concat([RESULTS_OPEN, ...joined(documents, options), RESULTS_CLOSE]);
}

/** One document a line. */
export function linesBody(documents: Listed): HttpBody {
  return isWhole(documents) ? lines(documents) : streamedLines(documents);
}

async function* streamed(
  slices: AsyncIterable<readonly StoredDocument[]>,
  options: WriteOptions,
): AsyncGenerator<Buffer> {
  yield RESULTS_OPEN;
  let isFirst = true;
  for await (const documents of slices) {
    if (documents.length === 0) continue;
    const parts = joined(documents, options);
    yield Buffer.concat(isFirst ? parts : [COMMA, ...parts]);
    isFirst = false;
  }
  yield RESULTS_CLOSE;
}

async function* streamedLines(slices: AsyncIterable<readonly StoredDocument[]>): AsyncGenerator<Buffer> {
  for await (const documents of slices) yield lines(documents);
}

function lines(documents: readonly StoredDocument[]): Buffer {
  return Buffer.concat(documents.flatMap((document) => [writeDocument(document), LINE_END]));
}

function isWhole(documents: Listed): documents is readonly StoredDocument[] {
  return Array.isArray(documents);
}

function joined(documents: readonly StoredDocument[], options: WriteOptions): Buffer[] {
  return documents.flatMap((document, at) =>
    at === 0 ? [writeDocument(document, options)] : [COMMA, writeDocument(document, options)],
  );
}
