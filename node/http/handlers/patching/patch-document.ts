import { batch } from '../../../documents/commands/batch.ts';
import { ConcurrencyError } from '../../../documents/document-errors.ts';
import { argumentError } from '../../errors/protocol-error.ts';
import { unquote } from '../../parameters/entity-tag.ts';
import { jsonObjectBody, member } from '../../parameters/json-body.ts';
import { requiredText, strictBoolParameter } from '../../parameters/parameters.ts';
import { empty, type HttpResponse, json, NOT_FOUND } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import type { PatchCommand } from '../batch/batch-request.ts';
import { expandPatches, putOf, retryPatches, shownDocument, writtenShape } from '../batch/expand-patches.ts';
import { originalDocument, patchActions } from './patch-actions.ts';
import { patchOf } from './patch-request.ts';

/** A change of one document by script; with `test` nothing is written. */
const patch: DatabaseHandler = async (request, { loaded }) => {
  const id = requiredText(request, 'id');
  const body = await jsonObjectBody(request, true);
  const script = patchOf(member(body, 'Patch'), 'Patch');
  if (script === null) throw argumentError("The 'Patch' field in the body request is mandatory");
  const isTest = strictBoolParameter(request, 'test', false);
  const isDebug = isTest || strictBoolParameter(request, 'debug', false);
  const tag = request.header('if-match');
  const command: PatchCommand = {
    type: 'PATCH',
    targets: [{ id, changeVector: tag === undefined ? null : unquote(tag) }],
    patch: script,
    ifMissing: patchOf(member(body, 'PatchIfMissing'), 'PatchIfMissing'),
    returnsDocument: true,
    showsWork: isDebug,
  };
  try {
    return await retryPatches(loaded, async (attempt): Promise<HttpResponse> => {
      const expanded = await expandPatches([command], loaded);
      const outcome = expanded.outcomes.get(0)?.[0];
      if (outcome === undefined || outcome.status === 'DocumentDoesNotExist') return NOT_FOUND;
      const results = isTest
        ? []
        : (await attempt(expanded, () => loaded.database.execute(batch, { commands: expanded.commands })))
            .results;
      const stored = putOf(id, results);
      return json(outcome.status === 'Created' ? 201 : 200, {
        Status: outcome.status,
        ModifiedDocument: shownDocument(outcome.whole),
        ...(isDebug
          ? {
              OriginalDocument: isTest ? originalDocument(outcome) : null,
              Debug: { Info: outcome.info, Actions: patchActions(outcome) },
            }
          : {}),
        ...(stored === undefined ? {} : writtenShape(stored)),
      });
    });
  } catch (error) {
    const isSkipped = strictBoolParameter(request, 'skipPatchIfChangeVectorMismatch', false);
    if (isSkipped && error instanceof ConcurrencyError) return empty(304);
    throw error;
  }
};

export const patchRoutes = [databaseRoute('PATCH /docs', 'ReadWrite', patch)];
