import {
  REQUESTS_FORGOTTEN_AT_ONCE,
  REQUESTS_KEPT_MIN,
  REQUESTS_REMEMBERED_MAX,
  REQUESTS_REMEMBERED_MS,
  REQUESTS_REMEMBERED_UNTIMED_MAX,
} from '../limits.ts';
import { logTimeOf } from './advance-log-time.ts';
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
  /** The time of the log when it was applied, in milliseconds; absent: the log had no time yet. */
  readonly logTimeMs?: number;
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

/** How many requests are remembered, and for how long. */
export interface RequestLimits {
  readonly untimedMax: number;
  readonly countMax: number;
  readonly keptMin: number;
  readonly rememberedMs: number;
  readonly forgottenAtOnce: number;
}

const LIMITS: RequestLimits = Object.freeze({
  untimedMax: REQUESTS_REMEMBERED_UNTIMED_MAX,
  countMax: REQUESTS_REMEMBERED_MAX,
  keptMin: REQUESTS_KEPT_MIN,
  rememberedMs: REQUESTS_REMEMBERED_MS,
  forgottenAtOnce: REQUESTS_FORGOTTEN_AT_ONCE,
});

/**
 * What came of the last commands that carried a request id. Part of the replicated state, so that a client that sends
 * a command again, after a time-out, through another node, after a change of leader, gets the first outcome and the
 * command runs once. What is forgotten depends on the entries applied so far alone: it is the same on every node.
 */
export class RequestHistory {
  readonly #limits: RequestLimits;
  readonly #byId = new Map<string, RememberedRequest>();
  /** By age, the oldest first, from `#first` on: what is before that is forgotten. The values of the state itself. */
  #byAge: RememberedRequest[] = [];
  /** Of each its Raft index. */
  #indexes: number[] = [];
  #first = 0;

  constructor(state: StateReader, limits: RequestLimits = LIMITS) {
    this.#limits = limits;
    this.reload(state);
  }

  get count(): number {
    return this.#byAge.length - this.#first;
  }

  find(id: string): CommandOutcome | undefined {
    return this.#byId.get(id)?.outcome;
  }

  /** The changes that remember this request and forget the oldest ones above the limit. */
  remember(state: StateReader, index: number, request: Omit<RememberedRequest, 'logTimeMs'>): StateChange[] {
    const logTimeMs = logTimeOf(state);
    const value: RememberedRequest = logTimeMs === null ? request : { ...request, logTimeMs };
    this.#add(index, value);
    const changes: StateChange[] = [[keyOf(index), value]];
    const countMax = logTimeMs === null ? this.#limits.untimedMax : this.#limits.countMax;
    while (this.count > countMax) changes.push(this.#forgetOldest());
    return changes;
  }

  /** The changes that forget what is too old at this time of the log; a bounded number, the rest with the next one. */
  forgetUntil(logTimeMs: number): StateChange[] {
    const { keptMin, rememberedMs, forgottenAtOnce } = this.#limits;
    const changes: StateChange[] = [];
    while (this.count > keptMin && changes.length < forgottenAtOnce) {
      const oldest = this.#byAge[this.#first];
      if (oldest === undefined || logTimeMs - (oldest.logTimeMs ?? 0) < rememberedMs) break;
      changes.push(this.#forgetOldest());
    }
    return changes;
  }

  /** After the state was replaced as a whole. */
  reload(state: StateReader): void {
    this.#byId.clear();
    this.#byAge = [];
    this.#indexes = [];
    this.#first = 0;
    for (const [key, value] of state.list(REQUESTS)) {
      this.#add(Number(key.slice(REQUESTS.length)), value as RememberedRequest);
    }
  }

  #add(index: number, request: RememberedRequest): void {
    this.#byId.set(request.id, request);
    this.#byAge.push(request);
    this.#indexes.push(index);
  }

  #forgetOldest(): StateChange {
    const index = this.#indexes[this.#first] as number;
    const oldest = this.#byAge[this.#first++] as RememberedRequest;
    if (this.#byId.get(oldest.id) === oldest) this.#byId.delete(oldest.id);
    // Moved rarely, since a long list takes its time to move.
    if (this.#first > this.#limits.forgottenAtOnce) {
      this.#byAge = this.#byAge.slice(this.#first);
      this.#indexes = this.#indexes.slice(this.#first);
      this.#first = 0;
    }
    return [keyOf(index), undefined];
  }
}

function keyOf(index: number): string {
  return REQUESTS + numberKey(index);
}
