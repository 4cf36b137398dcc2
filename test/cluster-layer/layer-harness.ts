import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterLayer } from '../../node/cluster/cluster-layer.ts';
import type { ClusterSettings } from '../../node/cluster/cluster-settings.ts';
import { COMMAND_VERSIONS, type CommandVersions } from '../../node/cluster/command-version.ts';
import type { DatabaseReport } from '../../node/cluster/node-report.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { TcpListener } from '../../node/tcp/tcp-listener.ts';

export const quickSettings: ClusterSettings = {
  electionTimeoutMs: 300,
  operationTimeoutMs: 10_000,
  workerSamplePeriodMs: 20,
  supervisorSamplePeriodMs: 20,
  receiveFromWorkerTimeoutMs: 400,
  statsStabilizationTimeMs: 100,
  timeBeforeMovingToRehabMs: 500,
  timeBeforeRotatingPreferredNodeMs: 10_000,
  timeBeforeAddingReplicaMs: 1_000,
  timeBeforeExpiringSilentCopyMs: 0,
  silentCopyTombstonesMax: 1_000_000,
  expiredValuesPeriodMs: 50,
};

export async function until(holds: () => boolean, what: string | (() => string), timeoutMs = 20_000) {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`${typeof what === 'string' ? what : what()} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A cluster layer with real files and TCP, and the two HTTP answers that an invitation needs. */
export class LayerNode {
  readonly folder: string;
  readonly fatal: Error[] = [];
  reports: DatabaseReport[] = [];
  /** As its configuration names it; read at start. */
  zone: string | null = null;
  /** Which commands its program knows; read at start. */
  versions: CommandVersions = COMMAND_VERSIONS;
  #writer: StorageWriter | null = null;
  #layer: ClusterLayer | null = null;
  #tcp: TcpListener | null = null;
  #http: Server | null = null;
  #tcpPort = 0;
  #httpPort = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  get layer(): ClusterLayer {
    if (this.#layer === null) throw new Error('the node is down');
    return this.#layer;
  }

  get isUp(): boolean {
    return this.#layer !== null;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  async start(): Promise<this> {
    const writer = new StorageWriter();
    const tcp = new TcpListener({ host: '127.0.0.1', port: this.#tcpPort });
    this.#tcpPort = await tcp.listen();
    const layer = await ClusterLayer.open({
      path: this.folder,
      writer,
      durable: true,
      publicUrl: () => this.url,
      tcpAddress: () => `127.0.0.1:${this.#tcpPort}`,
      logger: silentLogger,
      settings: quickSettings,
      zone: this.zone,
      commandVersions: this.versions,
      reports: () => this.reports,
      onFatal: (error) => this.fatal.push(error),
    });
    tcp.handleFrames('Cluster', {
      versions: layer.wireVersions,
      refuse: (header) => layer.refuseConnection(header),
      connected: (connection, header) => layer.acceptConnection(connection, header),
    });
    const http = createServer((request, response) => {
      const tcpUrl = `tcp://127.0.0.1:${this.#tcpPort}`;
      const answer = request.url?.startsWith('/cluster/node-info')
        ? {
            ServerId: layer.serverId,
            TopologyId: layer.topology().topologyId,
            CommandVersion: layer.commandVersions().own,
          }
        : { Url: tcpUrl };
      response.setHeader('Connection', 'close');
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => http.listen(this.#httpPort, '127.0.0.1', resolve));
    this.#httpPort = (http.address() as AddressInfo).port;
    layer.serve();
    this.#writer = writer;
    this.#layer = layer;
    this.#tcp = tcp;
    this.#http = http;
    return this;
  }

  async stop(): Promise<void> {
    if (this.#layer === null) return;
    this.#http?.close();
    await this.#tcp?.close();
    await this.#layer.close();
    await this.#writer?.stop();
    this.#layer = null;
  }

  async wipe(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
    await this.start();
  }
}

export class LayerCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'layers-'));
  readonly nodes: LayerNode[] = [];

  /** So many members. */
  static async of(count: number): Promise<LayerCluster> {
    const cluster = new LayerCluster();
    const first = await cluster.add();
    await first.layer.bootstrap();
    for (let i = 1; i < count; i++) {
      const node = await cluster.add();
      await first.layer.addNode(node.url);
    }
    await cluster.settled(count);
    return cluster;
  }

  async add(): Promise<LayerNode> {
    const node = new LayerNode(join(this.folder, `node-${this.nodes.length}`));
    this.nodes.push(node);
    return node.start();
  }

  get up(): LayerNode[] {
    return this.nodes.filter((node) => node.isUp);
  }

  /**
   * So many members, which all see the same, and a leader that has applied their configuration: until then the quorum
   * of the former members is needed, too.
   */
  async settled(members: number): Promise<void> {
    const inCluster = () => this.up.filter((node) => node.layer.nodeTag() !== '?');
    await until(
      () => {
        const seen = inCluster().map((node) => node.layer.topology());
        const isDecided = inCluster().some(
          ({ layer }) => layer.status().state === 'Leader' && layer.appliedIndex() >= layer.topology().etag,
        );
        return (
          isDecided && seen.length > 0 && seen.every((view) => Object.keys(view.members).length === members)
        );
      },
      () => `${members} members: ${JSON.stringify(this.up.map((node) => node.layer.topology()))}`,
    );
  }

  async leader(): Promise<LayerNode> {
    const leaders = () => this.up.filter((node) => node.layer.status().state === 'Leader');
    await until(() => leaders().length > 0, 'a leader');
    const [leader] = leaders().sort((a, b) => b.layer.status().term - a.layer.status().term);
    return leader ?? this.leader();
  }

  async follower(): Promise<LayerNode> {
    const leader = await this.leader();
    const follower = this.up.find((node) => node !== leader && node.layer.nodeTag() !== '?');
    if (follower === undefined) throw new Error('there is no follower');
    return follower;
  }

  byTag(tag: string): LayerNode {
    const node = this.up.find((candidate) => candidate.layer.nodeTag() === tag);
    if (node === undefined) throw new Error(`node ${tag} is not up`);
    return node;
  }

  /** Every node that is up has applied what any of them has. */
  async converged(): Promise<void> {
    const last = () => Math.max(...this.up.map((node) => node.layer.appliedIndex()));
    await until(
      () => this.up.every((node) => node.layer.appliedIndex() === last()),
      () => `equal state: ${this.up.map((node) => node.layer.appliedIndex()).join(', ')}`,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
