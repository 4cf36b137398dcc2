import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterLayer } from './cluster/cluster-layer.ts';
import type { DatabaseReport } from './cluster/node-report.ts';
import { isAnyAddress } from './configuration/listen-url.ts';
import type { NodeConfiguration } from './configuration/node-configuration.ts';
import { HttpServer } from './http/http-server.ts';
import type { HealthCheck, NodeServices } from './http/node-services.ts';
import { IndexHost } from './index-thread/index-host.ts';
import { DatabaseLandlord } from './landlord/database-landlord.ts';
import type { LoadedDatabase } from './landlord/loaded-database.ts';
import { OperationRegistry } from './landlord/operation-registry.ts';
import { type NodeConnections, openConnections } from './node-connections.ts';
import { NodeMetrics } from './observability/metrics.ts';
import type { NodeLogging } from './observability/node-logging.ts';
import { NO_CERTIFICATES } from './security/certificate-definition.ts';
import { StorageWriter } from './storage/storage-writer.ts';
import { TcpListener } from './tcp/tcp-listener.ts';

/** How long requests that are being answered may go on when the node stops, in milliseconds. */
const STOP_GRACE_MS = 2_000;

/** An event loop that was held up for longer than this answers /healthz with a failure, in milliseconds. */
const EVENT_LOOP_DELAY_MAX_MS = 10_000;

const REPLICATION_VERSION = 1;

/**
 * A node: composes the rooms. Storage below, then the cluster layer and the landlord with its databases, then the two
 * ports. Stops in the opposite order.
 */
export class NodeServer {
  readonly #configuration: NodeConfiguration;
  readonly #parts: Parts;

  private constructor(configuration: NodeConfiguration, parts: Parts) {
    this.#configuration = configuration;
    this.#parts = parts;
  }

  static async start(configuration: NodeConfiguration, logging: NodeLogging): Promise<NodeServer> {
    return new NodeServer(configuration, await compose(configuration, logging));
  }

  get url(): string {
    return this.#parts.addresses.url();
  }

  get tcpUrl(): string {
    return `tcp://${this.#parts.addresses.tcpAddress()}`;
  }

