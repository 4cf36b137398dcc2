import { type CommandEnvelope, decodeEnvelope } from './command-envelope.ts';
import { logTimeOf } from './state/advance-log-time.ts';
import { applyCommand, type CommandOutcome, type CommandPosition } from './state/apply-command.ts';
import { rememberedOutcome } from './state/remembered-outcome.ts';
import { RequestHistory } from './state/request-history.ts';
import type { StateChange, StateReader } from './state/state-transaction.ts';

/** A state that changes can be applied to. */
export interface ChangeableState extends StateReader {
  apply(changes: readonly StateChange[]): void;
}

/** What came of a command, and what it changed. */
export interface AppliedEntry {
  readonly outcome: CommandOutcome;
  readonly changes: readonly StateChange[];
}

/**
 * Applies commands as they stand in the log, those with the same request id once. Depends on nothing but the state and
 * the log, so that all nodes come to the same state.
 */
export class CommandApplication {
  readonly #state: ChangeableState;
  readonly #history: RequestHistory;

  constructor(state: ChangeableState) {
    this.#state = state;
    this.#history = new RequestHistory(state);
  }

  /** Requests whose outcome is remembered. */
  get rememberedCount(): number {
    return this.#history.count;
  }

  /** What a command with this request id came to, if it was applied and is remembered. */
  outcomeOf(requestId: string): CommandOutcome | undefined {
    return this.#history.find(requestId);
  }

  /** After the state was replaced as a whole. */
  reload(state: StateReader): void {
    this.#history.reload(state);
  }

  /** `envelope`: the command of the entry; null: it can't be read. */
  apply(
    { index, term }: Pick<CommandPosition, 'index' | 'term'>,
    envelope: CommandEnvelope | null,
  ): AppliedEntry {
    if (envelope === null) {
      const error = { name: 'ClusterError', message: 'The command could not be read.' };
      return { outcome: { error }, changes: [] };
    }
    const { requestId, timeMs, command } = envelope;
    const known = requestId === null ? undefined : this.#history.find(requestId);
    if (known !== undefined) return { outcome: known, changes: [] };
    const { outcome, changes } = applyCommand(this.#state, { index, term, timeMs }, command);
    if (requestId !== null) {
      const remembered = rememberedOutcome(outcome);
      const request = { id: requestId, outcome: remembered, type: command.type, term, timeMs };
      for (const change of this.#history.remember(this.#state, index, request)) changes.push(change);
    }
    this.#state.apply(changes);
    if (command.type === 'AdvanceLogTime') {
      const forgotten = this.#history.forgetUntil(logTimeOf(this.#state) ?? 0);
      this.#state.apply(forgotten);
      for (const change of forgotten) changes.push(change);
    }
    return { outcome, changes };
  }
}

/** null: every node has the same bytes and comes to the same answer, that the command failed. */
export function readEnvelope(data: Uint8Array): CommandEnvelope | null {
  try {
    return decodeEnvelope(data);
  } catch {
    // Whoever proposed it is told by the outcome.
    return null;
  }
}
