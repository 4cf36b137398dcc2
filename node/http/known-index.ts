import { ProtocolError } from './errors/protocol-error.ts';
import { KNOWN_INDEX_WAIT_MS } from './limits.ts';
import type { NodeServices } from './node-services.ts';
import type { HttpRequest } from './request.ts';
import { numberHeader } from './standard-headers.ts';

/** The Raft index that a client has seen and this node hasn't applied yet; null when there is nothing to wait for. */
export function unseenIndex(request: HttpRequest, node: NodeServices): number | null {
  const known = numberHeader(request, 'known-raft-index');
  return known !== null && known > node.cluster.appliedIndex() ? known : null;
}

/** Reads what the client has written elsewhere only after it is here. Bounded, unlike in RavenDB. Throws 408. */
export async function waitForKnownIndex(index: number, node: NodeServices): Promise<void> {
  try {
    await node.cluster.waitForIndex(index, KNOWN_INDEX_WAIT_MS);
  } catch (error) {
    throw new ProtocolError(
      408,
      'System.TimeoutException',
      `This node has not applied Raft index ${index}, which the client knows of, within ${KNOWN_INDEX_WAIT_MS} ms: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
