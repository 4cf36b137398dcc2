import { cpus, release, totalmem, type } from 'node:os';
import type { ClusterTopologyView, PeerStatus } from '../../../cluster/cluster-status.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { ownUrl } from '../../client-facing-url.ts';
import type { NodeServices } from '../../node-services.ts';
import { PROTOCOL_VERSION, SERVER_SCHEMA_VERSION } from '../../product-version.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { timestamp, UNSET_DATE } from '../../timestamp.ts';
import { BUILD_INFO } from '../server/discovery.ts';

const GIB = 1024 ** 3;

/** The answering node as the client reached it: behind a proxy, the node's own idea of its URL may not work. */
function shownTopology(topology: ClusterTopologyView, request: HttpRequest, node: NodeServices) {
  if (topology.topologyId === null) {
    const self = { '?': ownUrl(request, node) };
    return {
      TopologyId: 'dummy',
      AllNodes: self,
      Members: self,
      Promotables: {},
      Watchers: {},
      LastNodeId: '?',
      Etag: -1,
    };
  }
  const shown = (urls: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(urls).map(([tag, url]) => [tag, topology.properties[tag]?.publicUrl ?? url]),
    );
  return {
    TopologyId: topology.topologyId,
    AllNodes: shown(topology.allNodes),
    Members: shown(topology.members),
    Promotables: shown(topology.promotables),
    Watchers: shown(topology.watchers),
    LastNodeId: topology.lastNodeId,
    Etag: topology.etag,
  };
}

/** Beside the topology, since RavenDB has no such member; absent while passive, when there are no nodes. */
function shownProperties({ topologyId, allNodes, properties }: ClusterTopologyView) {
  if (topologyId === null) return {};
  const shown = Object.entries(properties).map(([tag, { zone, publicUrl }]) => [
    tag,
    { Zone: zone, PublicUrl: publicUrl, Url: allNodes[tag] ?? null },
  ]);
  return { NodeProperties: Object.fromEntries(shown) };
}

function shownPeer(peer: PeerStatus) {
  const date = (value: Date | null) => (value === null ? UNSET_DATE : timestamp(value));
  return {
    Connected: peer.connected,
    ErrorDetails: peer.errorDetails,
    LastSent: date(peer.lastSent),
    LastReply: date(peer.lastReply),
    LastSentMessage: peer.lastSentMessage,
    LastMatchingIndex: peer.lastMatchingIndex,
  };
}

/**
 * Works on a passive node, too: that is how a client finds out that it is one. Its URLs are for clients: those of
 * `Topology` are public URLs where nodes have one. Whoever needs those by which the nodes reach one another, such as an
 * operator, finds them in `NodeProperties`, by tag: `{"Zone", "PublicUrl", "Url"}` of every node, null where unknown.
 */
const clusterTopology: ServerHandler = (request, { node }) => {
  const { cluster } = node;
  const status = cluster.status();
  const view = cluster.topology();
  const topology = shownTopology(view, request, node);
  return json(200, {
    '@metadata': answerMetadata(request, node),
    Topology: topology,
    Etag: topology.Etag,
    Leader: status.leader,
    LeaderShipDuration: status.leadershipMs,
    CurrentState: status.state,
    NodeTag: cluster.nodeTag(),
    ServerRole: 'Member',
    CurrentTerm: status.term,
    NodeLicenseDetails: null,
    LastStateChangeReason: status.lastStateChangeReason,
    Status: Object.fromEntries(Object.entries(status.peers).map(([tag, peer]) => [tag, shownPeer(peer)])),
    ...shownProperties(view),
  });
};

/**
 * `LastLogIndex`, `LastLogTerm`, `Zone`, `Epoch` and `CommandVersion` are ours: what an unsafe recovery is decided on,
 * what placement sees, how often the cluster was recovered so, and which of the cluster's commands this node knows.
 */
const nodeInfo: ServerHandler = (_request, { node }) => {
  const { cluster } = node;
  const status = cluster.status();
  const memoryGb = totalmem() / GIB;
  const { topologyId, properties, epoch } = cluster.topology();
  return json(200, {
    NodeTag: cluster.nodeTag(),
    TopologyId: topologyId,
    Certificate: node.security?.server.facts.base64 ?? null,
    ClusterStatus: null,
    NumberOfCores: cpus().length,
    InstalledMemoryInGb: memoryGb,
    UsableMemoryInGb: memoryGb,
    BuildInfo: { ...BUILD_INFO, AssemblyVersion: PROTOCOL_VERSION },
    OsInfo: { Type: type(), FullName: type(), Version: release(), BuildVersion: release(), Is64Bit: true },
    ServerId: cluster.serverId,
    CurrentState: status.state,
    ServerRole: status.state === 'Passive' ? 'None' : 'Member',
    HasFixedPort: true,
    ServerSchemaVersion: SERVER_SCHEMA_VERSION,
    LastStateChangeReason: status.lastStateChangeReason,
    LastLogIndex: status.lastLog.index,
    LastLogTerm: status.lastLog.term,
    Zone: properties[cluster.nodeTag()]?.zone ?? null,
    Epoch: epoch,
    CommandVersion: cluster.commandVersions().own,
  });
};

export const clusterTopologyRoutes = [
  serverRoute('GET /cluster/topology', 'ValidUser', clusterTopology, { announcesChanges: false }),
  serverRoute('GET /cluster/node-info', 'ValidUser', nodeInfo, { announcesChanges: false }),
];
