import type { FrameConnection } from '../wire/frame-connection.ts';
import type { OperationHeader } from '../wire/operation-header.ts';
import type { Configuration } from './core/configuration.ts';
import type { Entry, NodeId } from './core/entry.ts';
import type { RecoveryOrder } from './core/recovery.ts';
import { CHANGE_CONFIGURATION, READ_INDEX, TRANSFER } from './driver/leader-requests.ts';
import type { ConfigurationRequest, TransferRequest } from './driver/membership-changes.ts';
import type { AppliedCommand } from './driver/proposals.ts';
import { COMMAND_BYTES_MAX, OPERATION_TIMEOUT_MS } from './limits.ts';
import { NodePassiveError, RachisOverloadError, RachisRefusedError } from './rachis-error.ts';
import type { RachisNodeOptions } from './rachis-options.ts';
import { RachisParts } from './rachis-parts.ts';
import { type RachisStatus, rachisStatusOf } from './rachis-status.ts';

/** A node of a Rachis cluster: consensus on disk and on the network. */
export class RachisNode {
  readonly #options: RachisNodeOptions;
  readonly #parts: RachisParts;
  readonly #operationTimeoutMs: number;

  /** @throws RaftLogError when what is on disk can't be used. */
  static async open(options: RachisNodeOptions): Promise<RachisNode> {
    return new RachisNode(options, await RachisParts.open(options));
  }

  private constructor(options: RachisNodeOptions, parts: RachisParts) {
    this.#options = options;
    this.#parts = parts;
    this.#operationTimeoutMs = options.operationTimeoutMs ?? OPERATION_TIMEOUT_MS;
  }

  get id(): NodeId {
    return this.#parts.identity.id;
  }

  /** `?` unless the configuration in force names this node. */
  get tag(): string {
    return this.#parts.core.rachisState === 'Passive' ? '?' : (this.#parts.identity.tag ?? '?');
  }

  /** The configuration in force here; it may be one that this node is not of any more. */
  get configuration(): Configuration | null {
    return this.#parts.transitions.configuration;
  }

  get term(): number {
    return this.#parts.core.term;
  }

  /** For how long this node, as one of a cluster, has known no leader, in milliseconds; 0: it knows one. */
  get leaderlessMs(): number {
    const sinceMs = this.#parts.transitions.leaderlessSinceMs;
    return sinceMs === null ? 0 : performance.now() - sinceMs;
  }

  get isLeader(): boolean {
    return this.#parts.core.rachisState === 'Leader';
  }

  /** Leads, and its state tells what its predecessors left: who decides by the state does it only now. */
  get isCaughtUpLeader(): boolean {
    return this.#parts.core.isCaughtUpLeader;
  }

  /** Why a connection with this header must not be accepted, or null. */
  refuse(header: OperationHeader): string | null {
    return this.#parts.admission.refuse(header);
  }

  /** A connection whose header `refuse` let pass. The first one tells a passive node its tag and its cluster. */
  acceptConnection(connection: FrameConnection, header: OperationHeader): void {
    this.#parts.admission.admit(connection, header);
  }

