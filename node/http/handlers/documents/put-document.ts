import { deleteDocument } from '../../../documents/commands/delete-document.ts';
import { putDocument } from '../../../documents/commands/put-document.ts';
import { unquote } from '../../parameters/entity-tag.ts';
import { requiredText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, json, NO_CONTENT } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { isIdentityId, resolveIdentityIds } from './identity-ids.ts';

/** null: whatever is there; '': nothing may be there. */
function expectedChangeVector(request: HttpRequest): string | null {
  const tag = request.header('if-match');
  return tag === undefined ? null : unquote(tag);
}

const put: DatabaseHandler = async (request, context) => {
  const askedId = requiredText(request, 'id');
  const document = await request.body();
  const id = isIdentityId(askedId) ? await nextIdentity(askedId, context) : askedId;
  const stored = await context.loaded.database.execute(putDocument, {
    id,
    expectedChangeVector: expectedChangeVector(request),
    document,
  });
  return json(201, { Id: stored.id, ChangeVector: stored.changeVector });
};

async function nextIdentity(id: string, { loaded, node }: DatabaseContext): Promise<string> {
  const [next = id] = await resolveIdentityIds([id], loaded, node);
  return next;
}

/** Also when there is none. */
const remove: DatabaseHandler = async (request, { loaded }): Promise<HttpResponse> => {
  await loaded.database.execute(deleteDocument, {
    id: requiredText(request, 'id'),
    expectedChangeVector: expectedChangeVector(request),
  });
  return NO_CONTENT;
};

export const writeDocumentRoutes = [
  databaseRoute('PUT /docs', 'ReadWrite', put, { isHot: true }),
  databaseRoute('DELETE /docs', 'ReadWrite', remove, { isHot: true }),
];
