import type {
  ClusterTransaction,
  ClusterTransactionResult,
  ConcurrencyViolation,
  TransactionDocument,
  TransactionValue,
} from '../../../cluster/cluster-command.ts';
import { TRANSACTION_LENGTH_MAX } from '../../../cluster/limits.ts';
import { transactionVector } from '../../../cluster/state/guards.ts';
import { parseChangeVector } from '../../../documents/change-vector.ts';
import { checkCollection } from '../../../documents/collection-name.ts';
import { checkDocumentId } from '../../../documents/document-id.ts';
import { formatTicks } from '../../../documents/hybrid-clock.ts';
import { splitDocument } from '../../../json/document-json.ts';
import { argumentError, invalidOperation, ProtocolError } from '../../errors/protocol-error.ts';
import { TRANSACTION_EXECUTION_WAIT_MS } from '../../limits.ts';
import { boolParameter } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import type { HttpRequest } from '../../request.ts';
import type { DatabaseContext } from '../../routing/route.ts';
import { expiryOf, readValueBody } from '../compare-exchange/value-body.ts';
import type { ClientCommand } from './batch-request.ts';
import type { ShownBatch } from './bulk-docs.ts';

/** Clients before this version know nothing of guards. */
const GUARDS_SINCE = [5, 2] as const;
const TICKS_PER_MS = 10_000n;

/**
 * One Raft command for all; answered when this node has executed it. The documents are the same on every copy, change
 * vectors and times included, so that the answer can be told without reading them.
 */
export async function runClusterWide(
  request: HttpRequest,
  commands: readonly ClientCommand[],
  { node, loaded }: DatabaseContext,
): Promise<ShownBatch> {
  const transaction = transactionOf(request, commands, loaded.name);
  const result = (await submitFor(request, node, transaction)).result as ClusterTransactionResult;
  if (result.violations.length > 0) throw violated(result.violations);
  await executed(result, transaction, loaded);
  const { changeVector, lastEtag } = loaded.database;
  return {
    results: shownResults(commands, result, transaction, loaded),
    changeVector,
    lastEtag,
    transactionIndex: result.index,
  };
}

function transactionOf(
  request: HttpRequest,
  commands: readonly ClientCommand[],
  database: string,
): ClusterTransaction {
  const values: TransactionValue[] = [];
  const documents: TransactionDocument[] = [];
  const reads: ClusterTransaction['reads'][number][] = [];
  for (const [at, command] of commands.entries()) {
    switch (command.type) {
      case 'PUT':
        documents.push(documentPut(command, at));
        break;
      case 'DELETE':
        if (command.isPrefix === true) throw unsupported('DELETE by prefix');
        documents.push(documentDelete(command, at));
        break;
      case 'CompareExchangePUT':
        values.push(valuePut(command.id.toWellFormed(), command.index, command.document ?? Buffer.alloc(0)));
        break;
      case 'CompareExchangeDELETE':
        values.push({ type: 'DELETE', key: command.id.toWellFormed(), index: command.index });
        break;
      case 'BatchTrackChanges':
        for (const [id, vector] of Object.entries(command.trackedEntities)) {
          reads.push({ id, changeVector: wellFormed(vector ?? '') });
        }
        break;
      default:
        throw unsupported(command.type);
    }
  }
  const hasGuards = sendsGuards(request);
  return { type: 'ClusterTransaction', database, values, documents, reads, hasGuards };
}

function documentPut(command: Extract<ClientCommand, { type: 'PUT' }>, at: number): TransactionDocument {
  const id = checkedId(command.id, 'PUT', at);
  if (command.document.byteLength > TRANSACTION_LENGTH_MAX) {
    throw invalidOperation(
      `The documents of a cluster-wide transaction may have ${TRANSACTION_LENGTH_MAX} bytes, but '${id}' has ${command.document.byteLength}.`,
    );
  }
  const { collection, metadata } = splitDocument(command.document);
  checkCollection(collection);
  const { '@expires': text } = JSON.parse(metadata.toString()) as Readonly<Record<string, unknown>>;
  const atMs = expiryOf(text, id);
  return {
    type: 'PUT',
    id,
    document: command.document.toString(),
    changeVector: seenBy(command),
    expires: atMs === null ? null : { text: String(text), atMs },
  };
}

function documentDelete(
  command: Extract<ClientCommand, { type: 'DELETE' }>,
  at: number,
): TransactionDocument {
  const id = checkedId(command.id, 'DELETE', at);
  return { type: 'DELETE', id, document: null, changeVector: seenBy(command), expires: null };
}

function valuePut(key: string, index: number, body: Buffer): TransactionValue {
  return { type: 'PUT', key, index, value: readValueBody(body, key) };
}