  /**
   * Has a command committed and applied, on any node; resolves when it is applied here. It may come to the state machine
   * more than once when a leader is lost: the command must carry what it takes to recognise that.
   */
  async submit(data: Uint8Array, { timeoutMs = this.#operationTimeoutMs } = {}): Promise<AppliedCommand> {
    if (data.byteLength > COMMAND_BYTES_MAX) {
      throw new RachisOverloadError(`A command may have ${COMMAND_BYTES_MAX} bytes, not ${data.byteLength}.`);
    }
    const deadline = performance.now() + timeoutMs;
    const applied = await this.#parts.requests.submit(data, timeoutMs);
    await this.waitForApplied(applied.index, Math.max(1, deadline - performance.now()));
    return applied;
  }

  /** Has the leader answer through its `serve`. Doing it twice must do no harm. */
  askLeader(topic: string, body: unknown, timeoutMs: number = this.#operationTimeoutMs): Promise<unknown> {
    return this.#parts.requests.ask(topic, body, timeoutMs);
  }

  /** Sends to the leader what may be lost. On the leader itself `hear` is called at once. */
  tellLeader(topic: string, body: unknown): void {
    const { leader } = this.#parts.core;
    if (leader === this.id) this.#options.hear?.(this.id, topic, body);
    else if (leader !== null) this.#parts.transport.connectionTo(leader)?.send({ kind: 'told', topic, body });
  }

  /** Resolves with an index that covers everything acknowledged anywhere before the call, once it is applied here. */
  async readBarrier(timeoutMs: number = this.#operationTimeoutMs): Promise<number> {
    const index = (await this.askLeader(READ_INDEX, null, timeoutMs)) as number;
    await this.waitForApplied(index, timeoutMs);
    return index;
  }

  /** Makes a passive node a cluster of its own; resolves when it leads. */
  async bootstrap(clusterId: string): Promise<void> {
    if (this.configuration !== null) {
      throw new RachisRefusedError(
        `This node has the log of cluster ${this.configuration.clusterId}: it can't become a new cluster with it.`,
      );
    }
    const { url, tcpAddress } = this.#options.addresses();
    const node = { id: this.id, tag: 'A', url, tcpAddress, role: 'member' as const };
    this.#parts.driver.input((core) =>
      core.bootstrap({ clusterId, nodes: [node], outgoingMembers: [], lastTag: 'A' }),
    );
    await this.#parts.changed.until(
      () => this.isLeader,
      this.#operationTimeoutMs,
      'the new cluster has no leader',
    );
  }

  /** Changes the membership, whoever leads; resolves when the change is complete. */
  async changeConfiguration(
    change: ConfigurationRequest,
    timeoutMs: number = this.#operationTimeoutMs,
  ): Promise<void> {
    try {
      await this.askLeader(CHANGE_CONFIGURATION, change, timeoutMs);
    } catch (error) {
      // A leader that removed itself is in no cluster any more when it would answer: that is the success.
      const hasLeft = change.remove?.includes(this.id) === true && this.#parts.identity.tag === null;
      if (!(error instanceof NodePassiveError && hasLeft)) throw error;
    }
  }

  /** Hands leadership over to the most up-to-date other member, or to the one named; resolves when this has happened. */
  async transferLeadership(target?: NodeId): Promise<void> {
    const request: TransferRequest = { target: target ?? null, from: this.#parts.core.leader };
    await this.askLeader(TRANSFER, request);
  }

  /** Unsafe: this node goes on alone, as a new cluster, because the quorum is lost for good. See UnsafeRecovery. */
  recover(order: RecoveryOrder): Promise<Configuration> {
    return this.#parts.recovery.run(order, this.#operationTimeoutMs);
  }

  /** As if this node had heard nothing of its leader for too long. */
  forceTimeout(): void {
    this.#parts.driver.input((core) => {
      core.forgetLeader();
      core.campaign();
    });
  }

  /** @throws ClusterTimeoutError */
  waitForApplied(index: number, timeoutMs: number): Promise<void> {
    return this.#parts.driver.appliedWaiters.wait(index, timeoutMs);
  }

  status(): RachisStatus {
    return rachisStatusOf({
      core: this.#parts.core.status(),
      tag: this.tag,
      appliedIndex: this.#options.stateMachine.appliedIndex,
      transitions: this.#parts.transitions,
      linkOf: (id) => this.#parts.transport.status(id),
      tickMs: this.#parts.tickMs,
      logBytes: this.#parts.logBytes,
      timings: this.#parts.timings.summary(),
    });
  }

  /** Entries of the log from this index on, as far as it still holds them; not all need be committed. */
  entriesFrom(index: number, countMax: number): readonly Entry[] {
    return this.#parts.core.entriesFrom(index, countMax);
  }

  /** Called when state, term, leader or configuration has changed. Gives the way to stop it. */
  onChange(listener: () => void): () => void {
    return this.#parts.changed.listen(listener);
  }

  /** Called after entries were applied here, or a snapshot was installed. */
  onApplied(listener: () => void): () => void {
    return this.#parts.applied.listen(listener);
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}
