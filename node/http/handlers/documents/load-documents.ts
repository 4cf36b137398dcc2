import { hash } from 'node:crypto';
import type { DocumentReader } from '../../../documents/document-reader.ts';
import { collectIds, type IncludePath, parseIncludePath } from '../../../documents/include-path.ts';
import type { StoredDocument } from '../../../documents/stored-document.ts';
import { answerTooLarge, invalidOperation, notImplemented } from '../../errors/protocol-error.ts';
import { ANSWER_BYTES_MAX, LOAD_IDS_MAX } from '../../limits.ts';
import { NOT_FOUND_TAG, unquote } from '../../parameters/entity-tag.ts';
import { strictBoolParameter } from '../../parameters/parameters.ts';
import type { Query } from '../../parameters/query.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, JSON_TYPE, jsonBytes, NOT_FOUND, NOT_MODIFIED } from '../../response.ts';
import type { DatabaseContext } from '../../routing/route.ts';
import { guardsOf, valuesAt } from './included-values.ts';
import { type Included, resultsWithIncludes, singleResult } from './results-body.ts';

/** What a load may ask for besides documents; saying nothing about them would be a lie. */
const UNBUILT = [
  'counter',
  'timeseries',
  'timeseriestime',
  'timeseriescount',
  'revisions',
  'revisionsbefore',
];

/** The hot one: a single document, no includes. */
export function loadDocument(request: HttpRequest, { loaded }: DatabaseContext, id: string): HttpResponse {
  const document = loaded.database.read((reader) => reader.get(id));
  if (document === undefined) return missing(request);
  if (isKnown(request, document.changeVector)) return NOT_MODIFIED;
  return {
    status: 200,
    headers: ['Content-Type', JSON_TYPE, 'ETag', `"${document.changeVector}"`],
    body: singleResult(document),
  };
}

/** Any number of ids, in the order asked for, duplicates too; with includes. */
export function loadDocuments(
  request: HttpRequest,
  { loaded, node }: DatabaseContext,
  ids: readonly string[],
): HttpResponse {
  const { query } = request;
  const unbuilt = UNBUILT.find((name) => query.has(name));
  if (unbuilt !== undefined) throw notImplemented(`Including '${unbuilt}' in a load`);
  if (ids.length > LOAD_IDS_MAX) {
    throw invalidOperation(`One request may load ${LOAD_IDS_MAX} documents; load them in parts.`);
  }
  const metadataOnly = strictBoolParameter(request, 'metadataOnly', false);
  const { documents, includes } = loaded.database.read((reader) => {
    const budget = new AnswerBudget();
    const found = loadMany(reader, ids, budget);
    return { documents: found, includes: included(reader, query, found, budget) };
  });
  const [only] = documents;
  const isOfTransaction = isClusterWide(query);
  if (ids.length === 1 && only === undefined && !isOfTransaction) return missing(request);
  const values = node.cluster.consistent.values(loaded.name);
  const clusterTransactionId = loaded.record().Topology.ClusterTransactionIdBase64;
  const missingIds = ids.filter((_, at) => documents[at] === undefined);
  const includedValues = new Map([
    ...valuesAt(query.all('cmpxchg'), documents, values),
    ...(isOfTransaction ? guardsOf(missingIds, values, clusterTransactionId) : []),
  ]);
  const isAlone = includes.length === 0 && includedValues.size === 0;
  const isPlain = ids.length === 1 && query.get('txmode') === undefined && isAlone;
  const tag =
    isPlain && only !== undefined ? only.changeVector : hashTag(documents, includes, includedValues);
  if (isKnown(request, tag)) return NOT_MODIFIED;
  // A single document that is missing leaves no trace in what a cluster-wide session loads.
  const results = ids.length === 1 && only === undefined ? [] : documents;
  const body = resultsWithIncludes(results, includes, { metadataOnly }, includedValues);
  return jsonBytes(200, body, ['ETag', `"${tag}"`]);
}

/** Whether a session of cluster-wide transactions loads. */
export function isClusterWide(query: Query): boolean {
  return query.get('txmode')?.toLowerCase() === 'clusterwide';
}

/** No such document; clients remember that, too. */
export function missing(request: HttpRequest): HttpResponse {
  return isKnown(request, NOT_FOUND_TAG) ? NOT_MODIFIED : NOT_FOUND;
}

/** Whether the client has this version already. */
export function isKnown(request: HttpRequest, tag: string): boolean {
  const known = request.header('if-none-match');
  return known !== undefined && unquote(known) === tag;
}

/** In the order of the ids. Throws DocumentConflictError when one of them has several versions. */
function loadMany(
  reader: DocumentReader,
  ids: readonly string[],
  budget: AnswerBudget,
): readonly (StoredDocument | undefined)[] {
  const found = reader.getMany(ids);
  return found.map((document, at) => budget.take(document ?? reader.get(ids[at] ?? '')));
}

/** Documents that the results name, without those that are results themselves. */
function included(
  reader: DocumentReader,
  query: Query,
  documents: readonly (StoredDocument | undefined)[],
  budget: AnswerBudget,
): readonly Included[] {
  const paths = query.all('include').map(parseIncludePath);
  if (paths.length === 0) return [];
  const seen = new Set(documents.map((document) => document?.lowerId));
  const found: Included[] = [];
  for (const id of idsAt(paths, documents)) {
    if (seen.has(id.toLowerCase())) continue;
    seen.add(id.toLowerCase());
    if (reader.isConflicted(id)) found.push({ conflictedId: id });
    else {
      const document = budget.take(reader.get(id));
      if (document !== undefined) found.push(document);
    }
  }
  return found;
}

function idsAt(
  paths: readonly IncludePath[],
  documents: readonly (StoredDocument | undefined)[],
): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const document of documents) {
    if (document === undefined) continue;
    const body: unknown = JSON.parse(document.body.toString('utf8'));
    for (const path of paths) {
      // What is no path of the document may be an id.
      if (!collectIds(body, path, ids)) ids.add(path.text);
    }
    if (ids.size > LOAD_IDS_MAX) throw invalidOperation(`One load may include ${LOAD_IDS_MAX} documents.`);
  }
  return ids;
}

/** One tag for what several documents are now. */
function hashTag(
  documents: readonly (StoredDocument | undefined)[],
  includes: readonly Included[],
  values: ReadonlyMap<string, string>,
): string {
  const state = [...documents, ...includes].map((item) =>
    item === undefined ? '' : 'conflictedId' in item ? `conflict ${item.conflictedId}` : item.changeVector,
  );
  state.push(...values.values());
  return `Hash-${hash('sha256', state.join('\n'), 'base64')}`;
}

/** Stops a load before it fills the memory. */
class AnswerBudget {
  #bytes = 0;

  take(document: StoredDocument | undefined): StoredDocument | undefined {
    this.#bytes += document?.body.byteLength ?? 0;
    if (this.#bytes > ANSWER_BYTES_MAX) throw answerTooLarge();
    return document;
  }
}
