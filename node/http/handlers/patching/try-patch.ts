import { badRequest, ProtocolError } from '../../errors/protocol-error.ts';
import { isJsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { json, NOT_FOUND } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { shownDocument } from '../batch/expand-patches.ts';
import { orQueryError } from '../queries/query-error.ts';
import { queryOf } from '../queries/query-request.ts';
import { originalDocument, patchActions } from './patch-actions.ts';

/** What the UPDATE of a query would make of one document, whether the query finds it or not; nothing is written. */
const tryPatch: DatabaseHandler = async (request, { loaded }) => {
  const id = requiredText(request, 'id');
  const raw = member(await jsonObjectBody(request), 'Query');
  if (!isJsonObject(raw)) throw badRequest("Missing 'Query' property.");
  const query = queryOf(raw, request);
  const { update } = await orQueryError(() => loaded.indexes.explain({ ...query, extras: [] }));
  if (update === null) throw noUpdate();
  const patch = { script: update, values: query.parameters };
  const outcome = await orQueryError(() =>
    loaded.indexes.patch({ id, patch, ifMissing: null, pending: null, showsWork: true }),
  );
  if (outcome.status === 'DocumentDoesNotExist') return NOT_FOUND;
  return json(200, {
    Status: outcome.status,
    ModifiedDocument: shownDocument(outcome.whole),
    OriginalDocument: originalDocument(outcome),
    Debug: { Output: outcome.info, Actions: patchActions(outcome) },
  });
};

/** A query was to change documents, and does not say how. */
export function noUpdate(): ProtocolError {
  return new ProtocolError(
    500,
    'Raven.Server.Documents.Queries.Parser.QueryParser+ParseException',
    'Update operations must end with UPDATE clause: UPDATE clause was not specified',
  );
}

export const tryPatchRoutes = [databaseRoute('PATCH /queries/test', 'Read', tryPatch)];
