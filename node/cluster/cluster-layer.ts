import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RachisNode } from '../rachis/rachis-node.ts';
import { CLUSTER_WIRE_VERSION } from '../rachis/transport/rachis-transport.ts';
import { connectWire } from '../wire/connect.ts';
import type { FrameConnection } from '../wire/frame-connection.ts';
import type { OperationHeader } from '../wire/operation-header.ts';
import { CertificateDirectory } from './certificate-directory.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { ClusterOperationError } from './cluster-error.ts';
import type { ClusterLayerOptions } from './cluster-layer-options.ts';
import { ClusterMembership } from './cluster-membership.ts';
import { ClusterNodes } from './cluster-nodes.ts';
import { type LogEnd, type RecoveryReport, recoverAlone } from './cluster-recovery.ts';
import { ClusterStateMachine } from './cluster-state-machine.ts';
import { type ClusterStatus, type ClusterTopologyView, clusterStatusOf } from './cluster-status.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { CommandSubmission, type SubmitOptions } from './command-submission.ts';
import { COMMAND_VERSIONS, type CommandVersions, lowestVersion } from './command-version.ts';
import { ConsistentStore } from './consistent-store.ts';
import type { IndexCommand } from './index-commands.ts';
import { HAND_OVER_TIMEOUT_MS, ISOLATED_ELECTION_TIMEOUTS, STATE_DURABLE_TIMEOUT_MS } from './limits.ts';
import { LogClock } from './log-clock.ts';
import { RaftView } from './raft-view.ts';
import { StartCatchUp } from './start-catch-up.ts';
import { identitiesIn } from './state/identities.ts';
import { RECORDS, SERVER_CLIENT_CONFIGURATION } from './state/state-keys.ts';
import { findRecord, type StoredRecord } from './state/stored-record.ts';

/**
 * The cluster layer of a node, as the rooms above see it: the replicated state, commands from any node, membership, and
 * the observer while this node leads.
 */
export class ClusterLayer {
  readonly wireVersions = [CLUSTER_WIRE_VERSION];
  /** Client certificates that the cluster knows. */
  readonly certificates: CertificateDirectory;
  /** Rachis on this node, for people and metrics. */
  readonly raft: RaftView;
  readonly startCatchUp: StartCatchUp;
  /** What watches over the databases' copies. */
  readonly observer: ClusterWatch;
  /** What the cluster keeps of databases besides their records. */
  readonly consistent: ConsistentStore;
  readonly #options: ClusterLayerOptions;
  readonly #versions: CommandVersions;
  readonly #stateMachine: ClusterStateMachine;
  readonly #rachis: RachisNode;
  readonly #nodes: ClusterNodes;
  readonly #submission: CommandSubmission;
  readonly #membership: ClusterMembership;
  readonly #logClock: LogClock;
  #records: readonly StoredRecord[] | null = null;

