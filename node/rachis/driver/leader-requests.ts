import type { NodeId } from '../core/entry.ts';
import type { RaftCore } from '../core/raft-core.ts';
import { RachisRefusedError, RetryError } from '../rachis-error.ts';
import type { LinkConnection } from '../transport/link-connection.ts';
import type { CoreDriver } from './core-driver.ts';
import { viaLeader } from './leader-route.ts';
import type { ConfigurationRequest, MembershipChanges, TransferRequest } from './membership-changes.ts';
import type { AppliedCommand } from './proposals.ts';

export const READ_INDEX = 'read-index';
export const CHANGE_CONFIGURATION = 'change-configuration';
export const TRANSFER = 'transfer';
const SUBMIT = 'submit';

export interface LeaderRequestsOptions {
  readonly core: RaftCore;
  readonly driver: CoreDriver;
  readonly membership: MembershipChanges;
  connectionTo(id: NodeId): LinkConnection | null;
  changed(withinMs: number): Promise<void>;
  isClosed(): boolean;
  /** What the room above has its leader answer. */
  readonly serve: ((topic: string, body: unknown) => Promise<unknown>) | undefined;
}

/** What any node asks of the leader, wherever that is, and what this node answers while it leads. */
export class LeaderRequests {
  readonly #options: LeaderRequestsOptions;

  constructor(options: LeaderRequestsOptions) {
    this.#options = options;
  }

  /** Resolves when the command is committed and applied by the leader. */
  submit(data: Uint8Array, timeoutMs: number): Promise<AppliedCommand> {
    return this.#viaLeader(
      timeoutMs,
      () => this.#options.driver.propose(data),
      (leader) => leader.request(SUBMIT, data) as Promise<AppliedCommand>,
    );
  }

  /** Doing it twice must do no harm. */
  ask(topic: string, body: unknown, timeoutMs: number): Promise<unknown> {
    return this.#viaLeader(
      timeoutMs,
      () => this.serve(topic, body),
      (leader) => leader.request(topic, body),
    );
  }

  /** Throws RetryError when this node does not lead. */
  async serve(topic: string, body: unknown): Promise<unknown> {
    const { core, driver, membership, serve } = this.#options;
    if (topic === SUBMIT) return this.#proposeForPeer(body as Uint8Array);
    if (core.rachisState !== 'Leader') throw new RetryError('this node does not lead');
    if (topic === READ_INDEX) return driver.readIndex();
    if (topic === CHANGE_CONFIGURATION) return membership.change(body as ConfigurationRequest);
    if (topic === TRANSFER) return membership.transfer(body as TransferRequest);
    if (serve === undefined) throw new RachisRefusedError(`unknown request '${topic}'`);
    return serve(topic, body);
  }

  /** The peer waits until it has applied the command itself. */
  async #proposeForPeer(data: Uint8Array): Promise<AppliedCommand> {
    const { driver } = this.#options;
    const applied = await driver.propose(data);
    driver.tellCommit();
    return applied;
  }

  #viaLeader<T>(
    timeoutMs: number,
    locally: () => Promise<T>,
    remotely: Parameters<typeof viaLeader<T>>[3],
  ): Promise<T> {
    const { core, connectionTo, changed, isClosed } = this.#options;
    const view = {
      state: () => core.rachisState,
      leader: () => core.leader,
      connectionTo,
      changed,
      isClosed,
    };
    return viaLeader(view, timeoutMs, locally, remotely);
  }
}
