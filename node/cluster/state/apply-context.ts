import type { StateTransaction } from './state-transaction.ts';

/** All that the effects of a command may depend on, the same on every node: no clock, no randomness. */
export interface ApplyContext {
  readonly state: StateTransaction;
  readonly index: number;
  readonly term: number;
  /** The proposer's wall clock when the command was made, in milliseconds. */
  readonly timeMs: number;
}

/** .NET's round-trip form of a time, as records hold it. */
export function timestampOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, -1)}0000Z`;
}
