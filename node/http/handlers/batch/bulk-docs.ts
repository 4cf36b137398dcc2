import { batch } from '../../../documents/commands/batch.ts';
import { invalidOperation, notImplemented } from '../../errors/protocol-error.ts';
import { optionalText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { isIdentityId, resolveIdentityIds } from '../documents/identity-ids.ts';
import { type BatchItem, parseBatch } from './batch-request.ts';
import { awaitCopies, writeAssuranceOf } from './write-assurance.ts';

/** One transaction for all commands; an answer for each, in order. */
const bulkDocs: DatabaseHandler = async (request, context) => {
  checkContentType(request);
  const { loaded } = context;
  const assurance = writeAssuranceOf(request);
  const parsed = parseBatch(await request.body());
  const commands = await withIdentities(parsed, context);
  const requestId = optionalText(request, 'raft-request-id');
  const results = await loaded.database.execute(batch, {
    commands,
    ...(requestId === undefined ? {} : { requestId }),
  });
  if (assurance !== null) await awaitCopies(assurance, loaded);
  return json(201, { Results: results.map(shownResult) });
};

/** A missing content type is JSON; other kinds than the two of the protocol are refused. */
function checkContentType(request: HttpRequest): void {
  const type = request.header('content-type') ?? '';
  const [media = ''] = type.split(';');
  switch (media.trim().toLowerCase()) {
    case '':
    case 'application/json':
      return;
    case 'multipart/form-data':
    case 'multipart/mixed':
      throw notImplemented('A batch with attachments');
    default:
      throw invalidOperation(
        `The requested Content type '${type}' is not supported. Use 'application/json' or 'multipart/mixed'.`,
      );
  }
}

async function withIdentities(
  items: readonly BatchItem[],
  { loaded, node }: DatabaseContext,
): Promise<readonly BatchItem[]> {
  if (!items.some((item) => item.type === 'PUT' && isIdentityId(item.id))) return items;
  const asked = items.map((item) => (item.type === 'PUT' ? item.id : ''));
  const ids = await resolveIdentityIds(asked, loaded, node);
  return items.map((item, at) => (item.type === 'PUT' ? { ...item, id: ids[at] ?? item.id } : item));
}
