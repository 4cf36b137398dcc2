import type { Entry } from '../core/entry.ts';
import type { RaftCore } from '../core/raft-core.ts';
import { WAITING_COMMAND_BYTES_MAX, WAITING_COMMANDS_MAX } from '../limits.ts';
import { RachisOverloadError, RetryError } from '../rachis-error.ts';

export interface AppliedCommand {
  readonly index: number;
  /** What the state machine answered: a plain value. */
  readonly result: unknown;
}

interface Proposal {
  readonly data: Uint8Array;
  resolve(applied: AppliedCommand): void;
  reject(error: Error): void;
}

interface Appended {
  readonly index: number;
  readonly term: number;
  readonly proposal: Proposal;
}

/** Commands that were proposed on this node while it leads, until they are applied or leadership is lost. */
export class Proposals {
  #gathered: Proposal[] = [];
  /**
   * In the order of the log, which is that in which they are applied. Not a `Map`: what one no longer holds, its former
   * layouts keep alive until the next full collection, and with that the whole request.
   */
  readonly #appended: Appended[] = [];
  #bytes = 0;

  /** Rejects with RetryError when it must be proposed again; it may be in the log all the same. */
  add(data: Uint8Array): Promise<AppliedCommand> {
    if (this.#gathered.length + this.#appended.length >= WAITING_COMMANDS_MAX) {
      return Promise.reject(
        new RachisOverloadError(`${WAITING_COMMANDS_MAX} commands wait for their outcome already`),
      );
    }
    if (this.#bytes > 0 && this.#bytes + data.byteLength > WAITING_COMMAND_BYTES_MAX) {
      return Promise.reject(
        new RachisOverloadError(
          `commands of ${this.#bytes} bytes wait for their outcome already; try again later, and look at the disks of the cluster's nodes if this goes on`,
        ),
      );
    }
    this.#bytes += data.byteLength;
    return new Promise((resolve, reject) => {
      this.#gathered.push({ data, resolve, reject });
    });
  }

  /** Everything that gathered since the last time goes into the log together. */
  flush(core: RaftCore, prepare: (data: Uint8Array) => Uint8Array): void {
    if (this.#gathered.length === 0) return;
    const proposals: Proposal[] = [];
    const commands: Uint8Array[] = [];
    for (const proposal of this.#gathered.splice(0)) {
      try {
        commands.push(prepare(proposal.data));
        proposals.push(proposal);
      } catch (error) {
        // A command that can't even be read is its proposer's own trouble.
        this.#reject(proposal, error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (commands.length === 0) return;
    const outcome = core.propose(commands);
    if (!outcome.accepted) {
      for (const proposal of proposals) this.#reject(proposal, new RetryError(outcome.reason));
      return;
    }
    for (const [position, proposal] of proposals.entries()) {
      this.#appended.push({ index: outcome.firstIndex + position, term: outcome.term, proposal });
    }
  }

  settle(entries: readonly Entry[], results: readonly unknown[]): void {
    let settled = 0;
    for (let position = 0; position < entries.length; position++) {
      const waiting = this.#appended[settled];
      if (waiting === undefined) break;
      const entry = entries[position] as Entry;
      if (waiting.index !== entry.index) continue;
      settled++;
      if (waiting.term === entry.term) {
        this.#bytes -= waiting.proposal.data.byteLength;
        waiting.proposal.resolve({ index: entry.index, result: results[position] });
      } else this.#reject(waiting.proposal, new RetryError('another leader wrote in its place'));
    }
    if (settled > 0) this.#appended.splice(0, settled);
  }

  /** Leadership is lost: whether these commit is the next leader's matter. */
  abandon(error: Error): void {
    for (const proposal of this.#gathered.splice(0)) this.#reject(proposal, error);
    for (const { proposal } of this.#appended.splice(0)) this.#reject(proposal, error);
  }

  #reject({ data, reject }: Proposal, error: Error): void {
    this.#bytes -= data.byteLength;
    reject(error);
  }
}
