import { randomBytes } from 'node:crypto';
import type { Configuration } from '../rachis/core/configuration.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { errorFromValue } from './cluster-error.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { type CommandEnvelope, decodeEnvelope, encodeEnvelope } from './command-envelope.ts';
import { type CommandVersions, checkVersion, lowestVersion } from './command-version.ts';
import { decideAsLeader } from './leader-decisions.ts';
import type { CommandOutcome } from './state/apply-command.ts';
import type { StateReader } from './state/state-transaction.ts';

export interface CommandSubmissionOptions {
  readonly rachis: RachisNode;
  readonly nodes: ClusterNodes;
  readonly state: StateReader;
  readonly versions: CommandVersions;
}

/** Random bytes, as many as a UUID has. */
const ID_PREFIX_BYTES = 16;

export interface SubmitOptions {
  /** Absent: the command gets one of its own. null: it may run twice. */
  readonly requestId?: string | null;
  readonly timeoutMs?: number;
}

/** The way of a command into the log: from any node to the leader, and what the leader makes of it before it is appended. */
export class CommandSubmission {
  readonly #options: CommandSubmissionOptions;
  /**
   * What this node has submitted and waits for: as a leader it need not read its own bytes again. Not a `Map`: what one
   * no longer holds, its former layouts keep alive until the next full collection.
   */
  readonly #waiting = new WeakMap<Uint8Array, CommandEnvelope>();
  /** Ids of requests begin so, as those of no other process: shorter than UUIDs, since each is kept for an hour. */
  readonly #idPrefix = randomBytes(ID_PREFIX_BYTES).toString('base64url');
  #ids = 0;

  constructor(options: CommandSubmissionOptions) {
    this.#options = options;
  }

  /**
   * Has a command committed and applied here, from any node. A command with the same `requestId` runs once, however
   * often it is sent. Rejects with the command's own ClusterError, or with an error of Rachis.
   */
  async submit(
    command: ClusterCommand,
    { requestId, timeoutMs }: SubmitOptions = {},
  ): Promise<{ readonly index: number; readonly result: unknown }> {
    const { rachis, nodes } = this.#options;
    nodes.checkNamed(command);
    // Without an id of the client's it gets one all the same: Rachis may have to propose it twice.
    const id = requestId === undefined ? this.#newId() : requestId;
    const envelope = { requestId: id, timeMs: Date.now(), command };
    const data = encodeEnvelope(envelope);
    this.#waiting.set(data, envelope);
    try {
      const { index, result } = await rachis.submit(data, timeoutMs === undefined ? {} : { timeoutMs });
      const outcome = result as CommandOutcome;
      if ('error' in outcome) throw errorFromValue(outcome.error);
      return { index, result: outcome.result };
    } finally {
      this.#waiting.delete(data);
    }
  }

  #newId(): string {
    return `${this.#idPrefix}${(++this.#ids).toString(36)}`;
  }

  /** On the leader, before the command is appended behind this configuration. */
  prepare(data: Uint8Array, configuration: Configuration | null): Uint8Array {
    const { rachis, nodes, state, versions } = this.#options;
    const envelope = this.#waiting.get(data) ?? decodeEnvelope(data);
    const told = nodes.versions(configuration);
    checkVersion(envelope.command, told, versions);
    const command = decideAsLeader(envelope.command, () => ({
      state,
      candidates: nodes.candidates(),
      nodeIdOf: (tag) => nodes.byTag(tag)?.id,
      commandVersion: lowestVersion(told, versions),
      turn: rachis.status().lastIndex,
    }));
    return command === envelope.command ? data : encodeEnvelope({ ...envelope, command });
  }
}
