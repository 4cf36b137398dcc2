import { argumentError, ProtocolError } from '../../errors/protocol-error.ts';
import { TRANSACTION_EXECUTION_WAIT_MS } from '../../limits.ts';
import { isJsonObject, jsonObjectBody, textsMember } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { empty, type HttpResponse, JSON_TYPE, NOT_MODIFIED } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { listDocuments } from './list-documents.ts';
import { isClusterWide, isKnown, loadDocument, loadDocuments, missing } from './load-documents.ts';

const get: DatabaseHandler = (request, context) => {
  const { query } = request;
  const id = query.get('id');
  if (id === undefined) return listDocuments(request, context);
  if (query.count === 1) return loadDocument(request, context, id);
  const ids = query.all('id');
  return isClusterWide(query) ? loadClusterWide(request, context, ids) : loadDocuments(request, context, ids);
};

/** As GET, for lists of ids that are too long for a URL. */
const post: DatabaseHandler = async (request, context) => {
  const body = await jsonObjectBody(request);
  const ids = isJsonObject(body) ? textsMember(body, 'Ids') : undefined;
  if (ids === undefined) throw argumentError("The body must have 'Ids', an array of document ids.");
  return isClusterWide(request.query)
    ? loadClusterWide(request, context, ids)
    : loadDocuments(request, context, ids);
};

/** After what this node knows of cluster-wide transactions is executed: guards and documents are of one moment then. */
async function loadClusterWide(
  request: HttpRequest,
  context: DatabaseContext,
  ids: readonly string[],
): Promise<HttpResponse> {
  const { transactions } = context.loaded;
  const deadline = performance.now() + TRANSACTION_EXECUTION_WAIT_MS;
  // Others may come while it waits; with the last look nothing comes between it and the read.
  while (!transactions.isCurrent) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || !(await transactions.waitUntilCurrent(leftMs))) throw notExecuted();
  }
  return loadDocuments(request, context, ids);
}

function notExecuted(): ProtocolError {
  return new ProtocolError(
    408,
    'System.TimeoutException',
    `This node has not written the documents of earlier cluster-wide transactions within ${TRANSACTION_EXECUTION_WAIT_MS} ms.`,
  );
}

/** Whether there is one, and in which version. */
const head: DatabaseHandler = (request, { loaded }) => {
  const id = requiredText(request, 'id');
  const document = loaded.database.read((reader) => reader.get(id));
  if (document === undefined) return missing(request);
  if (isKnown(request, document.changeVector)) return NOT_MODIFIED;
  return empty(200, ['Content-Type', JSON_TYPE, 'ETag', `"${document.changeVector}"`]);
};

export const getDocumentsRoutes = [
  databaseRoute('GET /docs', 'Read', get, { isHot: true }),
  databaseRoute('HEAD /docs', 'Read', head, { isHot: true }),
  databaseRoute('POST /docs', 'Read', post),
];
