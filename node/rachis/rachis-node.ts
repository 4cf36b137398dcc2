import { join } from 'node:path';
import type { FrameConnection } from '../wire/frame-connection.ts';
import type { OperationHeader } from '../wire/operation-header.ts';
import type { Configuration } from './core/configuration.ts';
import type { ConfigurationChange } from './core/configuration-change.ts';
import type { Entry, NodeId } from './core/entry.ts';
import type { RaftCore } from './core/raft-core.ts';
import type { RoleChange } from './core/ready.ts';
import type { RecoveryOrder } from './core/recovery.ts';
import { ChangeSignal } from './driver/change-signal.ts';
import { CoreDriver } from './driver/core-driver.ts';
import { CHANGE_CONFIGURATION, LeaderRequests, READ_INDEX, TRANSFER } from './driver/leader-requests.ts';
import { makeCore } from './driver/make-core.ts';
import { MembershipChanges, type TransferRequest } from './driver/membership-changes.ts';
import type { AppliedCommand } from './driver/proposals.ts';
import { RachisTimings } from './driver/rachis-timings.ts';
import { Ticker } from './driver/ticker.ts';
import { TransitionLog } from './driver/transition-log.ts';
import { UnsafeRecovery } from './driver/unsafe-recovery.ts';
import { OwnIdentity } from './identity/own-identity.ts';
import { identityPath, openRachisStorage, type RachisStorage } from './identity/rachis-storage.ts';
import { COMMAND_BYTES_MAX, OPERATION_TIMEOUT_MS, SNAPSHOT_BYTES_PER_SECOND } from './limits.ts';
import { NodePassiveError, RachisOverloadError, RachisRefusedError } from './rachis-error.ts';
import type { RachisNodeOptions } from './rachis-options.ts';
import { type RachisStatus, rachisStatusOf } from './rachis-status.ts';
import { finishInstall } from './snapshot/interrupted-install.ts';
import { SnapshotExchange } from './snapshot/snapshot-exchange.ts';
import { SnapshotReceiver } from './snapshot/snapshot-receiver.ts';
import { type Hello, parseHello } from './transport/hello.ts';
import { RachisTransport } from './transport/rachis-transport.ts';

/** A node of a Rachis cluster: consensus on disk and on the network. */
export class RachisNode {
  readonly #options: RachisNodeOptions;
  readonly #storage: RachisStorage & { readonly timings: RachisTimings };
  readonly #core: RaftCore;
  readonly #driver: CoreDriver;
  readonly #transport: RachisTransport;
  readonly #receiver: SnapshotReceiver;
  readonly #exchange: SnapshotExchange;
  readonly #membership: MembershipChanges;
  readonly #requests: LeaderRequests;
  readonly #recovery: UnsafeRecovery;
  readonly #transitions = new TransitionLog();
  readonly #signal = new ChangeSignal();
  readonly #applied = new ChangeSignal();
  readonly #ticker: Ticker;
  readonly #tickMs: number;
  readonly #electionTimeoutMs: number;
  readonly #identity: OwnIdentity;
  #isClosed = false;

  /** @throws RaftLogError when what is on disk can't be used. */
  static async open(options: RachisNodeOptions): Promise<RachisNode> {
    const timings = new RachisTimings(options);
    const storage = await openRachisStorage(options.folder, {
      logger: options.logger,
      durable: options.durable ?? true,
      ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
      observeWrite: timings.logWritten,
    });
    const receiver = new SnapshotReceiver(join(options.folder, 'snapshot'));
    const stored = await finishInstall(options.stateMachine, storage.log, storage.stored, receiver);
    return new RachisNode(options, { ...storage, stored, timings }, receiver);
  }

