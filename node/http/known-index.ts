import { ProtocolError } from './errors/protocol-error.ts';
import { KNOWN_INDEX_WAIT_MS } from './limits.ts';
import type { LoadedDatabase, NodeServices } from './node-services.ts';
import type { HttpRequest } from './request.ts';
import { numberHeader } from './standard-headers.ts';

/** The Raft index that a client has seen, when its effects may not all be here; null: there is nothing to wait for. */
export function unseenIndex(
  request: HttpRequest,
  node: NodeServices,
  { transactions }: LoadedDatabase,
): number | null {
  const known = numberHeader(request, 'known-raft-index');
  if (known === null) return null;
  const isSeen = known <= node.cluster.appliedIndex() && transactions.isCurrent;
  return isSeen ? null : known;
}

/**
 * Reads what the client has written elsewhere only after it is here, documents of cluster-wide transactions included.
 * Bounded, unlike in RavenDB. Throws 408.
 */
export async function waitForKnownIndex(
  index: number,
  node: NodeServices,
  { transactions }: LoadedDatabase,
): Promise<void> {
  const deadline = performance.now() + KNOWN_INDEX_WAIT_MS;
  try {
    await node.cluster.waitForIndex(index, KNOWN_INDEX_WAIT_MS);
  } catch (error) {
    throw late('applied', index, error instanceof Error ? error.message : String(error));
  }
  const isHere = await transactions.waitUntilCurrent(Math.max(1, deadline - performance.now()));
  if (!isHere)
    throw late('written the documents up to', index, 'cluster-wide transactions are being executed');
}

function late(what: string, index: number, reason: string): ProtocolError {
  return new ProtocolError(
    408,
    'System.TimeoutException',
    `This node has not ${what} Raft index ${index}, which the client knows of, within ${KNOWN_INDEX_WAIT_MS} ms: ${reason}`,
  );
}
