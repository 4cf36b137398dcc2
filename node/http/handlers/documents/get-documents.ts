import { argumentError } from '../../errors/protocol-error.ts';
import { isJsonObject, jsonObjectBody, textsMember } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { empty, JSON_TYPE, NOT_MODIFIED } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { listDocuments } from './list-documents.ts';
import { isKnown, loadDocument, loadDocuments, missing } from './load-documents.ts';

const get: DatabaseHandler = (request, context) => {
  const { query } = request;
  const id = query.get('id');
  if (id === undefined) return listDocuments(request, context);
  return query.count === 1
    ? loadDocument(request, context, id)
    : loadDocuments(request, context, query.all('id'));
};

/** As GET, for lists of ids that are too long for a URL. */
const post: DatabaseHandler = async (request, context) => {
  const body = await jsonObjectBody(request);
  const ids = isJsonObject(body) ? textsMember(body, 'Ids') : undefined;
  if (ids === undefined) throw argumentError("The body must have 'Ids', an array of document ids.");
  return loadDocuments(request, context, ids);
};

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
