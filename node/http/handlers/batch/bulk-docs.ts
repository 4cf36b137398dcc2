import { type BatchCommand, type BatchItemResult, batch } from '../../../documents/commands/batch.ts';
import { formatFlags, SHOWN_FLAGS } from '../../../documents/document-flags.ts';
import { formatTicks } from '../../../documents/hybrid-clock.ts';
import { invalidOperation, notImplemented } from '../../errors/protocol-error.ts';
import { optionalText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { isIdentityId, resolveIdentityIds } from '../documents/identity-ids.ts';
import { parseBatch } from './batch-request.ts';
import { awaitCopies, writeAssuranceOf } from './write-assurance.ts';

/** One transaction for all commands; an answer for each, in order. */
const bulkDocs: DatabaseHandler = async (request, context) => {
  checkContentType(request);
  const { loaded } = context;
  const assurance = writeAssuranceOf(request);
  const parsed = parseBatch(await request.body());
  const commands = await withIdentities(parsed, context);
  const requestId = optionalText(request, 'raft-request-id');
  const { results, changeVector } = await loaded.database.execute(batch, {
    commands,
    ...(requestId === undefined ? {} : { requestId }),
  });
  if (assurance !== null) await awaitCopies(assurance, changeVector, loaded);
  return json(201, { Results: results.map((result, at) => shownResult(result, commands[at])) });
};

function shownResult(result: BatchItemResult, command: BatchCommand | undefined): Record<string, unknown> {
  switch (result.type) {
    case 'PUT':
      return {
        Type: 'PUT',
        '@id': result.id,
        '@collection': result.collection,
        '@change-vector': result.changeVector,
        '@last-modified': formatTicks(result.lastModified),
        ...((result.flags & SHOWN_FLAGS) === 0 ? {} : { '@flags': formatFlags(result.flags) }),
      };
    case 'DELETE':
      return {
        Id: result.id,
        Type: 'DELETE',
        Deleted: result.deleted,
        // Only that of one document that was there; it is always null.
        ...(result.deleted && !isByPrefix(command) ? { ChangeVector: null } : {}),
      };
    case 'BatchTrackChanges':
      return { Type: 'BatchTrackChanges', Result: result.count };
  }
}

function isByPrefix(command: BatchCommand | undefined): boolean {
  return command?.type === 'DELETE' && command.isPrefix === true;
}

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
  commands: readonly BatchCommand[],
  { loaded, node }: DatabaseContext,
): Promise<readonly BatchCommand[]> {
  const asked = commands.map((command) => (command.type === 'PUT' ? (command.id ?? '') : ''));
  if (!asked.some(isIdentityId)) return commands;
  const ids = await resolveIdentityIds(asked, loaded, node);
  return commands.map((command, at) =>
    command.type === 'PUT' ? { ...command, id: ids[at] ?? command.id } : command,
  );
}

export const bulkDocsRoutes = [databaseRoute('POST /bulk_docs', 'ReadWrite', bulkDocs, { isHot: true })];
