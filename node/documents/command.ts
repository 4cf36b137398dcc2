import type { DocumentTransaction } from './document-transaction.ts';

/** What the merger may know about a command before it runs; both are optional and only help it plan. */
export interface CommandTraits<Args> {
  /** Ids of documents that the command will read: fetched together with those of its neighbours. */
  readonly ids?: (args: Args) => readonly string[];
  /** Bytes that the arguments hold in memory while the command waits. */
  readonly bytes?: (args: Args) => number;
}

/** A write, by name. Arguments and result are plain values, so that a command can cross to another thread. */
export interface CommandDefinition<Args, Result> extends CommandTraits<Args> {
  readonly type: string;
  readonly execute: (transaction: DocumentTransaction, args: Args) => Result;
}

/**
 * `execute` is synchronous; it may run while earlier commands are not durable yet and sees their effects. What it
 * throws rejects this command alone.
 */
export function defineCommand<Args, Result>(
  type: string,
  execute: (transaction: DocumentTransaction, args: Args) => Result,
  traits: CommandTraits<Args> = {},
): CommandDefinition<Args, Result> {
  return Object.freeze({ type, execute, ...traits });
}
