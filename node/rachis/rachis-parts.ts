import { join } from 'node:path';
import type { NodeId } from './core/entry.ts';
import type { RaftCore } from './core/raft-core.ts';
import type { RoleChange } from './core/ready.ts';
import { ChangeSignal } from './driver/change-signal.ts';
import { CoreDriver } from './driver/core-driver.ts';
import { LeaderRequests } from './driver/leader-requests.ts';
import { makeCore } from './driver/make-core.ts';
import { MembershipChanges } from './driver/membership-changes.ts';
import { RachisTimings } from './driver/rachis-timings.ts';
import { Ticker } from './driver/ticker.ts';
import { TransitionLog } from './driver/transition-log.ts';
import { UnsafeRecovery } from './driver/unsafe-recovery.ts';
import { Admission } from './identity/admission.ts';
import { OwnIdentity } from './identity/own-identity.ts';
import { identityPath, openRachisStorage, type RachisStorage } from './identity/rachis-storage.ts';
import { SNAPSHOT_BYTES_PER_SECOND } from './limits.ts';
import type { RachisNodeOptions } from './rachis-options.ts';
import { finishInstall } from './snapshot/interrupted-install.ts';
import { SnapshotExchange } from './snapshot/snapshot-exchange.ts';
import { SnapshotReceiver } from './snapshot/snapshot-receiver.ts';
import { RachisTransport } from './transport/rachis-transport.ts';

/**
 * What a node of Rachis is made of, connected: what the core asks for reaches disk, network and state machine, and what
 * they say reaches the core.
 */
export class RachisParts {
  readonly core: RaftCore;
  readonly driver: CoreDriver;
  readonly transport: RachisTransport;
  readonly identity: OwnIdentity;
  readonly admission: Admission;
  readonly membership: MembershipChanges;
  readonly requests: LeaderRequests;
  readonly recovery: UnsafeRecovery;
  readonly transitions = new TransitionLog();
  /** State, term, leader, configuration or connections have changed. */
  readonly changed = new ChangeSignal();
  /** Entries were applied, or a snapshot was installed. */
  readonly applied = new ChangeSignal();
  readonly timings: RachisTimings;
  /** Length of a tick, in milliseconds. */
  readonly tickMs: number;
  readonly #options: RachisNodeOptions;
  readonly #log: RachisStorage['log'];
  readonly #receiver: SnapshotReceiver;
  readonly #exchange: SnapshotExchange;
  readonly #ticker: Ticker;
  readonly #electionTimeoutMs: number;
  #isClosed = false;

  /** @throws RaftLogError when what is on disk can't be used. */
  static async open(options: RachisNodeOptions): Promise<RachisParts> {
    const timings = new RachisTimings(options);
    const storage = await openRachisStorage(options.folder, {
      logger: options.logger,
      durable: options.durable ?? true,
      ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
      observeWrite: timings.logWritten,
    });
    const receiver = new SnapshotReceiver(join(options.folder, 'snapshot'));
    const stored = await finishInstall(options.stateMachine, storage.log, storage.stored, receiver);
    return new RachisParts(options, { ...storage, stored }, timings, receiver);
  }

