import { answerMetadata } from '../../answer-metadata.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';

const activeConnections: DatabaseHandler = (_request, { node, loaded }) => {
  const { incoming, outgoing } = loaded.replication.status();
  const urls = node.cluster.topology().allNodes;
  return json(200, {
    IncomingConnections: incoming.map((source) => ({
      SourceDatabaseId: source.sourceDatabaseId,
      SourceDatabaseName: source.sourceDatabaseName,
      SourceMachineName: source.remote,
      SourceUrl: urls[source.sourceTag] ?? null,
      SourceTag: source.sourceTag,
    })),
    OutgoingConnections: outgoing
      .filter((peer) => peer.isConnected)
      .map((peer) => ({
        Url: urls[peer.tag] ?? null,
        Database: peer.database,
        Disabled: false,
        NodeTag: peer.tag,
      })),
  });
};

/** No figures are kept per batch; the shape is what clients and tools look for. */
const performance: DatabaseHandler = (_request, { loaded }) => {
  const { incoming, outgoing } = loaded.replication.status();
  return json(200, {
    Incoming: incoming.map((source) => ({
      Source: source.sourceTag,
      LastAcceptedEtag: source.lastAcceptedEtag,
      ReceivedItems: source.receivedItems,
      SilentMs: source.silentMs,
    })),
    Outgoing: outgoing.map((peer) => ({
      Destination: peer.tag,
      LastSentEtag: peer.lastSentEtag,
      LastAcceptedEtag: peer.lastAcceptedEtag,
      EtagsBehind: peer.etagsBehind,
      SentItems: peer.sentItems,
    })),
  });
};

const outgoingFailures: DatabaseHandler = (request, { node, loaded }) =>
  json(200, {
    '@metadata': answerMetadata(request, node),
    Stats: loaded.replication
      .status()
      .outgoing.filter((peer) => peer.errors.length > 0)
      .map((peer) => ({
        Key: { Url: peer.tcpAddress, Database: peer.database, NodeTag: peer.tag },
        Value: { ErrorsCount: peer.errors.length, Errors: peer.errors },
      })),
  });

const lastActivity: DatabaseHandler = (request, { node, loaded }) =>
  json(200, {
    '@metadata': answerMetadata(request, node),
    Stats: loaded.replication.status().incoming.map((source) => ({
      Key: { SourceTag: source.sourceTag, SourceDatabaseId: source.sourceDatabaseId },
      Value: { SilentMs: source.silentMs },
    })),
  });

const rejections: DatabaseHandler = (request, { node }) =>
  json(200, { '@metadata': answerMetadata(request, node), Stats: [] });

const reconnectQueue: DatabaseHandler = (request, { node, loaded }) =>
  json(200, {
    '@metadata': answerMetadata(request, node),
    'Queue-Info': loaded.replication
      .status()
      .outgoing.filter((peer) => !peer.isConnected)
      .map((peer) => ({ Url: peer.tcpAddress, Database: peer.database, NodeTag: peer.tag })),
  });

export const replicationStateRoutes = [
  databaseRoute('GET /replication/active-connections', 'Read', activeConnections),
  databaseRoute('GET /replication/performance', 'Read', performance),
  databaseRoute('GET /replication/debug/outgoing-failures', 'Read', outgoingFailures),
  databaseRoute('GET /replication/debug/incoming-last-activity-time', 'Read', lastActivity),
  databaseRoute('GET /replication/debug/incoming-rejection-info', 'Read', rejections),
  databaseRoute('GET /replication/debug/outgoing-reconnect-queue', 'Read', reconnectQueue),
];