  /** Finishes what is being answered, makes the rest durable, and closes everything. */
  async stop(): Promise<void> {
    const { http, tcp, landlord, cluster, writer, indexHost, metrics, connections } = this.#parts;
    await cluster.stepDownBeforeStop();
    await http.close(STOP_GRACE_MS);
    await landlord.close();
    await cluster.close();
    await tcp.close();
    await indexHost.stop();
    await connections.security?.close();
    await writer.stop();
    metrics.close();
    if (this.#configuration.runInMemory)
      await rm(this.#parts.dataDirectory, { recursive: true, force: true });
  }
}

interface Parts {
  readonly dataDirectory: string;
  readonly addresses: Addresses;
  readonly writer: StorageWriter;
  readonly indexHost: IndexHost;
  readonly metrics: NodeMetrics;
  readonly cluster: ClusterLayer;
  readonly landlord: DatabaseLandlord;
  readonly tcp: TcpListener;
  readonly http: HttpServer;
  readonly connections: NodeConnections;
}

async function compose(configuration: NodeConfiguration, logging: NodeLogging): Promise<Parts> {
  const { logger } = logging;
  const durable = !configuration.runInMemory;
  // RocksDB keeps its state in files in any case; "in memory" means that nothing is synced and nothing outlives the node.
  const dataDirectory = durable
    ? configuration.dataDirectory
    : await mkdtemp(join(tmpdir(), 'ravencluster-'));
  const addresses = new Addresses(configuration);
  let cluster: ClusterLayer | undefined;
  let landlord: DatabaseLandlord | undefined;
  let connections: NodeConnections | undefined;
  const metrics = new NodeMetrics({
    rachis: () => cluster?.figures(),
    replication: () => (landlord?.loaded() ?? []).flatMap(replicationFigures),
    databases: () => (landlord?.loaded() ?? []).map(databaseFigures),
    environments: () =>
      (landlord?.loaded() ?? []).map((loaded) => ({
        environment: loaded.name,
        property: (name: string) => loaded.database.storageProperty(name),
      })),
    certificate: () => connections?.security?.secondsUntilExpiry(),
  });
  connections = await openConnections(configuration.security, {
    logger: logger.child({ component: 'security' }),
    observer: metrics.security,
    known: () => NO_CERTIFICATES,
  });
  const { security, connect, fetch } = connections;
  const writer = new StorageWriter();
  writer.observe(metrics.writer.observe);

  const tcp = new TcpListener({
    ...configuration.tcp,
    ...(security === null ? {} : { secure: security.port('tcp') }),
    onRejected: (remote, reason) => logger.debug('A TCP connection was refused', { remote, reason }),
  });
  addresses.tcpPort = await tcp.listen();
  security?.onReplaced(() => tcp.reauthorize());
  cluster = await ClusterLayer.open({
    path: join(dataDirectory, 'System'),
    writer,
    durable,
    publicUrl: () => addresses.url(),
    tcpAddress: () => addresses.tcpAddress(),
    connect,
    fetch,
    logger: logger.child({ component: 'cluster' }),
    settings: configuration.cluster,
    zone: configuration.cluster.zone,
    observeLogWrite: metrics.rachisLog.observe,
    // Without its log a node could vote twice, or forget what it promised: better no node than that one.
    onFatal: (error) => {
      setImmediate(() => {
        throw error;
      });
    },
    reports: () => databaseReports(landlord),
  });
  const indexHost = new IndexHost({ logger: logger.child({ component: 'indexes' }) });
  landlord = new DatabaseLandlord({
    dataDirectory,
    writer,
    indexHost,
    durable,
    cluster,
    connect,
    logger: logger.child({ component: 'landlord' }),
    tombstoneCleanupIntervalMs: configuration.databases.tombstoneCleanupIntervalMs,
    loadTimeoutMs: configuration.databases.loadTimeoutMs,
    observeBatch: (database) => metrics.merger.of(database),
  });
  serveTcp(tcp, cluster, landlord);
  const services = nodeServices({
    configuration,
    logging,
    addresses,
    cluster,
    landlord,
    metrics,
    connections,
  });
  const [first] = configuration.serverUrls;
  const http = new HttpServer({
    host: first.host,
    port: first.port,
    node: services,
    logger: logger.child({ component: 'http' }),
    ...(security === null ? {} : { secure: security.port('http') }),
    ...(configuration.maxConcurrentRequests === null
      ? {}
      : { concurrentRequestsMax: configuration.maxConcurrentRequests }),
  });
  addresses.httpPort = (await http.listen()).port;
  cluster.serve();
  return { dataDirectory, addresses, writer, indexHost, metrics, cluster, landlord, tcp, http, connections };
}

/** How this node is reached, by its own account; ports are known once they are listened on. */
class Addresses {
  readonly #configuration: NodeConfiguration;
  httpPort = 0;
  tcpPort = 0;

  constructor(configuration: NodeConfiguration) {
    this.#configuration = configuration;
  }

  url(): string {
    const [first] = this.#configuration.serverUrls;
    return (
      this.#configuration.publicServerUrl ?? `${first.scheme}://${hostText(first.host)}:${this.httpPort}`
    );
  }

  /** `host:port`. */
  tcpAddress(): string {
    const { publicServerUrlTcp, tcp } = this.#configuration;
    return publicServerUrlTcp?.replace(/^tcp:\/\//, '') ?? `${hostText(tcp.host)}:${this.tcpPort}`;
  }
}

/** "Every address" can't be dialled; without a public name the node's own is the best guess. */
function hostText(host: string): string {
  if (isAnyAddress(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function serveTcp(tcp: TcpListener, cluster: ClusterLayer, landlord: DatabaseLandlord): void {
  tcp.handleFrames('Cluster', {
    versions: cluster.wireVersions,
    refuse: (header) => cluster.refuseConnection(header),
    connected: (connection, header) => cluster.acceptConnection(connection, header),
  });
  tcp.handleFrames('Replication', {
    versions: [REPLICATION_VERSION],
    refuse: (header) => {
      const loaded = landlord.tryGet(header.DatabaseName ?? '');
      if (loaded === undefined) return `Database '${header.DatabaseName}' is not open on this node.`;
      return loaded.replication.refuse(header);
    },
    connected: (connection, header) => {
      const loaded = landlord.tryGet(header.DatabaseName ?? '');
      if (loaded === undefined) connection.close();
      else loaded.replication.accept(connection, header);
    },
  });
  for (const operation of ['Ping', 'TestConnection']) {
    tcp.handle(operation, { versions: [50, -1], connected: (socket) => socket.end() });
  }
}

interface Composed {
  readonly configuration: NodeConfiguration;
  readonly logging: NodeLogging;
  readonly addresses: Addresses;
  readonly cluster: ClusterLayer;
  readonly landlord: DatabaseLandlord;
  readonly metrics: NodeMetrics;
  readonly connections: NodeConnections;
}

function nodeServices({
  configuration,
  logging,
  addresses,
  cluster,
  landlord,
  metrics,
  connections,
}: Composed): NodeServices {
  return {
    cluster,
    landlord,
    operations: new OperationRegistry(),
    startedAt: new Date(),
    publicUrl: () => addresses.url(),
    tcpUrl: () => `tcp://${addresses.tcpAddress()}`,
    hasConfiguredPublicUrl: configuration.publicServerUrl !== null,
    security: connections.security,
    fetch: connections.fetch,
    metrics: () => metrics.text(),
    liveness: () => liveness(metrics),
    readiness: () => readiness(cluster, landlord),
    logs: logging,
    observer: metrics.requests,
  };
}

function liveness(metrics: NodeMetrics): readonly HealthCheck[] {
  const delayMs = metrics.eventLoopDelayMaxMs();
  const isOk = delayMs <= EVENT_LOOP_DELAY_MAX_MS;
  return [{ name: 'event-loop', isOk, detail: `held up for at most ${Math.round(delayMs)} ms` }];
}

/** A node that has lost its cluster still serves its databases, so a missing leader does not make it unready. */
function readiness(cluster: ClusterLayer, landlord: DatabaseLandlord): readonly HealthCheck[] {
  const tag = cluster.nodeTag();
  const faults = [...landlord.faults()].map(([name, reason]) => `${name}: ${reason}`);
  return [
    { name: 'cluster', isOk: tag !== '?', detail: tag === '?' ? 'not a node of a cluster' : `node ${tag}` },
    { name: 'databases', isOk: faults.length === 0, detail: faults.join('; ') },
  ];
}

function replicationFigures(loaded: LoadedDatabase) {
  return loaded.replication.status().outgoing.map((peer) => ({
    database: loaded.name,
    peer: peer.tag,
    isConnected: peer.isConnected,
    lagEtags: peer.etagsBehind,
  }));
}

function databaseFigures(loaded: LoadedDatabase) {
  const { documents, tombstones, conflicts } = loaded.database.statistics();
  return { database: loaded.name, documents, tombstones, conflicts, lastEtag: loaded.database.lastEtag };
}

function databaseReports(landlord: DatabaseLandlord | undefined): readonly DatabaseReport[] {
  if (landlord === undefined) return [];
  const loaded = landlord.loaded().map(({ name, database, replication }): DatabaseReport => {
    const { outgoing, incoming } = replication.status();
    const connected = outgoing.filter((peer) => peer.isConnected).map((peer) => peer.tag);
    return {
      name,
      status: 'Loaded',
      lastEtag: database.lastEtag,
      changeVector: database.changeVector,
      documentsCount: database.statistics().documents,
      connectedPeers: [...new Set([...connected, ...incoming.map((source) => source.sourceTag)])],
    };
  });
  const empty = { lastEtag: 0, changeVector: '', documentsCount: 0, connectedPeers: [] };
  const faulted = [...landlord.faults()].map(
    ([name, error]): DatabaseReport => ({ ...empty, name, status: 'Faulted', error }),
  );
  return [...loaded, ...faulted];
}
