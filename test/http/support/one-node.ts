import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterLayer } from '../../../node/cluster/cluster-layer.ts';
import { HttpServer } from '../../../node/http/http-server.ts';
import type { NodeServices } from '../../../node/http/node-services.ts';
import { IndexHost } from '../../../node/index-thread/index-host.ts';
import { DatabaseLandlord } from '../../../node/landlord/database-landlord.ts';
import { type Logger, silentLogger } from '../../../node/observability/logger.ts';
import { StorageWriter } from '../../../node/storage/storage-writer.ts';
import { passiveNode } from './passive-node.ts';
import { send } from './raw-http.ts';

/** The observer stays out of it: there is nothing to observe on one node. */
const SETTINGS = {
  electionTimeoutMs: 300,
  operationTimeoutMs: 15_000,
  workerSamplePeriodMs: 500,
  supervisorSamplePeriodMs: 3_600_000,
  receiveFromWorkerTimeoutMs: 5_000,
  statsStabilizationTimeMs: 5_000,
  timeBeforeMovingToRehabMs: 60_000,
  timeBeforeRotatingPreferredNodeMs: 5_000,
  timeBeforeAddingReplicaMs: 900_000,
  timeBeforeExpiringSilentCopyMs: 0,
  silentCopyTombstonesMax: 1_000_000,
  expiredValuesPeriodMs: 50,
};

/** A node A that leads itself: real storage, Rachis, databases, landlord and HTTP server. */
export interface OneNode {
  readonly port: number;
  readonly url: string;
  readonly server: HttpServer;
  readonly services: NodeServices;
  readonly landlord: DatabaseLandlord;
  createDatabase(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function startOneNode(logger: Logger = silentLogger): Promise<OneNode> {
  const directory = await mkdtemp(join(tmpdir(), 'ravencluster-http-'));
  const writer = new StorageWriter();
  let url = 'http://127.0.0.1:1';
  const cluster = await ClusterLayer.open({
    path: join(directory, 'System'),
    writer,
    durable: false,
    publicUrl: () => url,
    tcpAddress: () => '127.0.0.1:1',
    logger: silentLogger,
    settings: SETTINGS,
    reports: () => [],
  });
  const indexHost = new IndexHost({ logger: silentLogger });
  const landlord = new DatabaseLandlord({
    dataDirectory: directory,
    writer,
    indexHost,
    durable: false,
    cluster,
    logger: silentLogger,
    tombstoneCleanupIntervalMs: 60_000,
    deploymentModes: { static: 'Parallel', auto: 'Parallel' },
    retirement: { idleAfterMs: 1_800_000, deleteAfterMs: 259_200_000, supersededAfterMs: 15_000 },
  });
  const services: NodeServices = { ...passiveNode(), cluster, landlord, publicUrl: () => url };
  const server = new HttpServer({ host: '127.0.0.1', port: 0, node: services, logger });
  const { port } = await server.listen();
  url = `http://127.0.0.1:${port}`;
  cluster.serve();
  await cluster.bootstrap();
  return {
    port,
    url,
    server,
    services,
    landlord,
    async createDatabase(name) {
      const { status, body } = await send(port, `/admin/databases?name=${name}`, {
        method: 'PUT',
        body: JSON.stringify({ DatabaseName: name }),
      });
      if (status !== 201) throw new Error(body);
    },
    async close() {
      await server.close();
      await landlord.close();
      await cluster.close();
      await indexHost.stop();
      await writer.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