  private constructor(options: ClusterLayerOptions, stateMachine: ClusterStateMachine, rachis: RachisNode) {
    this.#options = options;
    this.#versions = options.commandVersions ?? COMMAND_VERSIONS;
    this.#stateMachine = stateMachine;
    this.#rachis = rachis;
    this.#nodes = new ClusterNodes(this.#rachis, stateMachine.state);
    this.#submission = new CommandSubmission({
      rachis: this.#rachis,
      nodes: this.#nodes,
      state: stateMachine.state,
      versions: this.#versions,
    });
    this.startCatchUp = new StartCatchUp({
      rachis: this.#rachis,
      logger: options.logger,
      timeoutMs: ISOLATED_ELECTION_TIMEOUTS * options.settings.electionTimeoutMs,
    });
    this.raft = new RaftView(this.#rachis, stateMachine.state);
    this.certificates = new CertificateDirectory(stateMachine.state);
    stateMachine.onRecordsChanged(() => {
      this.#records = null;
      this.certificates.stateChanged();
      this.#nodes.stateChanged();
    });
    this.#membership = new ClusterMembership({
      rachis: this.#rachis,
      nodes: this.#nodes,
      logger: options.logger,
      addresses: () => ({ url: options.publicUrl(), tcpAddress: options.tcpAddress() }),
      fetch: options.fetch ?? fetch,
      zone: options.zone ?? null,
      commandVersion: this.#versions.own,
      records: () => this.records(),
      submit: (command) => this.submit(command),
      caughtUp: (tag) => this.observer.caughtUp(tag),
    });
    this.observer = new ClusterWatch({
      rachis: this.#rachis,
      nodes: this.#nodes,
      state: stateMachine.state,
      settings: options.settings,
      logger: options.logger,
      appliedIndex: () => this.appliedIndex(),
      digests: () => stateMachine.digests(),
      records: () => this.records(),
      reports: options.reports,
      clusterVersion: () => this.commandVersions().cluster,
      submit: (command) => this.submit(command),
    });
    this.consistent = new ConsistentStore({
      rachis: this.#rachis,
      state: stateMachine.state,
      logger: options.logger,
      cleanPeriodMs: options.settings.expiredValuesPeriodMs,
      reportOf: (tag, database) => this.observer.reportOf(tag, database),
      freshReportOf: (tag, record) => this.observer.freshReportOf(tag, record),
      clusterVersion: () => this.commandVersions().cluster,
      agreedMs: () => this.observer.agreedMs(),
      events: stateMachine,
      submit: (command) => this.submit(command),
    });
    this.#logClock = new LogClock({
      state: stateMachine.state,
      logger: options.logger,
      rememberedCount: () => stateMachine.rememberedCount,
      ledTerm: () => (this.#rachis.isLeader ? this.#rachis.term : null),
      submit: (command) => this.submit(command, { requestId: null }),
      nowMs: () => performance.now(),
    });
  }

  static async open(options: ClusterLayerOptions): Promise<ClusterLayer> {
    const { path, writer, durable, logger } = options;
    const stateMachine = await ClusterStateMachine.open({
      path: join(path, 'State'),
      writer,
      durable,
      logger,
    });
    let layer: ClusterLayer | undefined;
    try {
      const rachis = await RachisNode.open({
        folder: join(path, 'Rachis'),
        stateMachine,
        connect: options.connect ?? connectWire,
        logger,
        addresses: () => ({ url: options.publicUrl(), tcpAddress: options.tcpAddress() }),
        electionTimeoutMs: options.settings.electionTimeoutMs,
        operationTimeoutMs: options.settings.operationTimeoutMs,
        durable,
        ...(options.settings.snapshotBytesPerSecond === undefined
          ? {}
          : { snapshotBytesPerSecond: options.settings.snapshotBytesPerSecond }),
        prepare: (data, configuration) =>
          layer === undefined ? data : layer.#submission.prepare(data, configuration),
        admit: (joining, introductions) => {
          if (layer !== undefined) layer.#membership.admit(joining, introductions);
        },
        hear: (from, topic, body) => layer?.observer.hear(from, topic, body),
        serve: async (topic) => layer?.observer.answer(topic),
        ...(options.onFatal === undefined ? {} : { onFatal: options.onFatal }),
        ...(options.observeLogWrite === undefined ? {} : { observeLogWrite: options.observeLogWrite }),
        ...(options.observeApply === undefined ? {} : { observeApply: options.observeApply }),
      });
      layer = new ClusterLayer(options, stateMachine, rachis);
      return layer;
    } catch (error) {
      await stateMachine.close();
      throw error;
    }
  }

  /** The identity of this node's storage. */
  get serverId(): string {
    return this.#rachis.id;
  }

  nodeTag(): string {
    return this.#rachis.tag;
  }

  /** Of the cluster that this node is of; null while it is passive. */
  clusterId(): string | null {
    return this.nodeTag() === '?' ? null : (this.#rachis.configuration?.clusterId ?? null);
  }

  /** Version of the cluster's commands that this node knows, and the lowest that any node of the cluster has told. */
  commandVersions(): { readonly own: number; readonly cluster: number } {
    const { own } = this.#versions;
    return { own, cluster: lowestVersion(this.#nodes.versions(), { own }) };
  }

  appliedIndex(): number {
    return this.#stateMachine.appliedIndex;
  }

  topology(): ClusterTopologyView {
    return this.#nodes.topology();
  }

  /** Raft index at which clients were last to find a node elsewhere; 0: never. */
  publicUrlsChangedAt(): number {
    return this.#nodes.publicUrlsChangedAt;
  }

  status(): ClusterStatus {
    return clusterStatusOf(this.#rachis.status());
  }

  /**
   * For how long this node has been without a leader, in milliseconds, if that is longer than an election takes: it is
   * cut off from the majority, or there is none. Else null.
   */
  isolatedMs(): number | null {
    const { leaderlessMs } = this.#rachis;
    const limitMs = ISOLATED_ELECTION_TIMEOUTS * this.#options.settings.electionTimeoutMs;
    return leaderlessMs > limitMs ? leaderlessMs : null;
  }

  /** For metrics. */
  stateFigures(): { readonly unwrittenBytes: number; readonly rememberedRequests: number } {
    const { unwrittenBytes, rememberedCount } = this.#stateMachine;
    return { unwrittenBytes, rememberedRequests: rememberedCount };
  }

  /** For metrics. */
  storageProperty(name: string): string {
    return this.#stateMachine.storageProperty(name);
  }

  /** Starts what needs this node to be reachable: its reports, and the care for its addresses in the topology. */
  serve(): void {
    this.observer.serve();
    this.startCatchUp.begin();
    this.#membership.serve();
  }

  /** Has a command committed and applied here, from any node: see CommandSubmission. */
  submit(
    command: ClusterCommand,
    options: SubmitOptions = {},
  ): Promise<{ readonly index: number; readonly result: unknown }> {
    return this.#submission.submit(command, options);
  }

  record(name: string): StoredRecord | undefined {
    return findRecord(this.#stateMachine.state, name);
  }

  /** All database records, by name; an immutable value. */
  records(): readonly StoredRecord[] {
    this.#records ??= this.#stateMachine.state.list(RECORDS).map(([, value]) => value as StoredRecord);
    return this.#records;
  }

  onRecordsChanged(listener: () => void): () => void {
    return this.#stateMachine.onRecordsChanged(listener);
  }

  /** Resolves when what is applied now is on this node's disk; rejects when it can't be written in time. */
  async recordsDurable(): Promise<void> {
    const late = delay(STATE_DURABLE_TIMEOUT_MS, null, { ref: false });
    const index = await Promise.race([this.#stateMachine.flush(), late]);
    if (index === null) throw new ClusterOperationError('The cluster state could not be written in time.');
  }

  identities(databaseName: string): Record<string, number> {
    return identitiesIn(this.#stateMachine.state, databaseName);
  }

  clientConfiguration(): Readonly<Record<string, unknown>> | null {
    const stored = this.#stateMachine.state.get(SERVER_CLIENT_CONFIGURATION);
    return (stored as Record<string, unknown> | undefined) ?? null;
  }

  tcpAddressOf(tag: string): string | undefined {
    return this.#nodes.byTag(tag)?.tcpAddress;
  }

  /** Called when state, term, leader or members have changed. */
  onTopologyChanged(listener: () => void): () => void {
    return this.#rachis.onChange(listener);
  }

  async confirmDeletion({ record }: StoredRecord, tag: string): Promise<void> {
    const topologyId = record.Topology.DatabaseTopologyIdBase64;
    await this.submit({ type: 'RemoveNodeFromDatabase', name: record.DatabaseName, node: tag, topologyId });
  }

  async changeIndexes(command: IndexCommand): Promise<void> {
    await this.submit(command);
  }

  waitForIndex(index: number, timeoutMs: number): Promise<void> {
    return this.#rachis.waitForApplied(index, timeoutMs);
  }

  bootstrap(): Promise<void> {
    return this.#membership.bootstrap();
  }

  addNode(url: string, options: { readonly tag?: string; readonly watcher?: boolean } = {}): Promise<void> {
    return this.#membership.add(url, options);
  }

  /** The node at `url` takes the place of the one with this tag, in one step of the membership. */
  replaceNode(tag: string, url: string, options: { readonly tag?: string } = {}): Promise<void> {
    return this.#membership.replace(tag, url, options);
  }

  removeNode(tag: string): Promise<void> {
    return this.#membership.remove(tag);
  }

  promote(tag: string): Promise<void> {
    return this.#membership.promote(tag);
  }

  demote(tag: string): Promise<void> {
    return this.#membership.demote(tag);
  }

  reelect(tag?: string): Promise<void> {
    return this.#membership.reelect(tag);
  }

  /** Unsafe: this node goes on alone, as a new cluster, if its log ends there and no majority is connected. */
  recover(at: LogEnd): Promise<RecoveryReport> {
    const { logger } = this.#options;
    return recoverAlone({ rachis: this.#rachis, stateMachine: this.#stateMachine, logger }, at);
  }

  async forceTimeout(): Promise<void> {
    this.#rachis.forceTimeout();
  }

  refuseConnection(header: OperationHeader): string | null {
    return this.#rachis.refuse(header);
  }

  acceptConnection(connection: FrameConnection, header: OperationHeader): void {
    this.#rachis.acceptConnection(connection, header);
  }

  /** A leader that stops hands over first, so that the cluster need not find out by a timeout. */
  async stepDownBeforeStop(): Promise<void> {
    if (!this.#rachis.isLeader) return;
    const limit = new Promise<void>((resolve) => setTimeout(resolve, HAND_OVER_TIMEOUT_MS).unref());
    // Nobody to hand over to, or nobody in time: the others elect a leader without it.
    await Promise.race([this.#rachis.transferLeadership().catch(() => undefined), limit]);
  }

  async close(): Promise<void> {
    this.startCatchUp.close();
    this.observer.close();
    this.consistent.close();
    this.#logClock.close();
    this.#membership.close();
    await this.#rachis.close();
    await this.#stateMachine.close();
  }
}
