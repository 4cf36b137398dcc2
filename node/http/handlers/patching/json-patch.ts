import { batch } from '../../../documents/commands/batch.ts';
import { ProtocolError } from '../../errors/protocol-error.ts';
import { jsonObjectBody } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { type HttpResponse, json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import type { PatchCommand } from '../batch/batch-request.ts';
import { expandPatches, putOf, retryPatches, shownDocument, writtenShape } from '../batch/expand-patches.ts';
import { jsonPatchOf } from './patch-request.ts';

/** A change of one document by the operations of RFC 6902: all of them or none. */
const jsonPatch: DatabaseHandler = async (request, { loaded }) => {
  const id = requiredText(request, 'id');
  const command: PatchCommand = {
    type: 'JsonPatch',
    targets: [{ id, changeVector: null }],
    patch: jsonPatchOf(await jsonObjectBody(request, true)),
    ifMissing: null,
    returnsDocument: true,
  };
  return retryPatches(loaded, async (attempt): Promise<HttpResponse> => {
    const expanded = await expandPatches([command], loaded);
    const outcome = expanded.outcomes.get(0)?.[0];
    if (outcome === undefined || outcome.status === 'DocumentDoesNotExist') throw missing(id);
    if (outcome.status === 'NotModified') return json(200, { Status: outcome.status });
    const { results } = await attempt(expanded, () =>
      loaded.database.execute(batch, { commands: expanded.commands }),
    );
    const stored = putOf(id, results);
    if (stored === undefined) throw new TypeError('A changed document was not put.');
    return json(200, {
      Status: outcome.status,
      ModifiedDocument: shownDocument(outcome.whole),
      ...writtenShape(stored),
    });
  });
};

function missing(id: string): ProtocolError {
  return new ProtocolError(
    500,
    'Raven.Client.Exceptions.Documents.DocumentDoesNotExistException',
    `Cannot apply json patch because the document ${id} does not exist`,
  );
}

export const jsonPatchRoutes = [databaseRoute('PATCH /json-patch', 'ReadWrite', jsonPatch)];
