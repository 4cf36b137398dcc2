import type { BatchCommand } from '../../../documents/commands/batch.ts';
import type { JsonPatch } from '../../../json/json-patch.ts';
import { JsonReader } from '../../../json/json-reader.ts';
import type { Patch } from '../../../scripting/patch-script.ts';
import { formatError, invalidOperation, notImplemented, ProtocolError } from '../../errors/protocol-error.ts';
import { BATCH_COMMANDS_MAX } from '../../limits.ts';
import { jsonPatchOf, patchOf } from '../patching/patch-request.ts';

/** Command types of the protocol that come with later parts of this server. */
const UNBUILT: ReadonlySet<string> = new Set([
  'AttachmentPUT',
  'AttachmentDELETE',
  'AttachmentMOVE',
  'AttachmentCOPY',
  'Counters',
  'TimeSeries',
  'TimeSeriesWithIncrements',
  'TimeSeriesCopy',
  'ForceRevisionCreation',
]);

/** A change by script of one document, or (`BatchPATCH`) of several; or (`JsonPatch`) by operations of one. */
export interface PatchCommand {
  readonly type: 'PATCH' | 'BatchPATCH' | 'JsonPatch';
  readonly targets: readonly { readonly id: string; readonly changeVector: string | null }[];
  readonly patch: Patch | JsonPatch;
  readonly ifMissing: Patch | null;
  /** JSON of the document to put where there is none, in place of running a script. Default: null. */
  readonly created?: string | null;
  readonly returnsDocument: boolean;
  /** The outcome is to say what the script started from and what it loaded. Default: false. */
  readonly showsWork?: boolean;
}

/** A change of a compare-exchange value: only in cluster-wide transactions. */
export interface ValueCommand {
  readonly type: 'CompareExchangePUT' | 'CompareExchangeDELETE';
  readonly id: string;
  readonly index: number;
  /** JSON text of an object; null for a deletion. */
  readonly document: Buffer | null;
}

/** What a document of a cluster-wide transaction was when the client loaded it. */
export interface SeenVersion {
  readonly originalChangeVector?: string;
}

export type ClientCommand = (BatchCommand & SeenVersion) | PatchCommand | ValueCommand;

export function isPatch(command: ClientCommand): command is PatchCommand {
  return command.type === 'PATCH' || command.type === 'BatchPATCH' || command.type === 'JsonPatch';
}

export interface ClientBatch {
  readonly commands: readonly ClientCommand[];
  readonly isClusterWide: boolean;
}

/** The commands of a bulk_docs body. Throws the protocol's errors, and JsonSyntaxError. */
export function parseBatch(body: Buffer): ClientBatch {
  const reader = new JsonReader(body);
  let items: ClientCommand[] | undefined;
  let isClusterWide = false;
  for (const key of reader.fields()) {
    if (key === 'Commands') items = parseCommands(reader);
    else if (key === 'TransactionMode') isClusterWide = reader.readValue() === 'ClusterWide';
  }
  reader.end();
  if (items === undefined) throw invalidOperation("The body of a batch must have 'Commands', an array.");
  return { commands: items, isClusterWide };
}

function parseCommands(reader: JsonReader): ClientCommand[] {
  if (reader.kind() !== 'array') throw invalidOperation("'Commands' of a batch must be an array.");
  const items: ClientCommand[] = [];
  for (const _ of reader.elements()) {
    if (items.length >= BATCH_COMMANDS_MAX) {
      throw invalidOperation(`A batch may have ${BATCH_COMMANDS_MAX} commands; send it in parts.`);
    }
    const item = parseCommand(reader);
    if (item !== null) items.push(item);
  }
  return items;
}