/** What the client loaded counts before what it expects. */
function seenBy(command: {
  readonly originalChangeVector?: string;
  readonly changeVector: string | null;
}): string | null {
  const seen = command.originalChangeVector ?? command.changeVector;
  return seen === null ? null : wellFormed(seen);
}

function wellFormed(changeVector: string): string {
  try {
    parseChangeVector(changeVector);
  } catch (error) {
    throw argumentError(error instanceof Error ? error.message : String(error));
  }
  return changeVector;
}

function checkedId(id: string | null, type: string, at: number): string {
  if (id === null || id.trim() === '') {
    throw refused(`Command ${at} of the cluster-wide transaction, a ${type}, must have an id.`);
  }
  if (id.endsWith('/') || id.endsWith('|')) {
    throw refused(`The document id '${id}' can't end with '${id.at(-1)}' in a cluster-wide transaction.`);
  }
  checkDocumentId(id);
  return id.toWellFormed();
}

function sendsGuards(request: HttpRequest): boolean {
  if (boolParameter(request, 'disableAtomicDocumentWrites', false)) return false;
  const [major = 0, minor = 0] = (request.header('raven-client-version') ?? '').split('.').map(Number);
  return major > GUARDS_SINCE[0] || (major === GUARDS_SINCE[0] && minor >= GUARDS_SINCE[1]);
}

/** Throws unless the documents are here in time; what is committed stays in any case. */
async function executed(
  { index, firstCount }: ClusterTransactionResult,
  { documents }: ClusterTransaction,
  { transactions }: DatabaseContext['loaded'],
): Promise<void> {
  if (documents.length === 0) return;
  const lastCount = firstCount + documents.length - 1;
  if (!(await transactions.waitFor(lastCount, TRANSACTION_EXECUTION_WAIT_MS))) {
    throw new ProtocolError(
      408,
      'System.TimeoutException',
      `The cluster-wide transaction is committed (Raft index ${index}), but this node has not written its documents within ${TRANSACTION_EXECUTION_WAIT_MS} ms. It will; do not send it again under another 'raft-request-id'.`,
    );
  }
  if (transactions.wasLeftOut(lastCount)) {
    throw invalidOperation(
      `The cluster-wide transaction is committed (Raft index ${index}), but this node could not write its documents; its log says why.`,
    );
  }
}

function shownResults(
  commands: readonly ClientCommand[],
  { index, firstCount, timeMs }: ClusterTransactionResult,
  { hasGuards, documents }: ClusterTransaction,
  loaded: DatabaseContext['loaded'],
): readonly Record<string, unknown>[] {
  const lastModified = formatTicks(BigInt(Math.trunc(timeMs)) * TICKS_PER_MS);
  const topology = loaded.record().Topology;
  let at = 0;
  return commands.map((command) => {
    switch (command.type) {
      case 'PUT':
      case 'DELETE': {
        const id = documents[at]?.id;
        const changeVector = transactionVector(topology, firstCount + at++, index, hasGuards);
        const named = command.type === 'PUT' ? { '@id': id } : { Id: id };
        return {
          Type: command.type,
          '@last-modified': lastModified,
          ...named,
          '@change-vector': changeVector,
        };
      }
      case 'BatchTrackChanges':
        return { Type: command.type, Result: Object.keys(command.trackedEntities).length };
      case 'CompareExchangePUT':
      case 'CompareExchangeDELETE':
        return { Type: command.type, Key: command.id, Index: index };
      default:
        return { Type: command.type };
    }
  });
}

const DOING = { put: 'putting', delete: 'deleting', read: 'having read' } as const;

function violated(violations: readonly ConcurrencyViolation[]): ProtocolError {
  const told = violations.map(
    ({ operation, key, expected, actual }) =>
      `${DOING[operation]} '${key}' expects it at index ${expected}, but it is ${actual === -1 ? 'missing' : `at ${actual}`}`,
  );
  return new ProtocolError(
    409,
    'Raven.Client.Exceptions.ClusterTransactionConcurrencyException',
    `The cluster-wide transaction was refused, nothing of it was written: ${told.join('; ')}.`,
    {
      Id: null,
      ExpectedChangeVector: null,
      ActualChangeVector: null,
      ConcurrencyViolations: violations.map(({ type, key, expected, actual }) => ({
        Type: type,
        Id: key,
        Expected: expected,
        Actual: actual,
      })),
    },
  );
}

function refused(message: string): ProtocolError {
  return new ProtocolError(500, 'Raven.Server.Rachis.RachisApplyException', message);
}

function unsupported(type: string): ProtocolError {
  return new ProtocolError(
    500,
    'System.ArgumentOutOfRangeException',
    `A cluster-wide transaction can't have commands of the type ${type}; it takes PUT, DELETE, CompareExchangePUT and CompareExchangeDELETE.`,
  );
}