  private constructor(
    options: RachisNodeOptions,
    storage: RachisStorage & { readonly timings: RachisTimings },
    receiver: SnapshotReceiver,
  ) {
    this.#options = options;
    this.#storage = storage;
    this.#identity = new OwnIdentity(
      identityPath(options.folder),
      storage.identity,
      () => this.configuration,
    );
    this.#receiver = receiver;
    const { stateMachine, logger } = options;
    this.#electionTimeoutMs = options.electionTimeoutMs ?? 1000;
    const heartbeatMs = Math.min(100, this.#electionTimeoutMs / 5);
    this.#tickMs = heartbeatMs / 2;
    const id = storage.identity.serverId;
    this.#core = makeCore({
      id,
      electionTimeoutMs: this.#electionTimeoutMs,
      tickMs: this.#tickMs,
      limits: options.raftLimits,
      stored: storage.stored,
      appliedIndex: stateMachine.appliedIndex,
    });
    this.#driver = new CoreDriver({
      core: this.#core,
      log: storage.log,
      stateMachine,
      logger,
      prepare: (data) => options.prepare?.(data) ?? data,
      send: (to, messages) => this.#transport.send(to, messages),
      sendSnapshot: (to, term) => void this.#exchange.send(to, term),
      install: (snapshot) => this.#exchange.install(snapshot),
      onChange: (change) => this.#changed(change),
      onApplied: () => this.#applied.notify(),
      observeApply: storage.timings.applied,
      onFatal: (error) => this.#fail(error),
    });
    this.#exchange = new SnapshotExchange({
      ownId: id,
      receiver,
      stateMachine,
      logger,
      bytesPerSecond: options.snapshotBytesPerSecond ?? SNAPSHOT_BYTES_PER_SECOND,
      snapshotAt: (index) => this.#core.snapshotAt(index),
      connectionTo: (peer) => this.#transport.connectionTo(peer),
      onSent: (to, ok) => this.#driver.input((core) => core.reportSnapshotSent(to, ok)),
      onReceived: (message) => this.#driver.snapshotReceived(message),
    });
    this.#transport = new RachisTransport({
      ownId: id,
      connect: options.connect,
      deadMs: Math.max(2000, 2 * this.#electionTimeoutMs),
      retireMs: 4 * this.#electionTimeoutMs,
      presentation: () => this.#identity.presentation(),
      onConnected: (peer) => this.#connected(peer),
      onRefused: (peer) => this.#peerIsGone(peer),
      onTurnedAway: ({ tag }, reason) =>
        logger.warn(`Node ${tag} does not accept this node's connection; trying again`, { reason }),
      handlers: {
        isOfCluster: (clusterId) => this.#core.clusterId === null || this.#core.clusterId === clusterId,
        onMessages: (messages) => this.#driver.step(messages),
        onRequest: (_from, topic, body) => this.#requests.serve(topic, body),
        onTold: (from, topic, body) => options.hear?.(from, topic, body),
        onChunk: (connection, chunk) => this.#exchange.onChunk(connection, chunk),
        onAck: (from, ack) => this.#exchange.onAck(from, ack),
      },
    });
    this.#membership = new MembershipChanges({
      driver: this.#driver,
      core: this.#core,
      electionTimeoutMs: this.#electionTimeoutMs,
      logger,
      diskStalledMs: () => Math.max(storage.log.stalledMs, this.#driver.heldUpMs),
      isConnected: (peer) => this.#transport.status(peer).isConnected,
      changed: (withinMs) => this.#signal.next(withinMs),
    });
    this.#requests = new LeaderRequests({
      core: this.#core,
      driver: this.#driver,
      membership: this.#membership,
      connectionTo: (peer) => this.#transport.connectionTo(peer),
      changed: (withinMs) => this.#signal.next(withinMs),
      isClosed: () => this.#isClosed,
      serve: options.serve?.bind(options),
    });
    this.#recovery = new UnsafeRecovery({
      core: this.#core,
      driver: this.#driver,
      logger,
      isConnected: (peer) => this.#transport.status(peer).isConnected,
      leaveEverybody: () => {
        this.#exchange.abandon();
        this.#transport.leaveEverybody();
      },
    });
    this.#ticker = new Ticker(this.#tickMs, () => {
      this.#driver.input((core) => core.tick());
      this.#membership.tick();
    });
    // What was restored may already name a cluster and its nodes.
    this.#driver.start();
  }

  get id(): NodeId {
    return this.#identity.id;
  }

  /** `?` unless the configuration in force names this node. */
  get tag(): string {
    return this.#core.rachisState === 'Passive' ? '?' : (this.#identity.tag ?? '?');
  }

  /** The configuration in force here; it may be one that this node is not of any more. */
  get configuration(): Configuration | null {
    return this.#transitions.configuration;
  }

  get term(): number {
    return this.#core.term;
  }

  /** For how long this node, as one of a cluster, has known no leader, in milliseconds; 0: it knows one. */
  get leaderlessMs(): number {
    const sinceMs = this.#transitions.leaderlessSinceMs;
    return sinceMs === null ? 0 : performance.now() - sinceMs;
  }

  get isLeader(): boolean {
    return this.#core.rachisState === 'Leader';
  }

  /** Why a connection with this header must not be accepted, or null. */
  refuse(header: OperationHeader): string | null {
    return this.#identity.refusalOf(parseHello(header.Info));
  }

  /** A connection whose header `refuse` let pass. The first one tells a passive node its tag and its cluster. */
  acceptConnection(connection: FrameConnection, header: OperationHeader): void {
    const hello = parseHello(header.Info);
    if (hello === null || this.#isClosed) {
      connection.close();
      return;
    }
    this.#adopt(hello).then(
      () => {
        // While that was written down, the node may have gone on without the cluster that the hello is of.
        const isUnwelcome = this.#isClosed || this.#identity.refusalOf(hello) !== null;
        return isUnwelcome ? connection.close() : this.#transport.accept(connection, hello);
      },
      (error: Error) => connection.close(error),
    );
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
    const applied = await this.#requests.submit(data, timeoutMs);
    await this.waitForApplied(applied.index, Math.max(1, deadline - performance.now()));
    return applied;
  }

  /** Has the leader answer through its `serve`. Doing it twice must do no harm. */
  askLeader(topic: string, body: unknown, timeoutMs: number = this.#operationTimeoutMs): Promise<unknown> {
    return this.#requests.ask(topic, body, timeoutMs);
  }

  /** Sends to the leader what may be lost. On the leader itself `hear` is called at once. */
  tellLeader(topic: string, body: unknown): void {
    const { leader } = this.#core;
    if (leader === this.id) this.#options.hear?.(this.id, topic, body);
    else if (leader !== null) this.#transport.connectionTo(leader)?.send({ kind: 'told', topic, body });
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
    this.#driver.input((core) =>
      core.bootstrap({ clusterId, nodes: [node], outgoingMembers: [], lastTag: 'A' }),
    );
    await this.#signal.until(() => this.isLeader, this.#operationTimeoutMs, 'the new cluster has no leader');
  }

  /** Changes the membership, whoever leads; resolves when the change is complete. */
  async changeConfiguration(
    change: ConfigurationChange,
    timeoutMs: number = this.#operationTimeoutMs,
  ): Promise<void> {
    try {
      await this.askLeader(CHANGE_CONFIGURATION, change, timeoutMs);
    } catch (error) {
      // A leader that removed itself is in no cluster any more when it would answer: that is the success.
      const hasLeft = change.remove?.includes(this.id) === true && this.#identity.tag === null;
      if (!(error instanceof NodePassiveError && hasLeft)) throw error;
    }
  }

  /** Hands leadership over to the most up-to-date other member, or to the one named; resolves when this has happened. */
  async transferLeadership(target?: NodeId): Promise<void> {
    const request: TransferRequest = { target: target ?? null, from: this.#core.leader };
    await this.askLeader(TRANSFER, request);
  }

  /** Unsafe: this node goes on alone, as a new cluster, because the quorum is lost for good. See UnsafeRecovery. */
  recover(order: RecoveryOrder): Promise<Configuration> {
    return this.#recovery.run(order, this.#operationTimeoutMs);
  }

  /** As if this node had heard nothing of its leader for too long. */
  forceTimeout(): void {
    this.#driver.input((core) => {
      core.forgetLeader();
      core.campaign();
    });
  }

  /** @throws ClusterTimeoutError */
  waitForApplied(index: number, timeoutMs: number): Promise<void> {
    return this.#driver.appliedWaiters.wait(index, timeoutMs);
  }

  status(): RachisStatus {
    return rachisStatusOf({
      core: this.#core.status(),
      tag: this.tag,
      appliedIndex: this.#options.stateMachine.appliedIndex,
      transitions: this.#transitions,
      linkOf: (id) => this.#transport.status(id),
      tickMs: this.#tickMs,
      logBytes: this.#storage.log.byteLength,
      timings: this.#storage.timings.summary(),
    });
  }

  /** Entries of the log from this index on, as far as it still holds them; not all need be committed. */
  entriesFrom(index: number, countMax: number): readonly Entry[] {
    return this.#core.entriesFrom(index, countMax);
  }

  /** Called when state, term, leader or configuration has changed. Gives the way to stop it. */
  onChange(listener: () => void): () => void {
    return this.#signal.listen(listener);
  }

  /** Called after entries were applied here, or a snapshot was installed. */
  onApplied(listener: () => void): () => void {
    return this.#applied.listen(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ticker.stop();
    this.#exchange.abandon();
    this.#transport.close();
    this.#signal.notify();
    await this.#driver.stop();
    await this.#receiver.close();
    await this.#storage.log.close();
  }

  get #operationTimeoutMs(): number {
    return this.#options.operationTimeoutMs ?? OPERATION_TIMEOUT_MS;
  }

  async #adopt(hello: Hello): Promise<void> {
    if (!(await this.#identity.adopt(hello))) return;
    this.#options.logger.info(`Invited into cluster ${hello.clusterId} as node ${hello.destinationTag}`);
  }

  #connected(peer: NodeId): void {
    this.#exchange.connected(peer);
    this.#signal.notify();
  }

  /** Nobody listens where the leader was: no need to wait out the timeout, only to not all stand at once. */
  #peerIsGone(peer: NodeId): void {
    this.#driver.input((core) => core.reportUnreachable(peer));
    if (this.#core.leader !== peer) return;
    this.#driver.input((core) => core.forgetLeader());
    const delayMs = (0.1 + Math.random() * 0.4) * this.#electionTimeoutMs;
    setTimeout(() => {
      if (this.#core.leader === null && !this.#isClosed) this.#driver.input((core) => core.campaign());
    }, delayMs).unref();
  }

  #changed(change: RoleChange): void {
    const { logger } = this.#options;
    const { state: previous, leader } = this.#transitions;
    this.#transitions.record(change);
    if (leader !== null && change.leader !== null && change.leader !== leader) {
      this.#transport.failRequests(leader, 'another node leads now');
    }
    // A node that is of no cluster dials nobody; the cluster dials it when it wants it back.
    this.#transport.setPeers(change.state === 'Passive' ? [] : (change.configuration?.nodes ?? []));
    if (change.state !== 'Leader' && change.state !== 'LeaderElect') this.#exchange.abandon();
    if (previous !== change.state) {
      logger.info(`${change.state} in term ${change.term}`, { reason: change.reason, leader: change.leader });
    }
    this.#signal.notify();
  }

  #fail(error: Error): void {
    this.#options.logger.error('Rachis has stopped on this node', { error: error.message });
    this.#ticker.stop();
    this.#exchange.abandon();
    this.#transport.close();
    this.#signal.notify();
    this.#options.onFatal?.(error);
  }
}
