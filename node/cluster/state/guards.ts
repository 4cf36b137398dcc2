import { parseChangeVector, TRANSACTION_TAG } from '../../documents/change-vector.ts';
import type { TransactionDocument } from '../cluster-command.ts';
import type { NewValue } from './compare-exchange.ts';

/** Compare-exchange key of a document's guard: its index is that of the last cluster transaction on the document. */
export function guardKey(id: string): string {
  return `rvn-atomic/${id}`;
}

export function guardValue({ id, expires }: TransactionDocument): NewValue {
  const metadata = expires === null ? {} : { '@metadata': { '@expires': expires.text } };
  return { value: JSON.stringify({ Object: { Id: id }, ...metadata }), expiresAtMs: expires?.atMs ?? null };
}

/** Index of the cluster transaction that a change vector names; 0 when it names none of that cluster. */
export function transactionIndexOf(changeVector: string, clusterTransactionId: string): number {
  const entry = parseChangeVector(changeVector).find(
    ({ tag, databaseId }) => tag === TRANSACTION_TAG && databaseId === clusterTransactionId,
  );
  return entry?.etag ?? 0;
}

/** Change vector of a document that a cluster transaction wrote: the same on every node. */
export function transactionVector(
  topology: { readonly DatabaseTopologyIdBase64: string; readonly ClusterTransactionIdBase64: string },
  count: number,
  index: number,
  hasGuard: boolean,
): string {
  const order = `RAFT:${count}-${topology.DatabaseTopologyIdBase64}`;
  // The protocol's form: no space here, unlike in all other vectors.
  return hasGuard ? `${order},${TRANSACTION_TAG}:${index}-${topology.ClusterTransactionIdBase64}` : order;
}
