import { splitDocument } from '../../json/document-json.ts';
import { defineCommand } from '../command.ts';
import {
  ConcurrencyError,
  InvalidCommandError,
  trackedChangeError,
  UnsupportedCommandError,
} from '../document-errors.ts';
import { randomDocumentId } from '../document-id.ts';
import type { DocumentTransaction } from '../document-transaction.ts';
import { rememberAnswer, rememberedAnswer } from '../request-log.ts';
import { type PutDocumentResult, putResult } from './put-document.ts';

/** Commands of a batch, as the edge has parsed them; `type` is as the client spelled it. */
export type BatchCommand =
  | {
      readonly type: 'PUT';
      /** null or '': the server makes one up. Ending in `/`: the server completes it. */
      readonly id: string | null;
      readonly changeVector: string | null;
      readonly document: Buffer;
      /** Handed back with the result: which part of a client's request it belongs to. */
      readonly origin?: number;
    }
  | {
      readonly type: 'DELETE';
      readonly id: string;
      readonly changeVector: string | null;
      /** The id is a prefix, and all documents under it go. */
      readonly isPrefix?: boolean;
      readonly origin?: number;
    }
  | {
      readonly type: 'BatchTrackChanges';
      /** Change vector of each document that was read; null: whatever it is. */
      readonly trackedEntities: Readonly<Record<string, string | null>>;
    }
  | { readonly type: 'Unsupported'; readonly name: string };

export interface BatchArguments {
  readonly commands: readonly BatchCommand[];
  /** A batch with the same one is answered as the first time and not run again. */
  readonly requestId?: string;
}

export type BatchItemResult =
  | ({ readonly type: 'PUT'; readonly origin?: number } & PutDocumentResult)
  | { readonly type: 'DELETE'; readonly id: string; readonly deleted: boolean; readonly origin?: number }
  | { readonly type: 'BatchTrackChanges'; readonly count: number };

export interface BatchResult {
  /** One for each command, in their order. */
  readonly results: readonly BatchItemResult[];
  /** Etag of the last write; 0 when nothing was written. */
  readonly lastEtag: number;
  /** Change vector that includes everything the batch wrote. */
  readonly changeVector: string;
}

/**
 * Runs several commands as one: all of them or none. Throws what they throw, and UnsupportedCommandError.
 */
export const batch = defineCommand(
  'Batch',
  (transaction, { commands, requestId }: BatchArguments): BatchResult => {
    const remembered = requestId === undefined ? undefined : rememberedAnswer(transaction, requestId);
    if (remembered !== undefined) return remembered as BatchResult;
    const before = transaction.lastEtag;
    const results = commands.map((command) => withOrigin(run(transaction, command), command));
    const answer: BatchResult = {
      results,
      lastEtag: transaction.lastEtag > before ? transaction.lastEtag : 0,
      changeVector: transaction.databaseChangeVector,
    };
    if (requestId !== undefined) rememberAnswer(transaction, requestId, answer);
    return answer;
  },
  {
    ids: ({ commands }) =>
      commands.flatMap((command) =>
        'id' in command && command.id && !command.id.endsWith('/') ? [command.id] : [],
      ),
    bytes: ({ commands }) =>
      commands.reduce((sum, command) => sum + (command.type === 'PUT' ? command.document.length : 0), 0),
  },
);

function withOrigin(result: BatchItemResult, command: BatchCommand): BatchItemResult {
  const origin = 'origin' in command ? command.origin : undefined;
  return origin === undefined || result.type === 'BatchTrackChanges' ? result : { ...result, origin };
}

function run(transaction: DocumentTransaction, command: BatchCommand): BatchItemResult {
  switch (command.type) {
    case 'PUT': {
      const id = command.id === null || command.id === '' ? randomDocumentId() : command.id;
      const stored = transaction.putDocument(id, splitDocument(command.document), command.changeVector);
      return { type: 'PUT', ...putResult(stored) };
    }
    case 'DELETE':
      return command.isPrefix === true
        ? deletePrefix(transaction, command.id)
        : deleteOne(transaction, command.id, command.changeVector);
    case 'BatchTrackChanges':
      return trackChanges(transaction, command.trackedEntities);
    case 'Unsupported':
      throw new UnsupportedCommandError(command.name);
  }
}

function deleteOne(
  transaction: DocumentTransaction,
  id: string,
  changeVector: string | null,
): BatchItemResult {
  try {
    return { type: 'DELETE', id, deleted: transaction.deleteDocument(id, changeVector) !== null };
  } catch (error) {
    if (!(error instanceof ConcurrencyError) || error.actualChangeVector !== null) throw error;
    // The protocol's one concurrency error without details.
    throw new ConcurrencyError(error.message, null, null, null);
  }
}

function deletePrefix(transaction: DocumentTransaction, prefix: string): BatchItemResult {
  if (prefix === '') throw new InvalidCommandError('A delete by prefix needs a prefix that is not empty.');
  for (const { id } of transaction.startsWith({ prefix })) transaction.deleteDocument(id, null);
  return { type: 'DELETE', id: prefix, deleted: true };
}

function trackChanges(
  transaction: DocumentTransaction,
  tracked: Readonly<Record<string, string | null>>,
): BatchItemResult {
  const entities = Object.entries(tracked);
  for (const [id, expected] of entities) {
    if (expected === null) continue;
    const actual = transaction.get(id)?.changeVector ?? null;
    if (actual !== expected && !(actual === null && expected === '')) {
      throw trackedChangeError(id, expected, actual);
    }
  }
  return { type: 'BatchTrackChanges', count: entities.length };
}
