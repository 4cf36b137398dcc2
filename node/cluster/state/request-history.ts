import type { CommandOutcome } from './apply-command.ts';
import { numberKey, REQUESTS } from './state-keys.ts';
import type { StateChange, StateReader } from './state-transaction.ts';

/** A command that carried a request id, and what came of it. */
export interface RememberedRequest {
  readonly id: string;
  readonly outcome: CommandOutcome;
  /** Type of the command, its term, and the clock of its proposer in milliseconds; earlier programs kept none of them. */
  readonly type?: string;
  readonly term?: number;
  readonly timeMs?: number;
}

/** The last ones, the oldest first, each with its Raft index. */
export function rememberedRequests(
  state: StateReader,
  countMax: number,
): readonly (RememberedRequest & { readonly index: number })[] {
  return state
    .list(REQUESTS)
    .slice(-countMax)
    .map(([key, value]) => ({ index: Number(key.slice(REQUESTS.length)), ...(value as RememberedRequest) }));
}

/**
 * What came of the last commands that carried a request id. Part of the replicated state, so that a client that sends
 * a command again, after a time-out, through another node, after a change of leader, gets the first outcome and the
 * command runs once.
 */
export class RequestHistory {
  readonly #limit: number;
  readonly #byId = new Map<string, { readonly index: number; readonly outcome: CommandOutcome }>();
  /** Keys by age, the oldest first. */
  #keys: string[] = [];

  constructor(limit: number, state: StateReader) {
    this.#limit = limit;
    this.reload(state);
  }

  find(id: string): { readonly index: number; readonly outcome: CommandOutcome } | undefined {
    return this.#byId.get(id);
  }

  /** The changes that remember this request and forget the oldest ones above the limit: the same on every node. */
  remember(index: number, request: RememberedRequest): StateChange[] {
    const { id, outcome } = request;
    const key = REQUESTS + numberKey(index);
    this.#byId.set(id, { index, outcome });
    this.#keys.push(key);
    const changes: StateChange[] = [[key, request]];
    while (this.#keys.length > this.#limit) {
      const oldest = this.#keys.shift();
      if (oldest !== undefined) changes.push([oldest, undefined]);
    }
    return changes;
  }

  /** Forgets what the changes of `remember` deleted; called with the state that they were applied to. */
  forget(state: StateReader, changes: readonly StateChange[]): void {
    for (const [key, value] of changes) {
      if (value !== undefined || !key.startsWith(REQUESTS)) continue;
      const remembered = state.get(key) as RememberedRequest | undefined;
      if (remembered !== undefined) this.#byId.delete(remembered.id);
    }
  }

  /** After the state was replaced as a whole. */
  reload(state: StateReader): void {
    this.#byId.clear();
    const requests = state.list(REQUESTS);
    this.#keys = requests.map(([key]) => key);
    for (const [key, value] of requests) {
      const { id, outcome } = value as RememberedRequest;
      this.#byId.set(id, { index: Number(key.slice(REQUESTS.length)), outcome });
    }
  }
}