  private constructor(
    options: RachisNodeOptions,
    storage: RachisStorage,
    timings: RachisTimings,
    receiver: SnapshotReceiver,
  ) {
    this.#options = options;
    this.#log = storage.log;
    this.timings = timings;
    this.identity = new OwnIdentity(
      identityPath(options.folder),
      storage.identity,
      () => this.transitions.configuration,
    );
    this.#receiver = receiver;
    const { stateMachine, logger } = options;
    this.#electionTimeoutMs = options.electionTimeoutMs ?? 1000;
    const heartbeatMs = Math.min(100, this.#electionTimeoutMs / 5);
    this.tickMs = heartbeatMs / 2;
    const id = storage.identity.serverId;
    this.core = makeCore({
      id,
      electionTimeoutMs: this.#electionTimeoutMs,
      tickMs: this.tickMs,
      limits: options.raftLimits,
      stored: storage.stored,
      appliedIndex: stateMachine.appliedIndex,
    });
    this.driver = new CoreDriver({
      core: this.core,
      log: storage.log,
      stateMachine,
      logger,
      prepare: (data) => options.prepare?.(data, this.core.configuration) ?? data,
      send: (to, messages) => this.transport.send(to, messages),
      sendSnapshot: (to, term) => void this.#exchange.send(to, term),
      install: (snapshot) => this.#exchange.install(snapshot),
      onChange: (change) => this.#roleChanged(change),
      onApplied: () => this.applied.notify(),
      observeApply: timings.applied,
      onFatal: (error) => this.#fail(error),
    });
    this.#exchange = new SnapshotExchange({
      ownId: id,
      receiver,
      stateMachine,
      logger,
      bytesPerSecond: options.snapshotBytesPerSecond ?? SNAPSHOT_BYTES_PER_SECOND,
      snapshotAt: (index) => this.core.snapshotAt(index),
      connectionTo: (peer) => this.transport.connectionTo(peer),
      onSent: (to, ok) => this.driver.input((core) => core.reportSnapshotSent(to, ok)),
      onReceived: (message) => this.driver.snapshotReceived(message),
    });
    this.transport = new RachisTransport({
      ownId: id,
      connect: options.connect,
      deadMs: Math.max(2000, 2 * this.#electionTimeoutMs),
      retireMs: 4 * this.#electionTimeoutMs,
      presentation: () => this.identity.presentation(),
      onConnected: (peer) => this.#connected(peer),
      onRefused: (peer) => this.#peerIsGone(peer),
      onTurnedAway: ({ tag }, reason) =>
        logger.warn(`Node ${tag} does not accept this node's connection; trying again`, { reason }),
      handlers: {
        isOfCluster: (clusterId) => this.core.clusterId === null || this.core.clusterId === clusterId,
        onMessages: (messages) => this.driver.step(messages),
        onRequest: (_from, topic, body) => this.requests.serve(topic, body),
        onTold: (from, topic, body) => options.hear?.(from, topic, body),
        onChunk: (connection, chunk) => this.#exchange.onChunk(connection, chunk),
        onAck: (from, ack) => this.#exchange.onAck(from, ack),
      },
    });
    this.membership = new MembershipChanges({
      driver: this.driver,
      core: this.core,
      electionTimeoutMs: this.#electionTimeoutMs,
      logger,
      diskStalledMs: () => Math.max(storage.log.stalledMs, this.driver.heldUpMs),
      isConnected: (peer) => this.transport.status(peer).isConnected,
      admit: (joining, introductions) => options.admit?.(joining, introductions),
      changed: (withinMs) => this.changed.next(withinMs),
    });
    this.requests = new LeaderRequests({
      core: this.core,
      driver: this.driver,
      membership: this.membership,
      connectionTo: (peer) => this.transport.connectionTo(peer),
      changed: (withinMs) => this.changed.next(withinMs),
      isClosed: () => this.#isClosed,
      serve: options.serve?.bind(options),
    });
    this.recovery = new UnsafeRecovery({
      core: this.core,
      driver: this.driver,
      logger,
      isConnected: (peer) => this.transport.status(peer).isConnected,
      leaveEverybody: () => {
        this.#exchange.abandon();
        this.transport.leaveEverybody();
      },
    });
    this.admission = new Admission({
      identity: this.identity,
      logger,
      isClosed: () => this.#isClosed,
      accept: (connection, hello) => this.transport.accept(connection, hello),
    });
    this.#ticker = new Ticker(this.tickMs, () => {
      this.driver.input((core) => core.tick());
      this.membership.tick();
    });
    // What was restored may already name a cluster and its nodes.
    this.driver.start();
  }

  /** Of the log's segments on disk. */
  get logBytes(): number {
    return this.#log.byteLength;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ticker.stop();
    this.#exchange.abandon();
    this.transport.close();
    this.changed.notify();
    await this.driver.stop();
    await this.#receiver.close();
    await this.#log.close();
  }

  #connected(peer: NodeId): void {
    this.#exchange.connected(peer);
    this.changed.notify();
  }

  /** Nobody listens where the leader was: no need to wait out the timeout, only to not all stand at once. */
  #peerIsGone(peer: NodeId): void {
    this.driver.input((core) => core.reportUnreachable(peer));
    if (this.core.leader !== peer) return;
    this.driver.input((core) => core.forgetLeader());
    const delayMs = (0.1 + Math.random() * 0.4) * this.#electionTimeoutMs;
    setTimeout(() => {
      if (this.core.leader === null && !this.#isClosed) this.driver.input((core) => core.campaign());
    }, delayMs).unref();
  }

  #roleChanged(change: RoleChange): void {
    const { logger } = this.#options;
    const { state: previous, leader } = this.transitions;
    this.transitions.record(change);
    if (leader !== null && change.leader !== null && change.leader !== leader) {
      this.transport.failRequests(leader, 'another node leads now');
    }
    // A node that is of no cluster dials nobody; the cluster dials it when it wants it back.
    this.transport.setPeers(change.state === 'Passive' ? [] : (change.configuration?.nodes ?? []));
    if (change.state !== 'Leader' && change.state !== 'LeaderElect') this.#exchange.abandon();
    if (previous !== change.state) {
      logger.info(`${change.state} in term ${change.term}`, { reason: change.reason, leader: change.leader });
    }
    this.changed.notify();
  }

  #fail(error: Error): void {
    this.#options.logger.error('Rachis has stopped on this node', { error: error.message });
    this.#ticker.stop();
    this.#exchange.abandon();
    this.transport.close();
    this.changed.notify();
    this.#options.onFatal?.(error);
  }
}
