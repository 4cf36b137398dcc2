import type {
  ClusterTransaction,
  ClusterTransactionResult,
  ConcurrencyViolation,
  TransactionValue,
} from '../cluster-command.ts';
import { ClusterArgumentError, ClusterOperationError } from '../cluster-error.ts';
import { TRANSACTION_COMMANDS_MAX, TRANSACTION_LENGTH_MAX, VIOLATIONS_TOLD_MAX } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { checkValueKey, findValue, removeValue, writeValue } from './compare-exchange.ts';
import { guardKey, guardValue, transactionIndexOf, transactionVector } from './guards.ts';
import { requireSpace, type Space } from './spaces.ts';
import { spaceKey, transactionKey } from './state-keys.ts';
import { requireRecord } from './stored-record.ts';

/** A document of a cluster transaction, as it waits for the copies of its database; its count is in its key. */
export interface WaitingDocument {
  readonly type: 'PUT' | 'DELETE';
  readonly id: string;
  readonly document: string | null;
  /** That the document gets. */
  readonly changeVector: string;
  /** That the client had seen. */
  readonly seenChangeVector: string;
  readonly timeMs: number;
  /** Raft index of the transaction, and the count of its last document. */
  readonly index: number;
  readonly lastCount: number;
  /** Of the space, up to the end of this document. */
  readonly length: number;
}

/** An id as change vectors hold it. */
const ID = /^[A-Za-z0-9+/]{22}$/;

/** Checks everything first; a transaction that does not fit changes nothing. */
export function clusterTransaction(
  context: ApplyContext,
  command: ClusterTransaction,
): ClusterTransactionResult {
  const { record } = requireRecord(context.state, command.database);
  const space = requireSpace(context, command.database);
  checkSize(command);
  for (const { key } of command.values) checkValueKey(key);
  const { DatabaseTopologyIdBase64: group, ClusterTransactionIdBase64: cluster } = record.Topology;
  if (!ID.test(group) || !ID.test(cluster)) {
    throw new ClusterOperationError(
      `Database '${command.database}' has ids that change vectors can't hold ('${group}', '${cluster}'), so it has no cluster transactions.`,
    );
  }
  const violations = [
    ...valueViolations(context, space, command.values),
    ...guardViolations(context, space, command, cluster),
  ];
  const result = { index: context.index, firstCount: space.documents + 1, timeMs: context.timeMs };
  if (violations.length > 0) return { ...result, violations: violations.slice(0, VIOLATIONS_TOLD_MAX) };
  writeValues(context, space, command);
  queueDocuments(context, space, command, record.Topology);
  return { ...result, violations: [] };
}

function checkSize({ values, documents, reads }: ClusterTransaction): void {
  const count = values.length + documents.length + reads.length;
  if (count > TRANSACTION_COMMANDS_MAX) {
    throw new ClusterArgumentError(
      `A cluster transaction may have ${TRANSACTION_COMMANDS_MAX} commands, not ${count}.`,
    );
  }
  const length =
    documents.reduce((sum, { document }) => sum + (document?.length ?? 0), 0) +
    values.reduce((sum, value) => sum + (value.type === 'PUT' ? value.value.value.length : 0), 0);
  if (length > TRANSACTION_LENGTH_MAX) {
    throw new ClusterArgumentError(
      `The documents and values of a cluster transaction may have ${TRANSACTION_LENGTH_MAX} characters, not ${length}.`,
    );
  }
}

function valueViolations(
  context: ApplyContext,
  space: Space,
  values: readonly TransactionValue[],
): ConcurrencyViolation[] {
  return values.flatMap(({ type, key, index }) => {
    const operation = type === 'PUT' ? ('put' as const) : ('delete' as const);
    return violation(context, space, { type: 'CompareExchange', operation, key, expected: index });
  });
}

function guardViolations(
  context: ApplyContext,
  space: Space,
  { documents, reads, hasGuards }: ClusterTransaction,
  clusterTransactionId: string,
): ConcurrencyViolation[] {
  const expecting = hasGuards
    ? documents
        // A deletion without a change vector takes whatever is there.
        .filter(({ type, changeVector }) => type === 'PUT' || changeVector !== null)
        .map(({ type, id, changeVector }) => ({
          operation: type === 'PUT' ? ('put' as const) : ('delete' as const),
          id,
          changeVector: changeVector ?? '',
        }))
    : [];
  const read = reads.map(({ id, changeVector }) => ({ operation: 'read' as const, id, changeVector }));
  return [...expecting, ...read].flatMap(({ operation, id, changeVector }) =>
    violation(context, space, {
      type: 'Document',
      operation,
      key: guardKey(id),
      expected: transactionIndexOf(changeVector, clusterTransactionId),
    }).filter(({ actual, expected }) => !isOfLost(space, actual, expected)),
  );
}

/** The document may be older than its guard, or gone, for ever: the next transaction that writes it sets that right. */
function isOfLost({ lost }: Space, actual: number, expected: number): boolean {
  return lost !== undefined && expected < actual && actual <= lost.lastIndex;
}

function violation(
  context: ApplyContext,
  space: Space,
  expectation: Omit<ConcurrencyViolation, 'actual'>,
): readonly ConcurrencyViolation[] {
  const actual = findValue(context.state, space.id, expectation.key)?.index ?? 0;
  if (actual === expectation.expected) return [];
  return [{ ...expectation, actual: actual === 0 ? -1 : actual }];
}

function writeValues(
  context: ApplyContext,
  { id: space }: Space,
  { values, documents, hasGuards }: ClusterTransaction,
): void {
  for (const value of values) {
    if (value.type === 'PUT') writeValue(context, space, value.key, value.value);
    else dropValue(context, space, value.key);
  }
  if (!hasGuards) return;
  for (const document of documents) {
    const key = guardKey(document.id);
    if (document.type === 'PUT') writeValue(context, space, key, guardValue(document));
    else dropValue(context, space, key);
  }
}

function dropValue(context: ApplyContext, space: number, key: string): void {
  const stored = findValue(context.state, space, key);
  if (stored !== undefined) removeValue(context, space, stored);
}

function queueDocuments(
  context: ApplyContext,
  space: Space,
  { database, documents, hasGuards }: ClusterTransaction,
  topology: Parameters<typeof transactionVector>[0],
): void {
  let { length } = space;
  const lastCount = space.documents + documents.length;
  for (const [at, { type, id, document, changeVector }] of documents.entries()) {
    const count = space.documents + 1 + at;
    length += id.length + (document?.length ?? 0);
    const waiting: WaitingDocument = {
      type,
      id,
      document,
      changeVector: transactionVector(topology, count, context.index, hasGuards),
      seenChangeVector: changeVector ?? '',
      timeMs: context.timeMs,
      index: context.index,
      lastCount,
      length,
    };
    context.state.put(transactionKey(space.id, count), waiting);
  }
  if (documents.length > 0) context.state.put(spaceKey(database), { ...space, documents: lastCount, length });
}
