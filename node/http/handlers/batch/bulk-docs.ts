import { type BatchCommand, type BatchItemResult, batch } from '../../../documents/commands/batch.ts';
import { formatFlags, SHOWN_FLAGS } from '../../../documents/document-flags.ts';
import { formatTicks } from '../../../documents/hybrid-clock.ts';
import { invalidOperation, notImplemented } from '../../errors/protocol-error.ts';
import { optionalText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { isIdentityId, NEW_DOCUMENT, resolveIdentityIds } from '../documents/identity-ids.ts';
import { type ClientCommand, isPatch, parseBatch, type ValueCommand } from './batch-request.ts';
import { runClusterWide } from './cluster-wide.ts';
import { expandPatches, retryPatches, shownPatch } from './expand-patches.ts';
import { awaitIndexes, indexAssuranceOf } from './index-assurance.ts';
import { awaitCopies, writeAssuranceOf } from './write-assurance.ts';

/** One transaction for all commands; an answer for each, in order. */
const bulkDocs: DatabaseHandler = async (request, context) => {
  checkContentType(request);
  const { loaded } = context;
  const assurance = writeAssuranceOf(request);
  const indexed = indexAssuranceOf(request);
  const { commands: parsed, isClusterWide } = parseBatch(await request.body());
  const requestId = optionalText(request, 'raft-request-id');
  const commands = await withIdentities(parsed, context, requestId);
  const shown = isClusterWide
    ? await runClusterWide(request, commands, context)
    : await runOnThisNode(commands.filter(isOfOneNode), requestId, loaded);
  if (assurance !== null) await awaitCopies(assurance, shown.changeVector, loaded);
  if (indexed !== null && shown.lastEtag > 0) await awaitIndexes(indexed, shown.lastEtag, loaded);
  const { results, transactionIndex } = shown;
  const index = transactionIndex === undefined ? {} : { TransactionIndex: transactionIndex };
  return json(201, { Results: results, ...index });
};

/** What a batch came to, as the client is told. */
export interface ShownBatch {
  readonly results: readonly Record<string, unknown>[];
  readonly changeVector: string;
  readonly lastEtag: number;
  /** Raft index, of a cluster-wide transaction only. */
  readonly transactionIndex?: number;
}

type NodeCommand = Exclude<ClientCommand, ValueCommand>;

/** Compare-exchange commands have a meaning in cluster-wide transactions only; elsewhere the protocol ignores them. */
function isOfOneNode(command: ClientCommand): command is NodeCommand {
  return command.type !== 'CompareExchangePUT' && command.type !== 'CompareExchangeDELETE';
}

function isPlain(command: NodeCommand): command is BatchCommand {
  return !isPatch(command);
}

function runOnThisNode(
  commands: readonly NodeCommand[],
  requestId: string | undefined,
  loaded: DatabaseContext['loaded'],
): Promise<ShownBatch> {
  return commands.every(isPlain)
    ? runPlain(commands, requestId, loaded)
    : runWithPatches(commands, requestId, loaded);
}

async function runPlain(
  commands: readonly BatchCommand[],
  requestId: string | undefined,
  { database }: DatabaseContext['loaded'],
): Promise<ShownBatch> {
  const { results, changeVector, lastEtag } = await database.execute(batch, {
    commands,
    ...(requestId === undefined ? {} : { requestId }),
  });
  return {
    results: results.map((result, at) => shownResult(result, commands[at])),
    changeVector,
    lastEtag,
  };
}

/** Patches are worked out first, on what is stored; the batch then checks that it still is. */
async function runWithPatches(
  commands: readonly NodeCommand[],
  requestId: string | undefined,
  loaded: DatabaseContext['loaded'],
): Promise<ShownBatch> {
  return retryPatches(loaded, async (attempt) => {
    const expanded = await expandPatches(commands, loaded);
    const { results, changeVector, lastEtag } = await attempt(expanded, () =>
      loaded.database.execute(batch, {
        commands: expanded.commands,
        ...(requestId === undefined ? {} : { requestId }),
      }),
    );
    const own = (at: number): readonly BatchItemResult[] =>
      results.filter((result) => 'origin' in result && result.origin === at);
    return {
      changeVector,
      lastEtag,
      results: commands.map((command, at) => {
        if (!isPlain(command)) return shownPatch(command, expanded.outcomes.get(at) ?? [], own(at));
        const result = own(at)[0] ?? results.find(({ type }) => type === command.type);
        return result === undefined ? { Type: command.type } : shownResult(result, command);
      }),
    };
  });
}

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
  commands: readonly ClientCommand[],
  { loaded, node }: DatabaseContext,
  requestId: string | undefined,
): Promise<readonly ClientCommand[]> {
  const asked = commands.map((command) => (command.type === 'PUT' ? (command.id ?? '') : ''));
  if (!asked.some(isIdentityId)) return commands;
  const ids = await resolveIdentityIds(asked, loaded, node, requestId);
  return commands.map((command, at) =>
    command.type === 'PUT' && isIdentityId(command.id ?? '')
      ? { ...command, id: ids[at] ?? command.id, changeVector: NEW_DOCUMENT }
      : command,
  );
}

export const bulkDocsRoutes = [databaseRoute('POST /bulk_docs', 'ReadWrite', bulkDocs, { isHot: true })];
