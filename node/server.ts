import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterLayer } from './cluster/cluster-layer.ts';
import type { DatabaseReport } from './cluster/node-report.ts';
import { isAnyAddress } from './configuration/listen-url.ts';
import type { NodeConfiguration } from './configuration/node-configuration.ts';
import { HttpServer } from './http/http-server.ts';
import type { NodeServices } from './http/node-services.ts';
import { IndexHost } from './index-thread/index-host.ts';
import { foreignClusterIn } from './landlord/cluster-fence.ts';
import { DatabaseLandlord } from './landlord/database-landlord.ts';
import type { LoadedDatabase } from './landlord/loaded-database.ts';
import { OperationRegistry } from './landlord/operation-registry.ts';
import { REPLICATION_FLUSH_MS, REQUESTS_GRACE_MS } from './limits.ts';
import { type NodeConnections, openConnections } from './node-connections.ts';
import { livenessOf, readinessOf } from './node-health.ts';
import { NodeMetrics } from './observability/metrics.ts';
import type { NodeLogging } from './observability/node-logging.ts';
import { NO_CERTIFICATES } from './security/certificate-definition.ts';
import { StorageWriter } from './storage/storage-writer.ts';
import { TcpListener } from './tcp/tcp-listener.ts';

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

  /**
   * Leaves without others having to notice: is unready at once, hands leadership over, finishes what is being answered,
   * lets the members that are connected have what was acknowledged here, and closes everything. Each step has a limit
   * in time; none of them is needed for what was acknowledged to be safe on this disk.
   */
  async stop(): Promise<void> {
    const { http, tcp, landlord, cluster, writer, indexHost, metrics, connections, standing } = this.#parts;
    standing.isStopping = true;
    await cluster.stepDownBeforeStop();
    await http.close(REQUESTS_GRACE_MS);
    await landlord.flushReplication(REPLICATION_FLUSH_MS);
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

/** What the node is about; shared with those who answer for its health. */
interface Standing {
  isStopping: boolean;
}

interface Parts {
  readonly standing: Standing;
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
  const standing: Standing = { isStopping: false };
  let cluster: ClusterLayer | undefined;
  let landlord: DatabaseLandlord | undefined;
  let connections: NodeConnections | undefined;
  const indexHost = new IndexHost({
    logger: logger.child({ component: 'indexes' }),
    heapMegabytesMax: configuration.databases.indexHeapMegabytesMax,
  });
  const metrics = new NodeMetrics({
    rachis: () => rachisFigures(cluster),
    replication: () => (landlord?.loaded() ?? []).flatMap(replicationFigures),
    databases: () => (landlord?.loaded() ?? []).map(databaseFigures),
    environments: () =>
      (landlord?.loaded() ?? []).map((loaded) => ({
        environment: loaded.name,
        property: (name: string) => loaded.database.storageProperty(name),
      })),
    indexThread: () => indexHost,
    certificate: () => connections?.security?.secondsUntilExpiry(),
  });
  connections = await openConnections(configuration.security, {
    logger: logger.child({ component: 'security' }),
    observer: metrics.security,
    known: () => cluster?.certificates ?? NO_CERTIFICATES,
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
    observeApply: metrics.rachisLog.observeApply,
    // Without its log a node could vote twice, or forget what it promised: better no node than that one.
    onFatal: (error) => {
      setImmediate(() => {
        throw error;
      });
    },
    reports: () => databaseReports(landlord),
  });
  landlord = new DatabaseLandlord({
    dataDirectory,
    writer,
    indexHost,
    durable,
    cluster,
    connect,
    logger: logger.child({ component: 'landlord' }),
    tombstoneCleanupIntervalMs: configuration.databases.tombstoneCleanupIntervalMs,
    deploymentModes: configuration.databases.deploymentModes,
    retirement: {
      idleAfterMs: configuration.databases.autoIndexIdleMs,
      deleteAfterMs: configuration.databases.idleAutoIndexDeletedMs,
      supersededAfterMs: configuration.databases.supersededAutoIndexDeletedMs,
    },
    loadTimeoutMs: configuration.databases.loadTimeoutMs,
    observeBatch: (database) => metrics.merger.of(database),
  });
  serveTcp(tcp, cluster, landlord);
  cluster.certificates.onChanged(() => tcp.reauthorize());
  const services = nodeServices({
    configuration,
    logging,
    addresses,
    cluster,
    landlord,
    indexHost,
    metrics,
    connections,
    standing,
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
  return {
    standing,
    dataDirectory,
    addresses,
    writer,
    indexHost,
    metrics,
    cluster,
    landlord,
    tcp,
    http,
    connections,
  };
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
      const foreign = foreignClusterIn(header, cluster.clusterId());
      if (foreign !== null) return foreign;
      const loaded = landlord.tryGet(header.DatabaseName ?? '');
      if (loaded === undefined) return `Database '${header.DatabaseName}' is not open on this node.`;
      return loaded.refuseSource(header);
    },
    connected: (connection, header) => {
      const loaded = landlord.tryGet(header.DatabaseName ?? '');
      if (loaded === undefined) connection.close();
      else loaded.acceptSource(connection, header);
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
  readonly indexHost: IndexHost;
  readonly metrics: NodeMetrics;
  readonly connections: NodeConnections;
  readonly standing: Standing;
}

function nodeServices({
  configuration,
  logging,
  addresses,
  cluster,
  landlord,
  indexHost,
  metrics,
  connections,
  standing,
}: Composed): NodeServices {
  const health = () => ({
    eventLoopDelayMaxMs: metrics.eventLoopDelayMaxMs(),
    nodeTag: cluster.nodeTag(),
    databaseFaults: landlord.faults(),
    hasCaughtUp: cluster.startCatchUp.isOver,
    indexThread: indexHost.health,
    isStopping: standing.isStopping,
  });
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
    liveness: () => livenessOf(health()),
    readiness: () => readinessOf(health()),
    logs: logging,
    observer: metrics.requests,
  };
}

function rachisFigures(cluster: ClusterLayer | undefined) {
  if (cluster === undefined) return undefined;
  const { raft, observer } = cluster;
  return {
    ...raft.figures(),
    ...cluster.stateFigures(),
    differingNodes: observer.differing.size,
    isObserverSuspended: observer.isSuspended,
  };
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
  const loaded = landlord.loaded().map(({ name, database, replication, copySince }): DatabaseReport => {
    const { documents, tombstones } = database.statistics();
    const { outgoing, incoming } = replication.status();
    const connected = outgoing.filter((peer) => peer.isConnected).map((peer) => peer.tag);
    return {
      name,
      status: 'Loaded',
      lastEtag: database.lastEtag,
      changeVector: database.changeVector,
      documentsCount: documents,
      tombstones,
      copySince,
      connectedPeers: [...new Set([...connected, ...incoming.map((source) => source.sourceTag)])],
    };
  });
  const empty = { lastEtag: 0, changeVector: '', documentsCount: 0, connectedPeers: [] };
  const faulted = [...landlord.faults()].map(
    ([name, error]): DatabaseReport => ({ ...empty, name, status: 'Faulted', error }),
  );
  return [...loaded, ...faulted];
}
