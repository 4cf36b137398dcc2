import type { ClusterTopologyView } from '../../../node/cluster/cluster-status.ts';
import type { ClusterServices } from '../../../node/http/cluster-services.ts';
import type { NodeServices } from '../../../node/http/node-services.ts';
import { DatabaseDoesNotExistError, NodeIsPassiveError } from '../../../node/landlord/landlord-error.ts';
import { OperationRegistry } from '../../../node/landlord/operation-registry.ts';
import type { RachisStatus } from '../../../node/rachis/rachis-status.ts';

const topology: ClusterTopologyView = {
  topologyId: null,
  epoch: 0,
  allNodes: {},
  members: {},
  promotables: {},
  watchers: {},
  properties: {},
  lastNodeId: '?',
  etag: -1,
};

const never = { count: 0, lastMs: 0, meanMs: 0, recentMaxMs: 0, maxMs: 0 };

const rachis: RachisStatus = {
  id: 'ba5015f0-47fd-4b20-b2b4-6e2445936f5d',
  tag: '?',
  state: 'Passive',
  term: 0,
  leader: null,
  leaderTag: null,
  commitIndex: 0,
  appliedIndex: 0,
  firstIndex: 1,
  lastIndex: 0,
  lastTerm: 0,
  uncommittedBytes: 0,
  logBytes: 0,
  timings: { logWrites: never, applies: never },
  configuration: null,
  configurationIndex: 0,
  peers: [],
  leadershipMs: null,
  transitions: [],
  leaderChanges: 0,
  electionsStarted: 0,
};

async function refuse(): Promise<never> {
  throw Object.assign(new Error('The node is in no cluster.'), { name: 'NoLeaderError' });
}

/** A node that is in no cluster: it has no databases and takes no commands. */
export const passiveCluster: ClusterServices = {
  serverId: 'ba5015f0-47fd-4b20-b2b4-6e2445936f5d',
  certificates: { all: () => [], find: () => undefined },
  startCatchUp: { isOver: true, over: Promise.resolve() },
  nodeTag: () => '?',
  topology: () => topology,
  isolatedMs: () => null,
  status: () => ({
    state: 'Passive',
    leader: null,
    term: 0,
    leadershipMs: null,
    lastStateChangeReason: 'Passive,  (at 01/01/0001 00:00:00)',
    lastLog: { index: 0, term: 0 },
    peers: {},
  }),
  commandVersions: () => ({ own: 1, cluster: 1 }),
  publicUrlsChangedAt: () => 0,
  appliedIndex: () => 0,
  submit: refuse,
  record: () => undefined,
  records: () => [],
  clientConfiguration: () => null,
  identities: () => ({}),
  consistent: { values: () => ({ find: () => undefined, list: () => [] }), readBarrier: refuse },
  waitForIndex: refuse,
  raft: { status: () => rachis, log: () => [], history: () => [] },
  observer: {
    decisions: () => ({ suspended: false, iteration: 0, decisions: [] }),
    maintenanceStats: refuse,
  },
  bootstrap: refuse,
  addNode: refuse,
  replaceNode: refuse,
  removeNode: refuse,
  promote: refuse,
  demote: refuse,
  reelect: refuse,
  recover: refuse,
  forceTimeout: refuse,
};

export function passiveNode(): NodeServices {
  return {
    cluster: passiveCluster,
    landlord: {
      get: (name) => Promise.reject(new NodeIsPassiveError(name)),
      tryGet: () => undefined,
      loaded: () => [],
      faults: () => new Map(),
    },
    operations: new OperationRegistry(),
    startedAt: new Date(),
    publicUrl: () => 'http://0.0.0.0:8080',
    tcpUrl: () => 'tcp://0.0.0.0:38888',
    hasConfiguredPublicUrl: false,
    security: null,
    fetch,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'node_up 1\n' }),
    liveness: () => [{ name: 'event loop', isOk: true }],
    readiness: () => [{ name: 'cluster', isOk: false, detail: 'in no cluster' }],
    logs: {
      currentLevel: () => 'Info',
      configuredLevel: () => 'Info',
      setLevel: () => undefined,
      path: null,
    },
  };
}

/** As the passive node, but in a cluster that has no databases. */
export function emptyNode(): NodeServices {
  const node = passiveNode();
  return {
    ...node,
    cluster: {
      ...passiveCluster,
      nodeTag: () => 'A',
      topology: () => ({
        ...topology,
        topologyId: '824e8802-7e3a-439d-95e1-2bd3a5031d2e',
        allNodes: { A: 'http://node-a:8080' },
        members: { A: 'http://node-a:8080' },
        lastNodeId: 'A',
        etag: 4,
      }),
    },
    landlord: { ...node.landlord, get: (name) => Promise.reject(new DatabaseDoesNotExistError(name)) },
  };
}