/** null for a heartbeat, which asks for nothing. */
function parseCommand(reader: JsonReader): ClientCommand | null {
  let type: string | null = null;
  let id: string | null = null;
  let changeVector: string | null = null;
  let originalChangeVector: string | null = null;
  let index: unknown = null;
  let document: Buffer | null = null;
  let isPrefix = false;
  let trackedEntities: Record<string, string | null> = {};
  let patch: Patch | null = null;
  let ifMissing: Patch | null = null;
  let created: string | null = null;
  let operations: unknown = null;
  let ids: unknown = null;
  let returnsDocument = false;
  for (const key of reader.fields()) {
    switch (key) {
      case 'Type':
        type = textOrNull(reader, key);
        break;
      case 'Id':
        id = textOrNull(reader, key);
        break;
      case 'ChangeVector':
        changeVector = textOrNull(reader, key);
        break;
      case 'OriginalChangeVector':
        originalChangeVector = textOrNull(reader, key);
        break;
      case 'Index':
        index = reader.readValue();
        break;
      case 'Document':
        document = reader.kind() === 'object' ? reader.skip() : null;
        break;
      case 'TrackedEntities':
        trackedEntities = vectorsById(reader);
        break;
      case 'Patch':
        patch = patchOf(reader.readExactValue(), 'Patch');
        break;
      case 'PatchIfMissing':
        ifMissing = patchOf(reader.readExactValue(), 'PatchIfMissing');
        break;
      case 'CreateIfMissing':
        created = reader.kind() === 'object' ? reader.skip().toString('utf8') : null;
        break;
      case 'JsonPatch':
        operations = reader.readExactValue();
        break;
      case 'Ids':
        ids = reader.readValue();
        break;
      case 'ReturnDocument':
        returnsDocument = reader.kind() === 'boolean' && reader.readBoolean();
        break;
      case 'IdPrefixed':
        isPrefix = reader.kind() === 'boolean' && reader.readBoolean();
        break;
    }
  }
  const seen = originalChangeVector === null ? NOT_SEEN : { originalChangeVector };
  switch (type) {
    case 'PUT':
      if (document === null)
        throw invalidOperation("Command of type 'PUT' must have a 'Document', an object.");
      return { type, id, changeVector, document, ...seen };
    case 'DELETE':
      if (id === null || id === '') throw invalidOperation("Command of type 'DELETE' must have an 'Id'.");
      return { type, id, changeVector, isPrefix, ...seen };
    case 'BatchTrackChanges':
      return { type, trackedEntities };
    case 'PATCH':
    case 'BatchPATCH':
      if (patch === null)
        throw invalidOperation(`Command of type '${type}' must have a 'Patch' with a 'Script'.`);
      return {
        type,
        targets: type === 'PATCH' ? [target(id, changeVector, type)] : targetsOf(ids),
        patch,
        ifMissing,
        created,
        returnsDocument,
      };
    case 'JsonPatch':
      return {
        type,
        targets: [target(id, changeVector, type)],
        patch: jsonPatchOf(operations),
        ifMissing: null,
        returnsDocument,
      };
    case 'CompareExchangePUT':
    case 'CompareExchangeDELETE':
      return valueCommand(type, id, index, document);
    case 'HeartBeat':
      return null;
    case null:
      throw invalidOperation("Command must have a valid 'Type' property");
    default:
      if (UNBUILT.has(type)) throw notImplemented(`The command type ${type} in a batch`);
      throw new ProtocolError(
        500,
        'Raven.Server.Exceptions.InvalidCommandTypeException',
        `Invalid command type: ${type}`,
      );
  }
}

const NOT_SEEN: SeenVersion = {};

function valueCommand(
  type: ValueCommand['type'],
  id: string | null,
  index: unknown,
  document: Buffer | null,
): ValueCommand {
  if (id === null || id === '') {
    throw invalidOperation(`Command of type '${type}' must have an 'Id', the key of the value.`);
  }
  if (!Number.isSafeInteger(index) || Number(index) < 0) {
    throw invalidOperation(`Command of type '${type}' must have an 'Index', a number that is not negative.`);
  }
  if (type === 'CompareExchangeDELETE') return { type, id, index: Number(index), document: null };
  if (document === null)
    throw invalidOperation(`Command of type '${type}' must have a 'Document', an object.`);
  return { type, id, index: Number(index), document };
}

function target(id: string | null, changeVector: string | null, type: PatchCommand['type']) {
  if (id === null || id === '') throw invalidOperation(`Command of type '${type}' must have an 'Id'.`);
  return { id, changeVector };
}

function targetsOf(ids: unknown): PatchCommand['targets'] {
  if (!Array.isArray(ids)) throw invalidOperation("Command of type 'BatchPATCH' must have 'Ids', an array.");
  return ids.map((one) => {
    const { Id, ChangeVector } = (one ?? {}) as { Id?: unknown; ChangeVector?: unknown };
    if (typeof Id !== 'string') throw invalidOperation("Each of the 'Ids' must have an 'Id'.");
    return { id: Id, changeVector: typeof ChangeVector === 'string' ? ChangeVector : null };
  });
}

function vectorsById(reader: JsonReader): Record<string, string | null> {
  if (reader.kind() !== 'object') throw formatError("'TrackedEntities' of a command must be an object.");
  const vectors: [string, string | null][] = [];
  for (const id of reader.fields()) vectors.push([id, textOrNull(reader, id)]);
  return Object.fromEntries(vectors);
}

function textOrNull(reader: JsonReader, key: string): string | null {
  if (reader.readNull()) return null;
  if (reader.kind() !== 'string') throw formatError(`'${key}' of a command must be a string or null.`);
  return reader.readString();
}
