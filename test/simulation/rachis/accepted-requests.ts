import type { Entry, NodeId } from '../../../node/rachis/core/entry.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { ClientLedger } from './client-ledger.ts';
import type { SimulatedState } from './simulated-state.ts';

interface AcceptedRequest {
  readonly requestId: number;
  readonly term: number;
  readonly command: Uint8Array;
}

/** Requests that a node has accepted as a leader, and whose clients wait for it. */
export class AcceptedRequests<State extends SimulatedState<State>> {
  readonly #node: NodeId;
  /** By the index that each was given. */
  readonly #requests = new Map<number, AcceptedRequest>();

  constructor(node: NodeId) {
    this.#node = node;
  }

  accepted(
    { firstIndex, term }: { readonly firstIndex: number; readonly term: number },
    requestIds: readonly number[],
    commands: readonly Uint8Array[],
  ): void {
    requestIds.forEach((requestId, position) => {
      const command = commands[position] as Uint8Array;
      this.#requests.set(firstIndex + position, { requestId, term, command });
    });
  }

  /** Answers the request of this entry, if there is one and the entry is its own. */
  applied(entry: Entry, state: State, clients: ClientLedger): void {
    const request = this.#requests.get(entry.index);
    if (request === undefined) return;
    this.#requests.delete(entry.index);
    if (request.term !== entry.term) return;
    check(
      entry.kind === 'command' && entry.data === request.command,
      'an accepted proposal keeps its place',
      () => `${this.#node} accepted request ${request.requestId} at ${entry.index} and applied another there`,
    );
    clients.acknowledge(request.requestId, entry.index, state);
  }

  /** Up to this index a snapshot came instead of entries: nobody is answered. */
  passedBy(appliedIndex: number): void {
    for (const index of this.#requests.keys()) if (index <= appliedIndex) this.#requests.delete(index);
  }

  clear(): void {
    this.#requests.clear();
  }
}
