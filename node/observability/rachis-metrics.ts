import type { Registry } from 'prom-client';
import { type FigureMetric, registerFigures } from './figure-gauge.ts';

/** What the consensus of this node looks like now. */
export interface RachisFigures {
  readonly nodeTag: string;
  readonly state: string;
  readonly term: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  readonly firstIndex: number;
  readonly hasLeader: boolean;
  /** Since the process started. */
  readonly leaderChanges?: number;
  readonly electionsStarted?: number;
  readonly uncommittedBytes?: number;
  /** Of commands that are applied and that storage has not taken yet. */
  readonly unwrittenBytes?: number;
  /** Requests whose outcome is remembered. */
  readonly rememberedRequests?: number;
  /** Leader only: nodes whose state was found to differ from its own. */
  readonly differingNodes?: number;
  /** The observer decides nothing, on an administrator's word. */
  readonly isObserverSuspended?: boolean;
  /** Bytes of the log on disk. */
  readonly logBytes?: number;
  /** Leader only. */
  readonly peers?: readonly PeerFigures[];
}

/** How a leader feeds another node. */
export interface PeerFigures {
  readonly tag: string;
  /** The peer holds the log durably up to here. */
  readonly matchIndex: number;
  readonly nextIndex?: number;
  /** Messages with entries that are not answered. */
  readonly inflight?: number;
  readonly isInSnapshot?: boolean;
  readonly isConnected?: boolean;
}

const flag = (value: boolean | undefined) => (value === undefined ? undefined : Number(value));

const FIGURES: readonly FigureMetric<RachisFigures>[] = [
  { name: 'ravencluster_rachis_term', help: 'Current term.', value: (f) => f.term },
  {
    name: 'ravencluster_rachis_commit_index',
    help: 'Last committed index known.',
    value: (f) => f.commitIndex,
  },
  { name: 'ravencluster_rachis_applied_index', help: 'Last applied index.', value: (f) => f.appliedIndex },
  { name: 'ravencluster_rachis_last_index', help: 'Last index of the log.', value: (f) => f.lastIndex },
  {
    name: 'ravencluster_rachis_log_entries',
    help: 'Entries held in the log.',
    value: (f) => Math.max(0, f.lastIndex - f.firstIndex + 1),
  },
  {
    name: 'ravencluster_rachis_first_index',
    help: 'First index that the log still holds.',
    value: (f) => f.firstIndex,
  },
  { name: 'ravencluster_rachis_log_bytes', help: 'Bytes of the log on disk.', value: (f) => f.logBytes },
  {
    name: 'ravencluster_rachis_apply_lag_entries',
    help: 'Committed entries that are not applied yet.',
    value: (f) => Math.max(0, f.commitIndex - f.appliedIndex),
  },
  {
    name: 'ravencluster_rachis_is_leader',
    help: '1 on the leader.',
    value: (f) => (f.state === 'Leader' ? 1 : 0),
  },
  {
    name: 'ravencluster_rachis_has_leader',
    help: '1 when a leader is known.',
    value: (f) => (f.hasLeader ? 1 : 0),
  },
  {
    name: 'ravencluster_rachis_leader_changes',
    help: 'Changes of leader seen since the process started.',
    value: (f) => f.leaderChanges,
  },
  {
    name: 'ravencluster_rachis_elections_started',
    help: 'Elections this node began since the process started.',
    value: (f) => f.electionsStarted,
  },
  {
    name: 'ravencluster_rachis_differing_nodes',
    help: 'On the leader: nodes that came to another state than it from the same log. More than 0 is a fault.',
    value: (f) => f.differingNodes,
  },
  {
    name: 'ravencluster_observer_is_suspended',
    help: '1 while the observer is suspended by an administrator.',
    value: (f) => flag(f.isObserverSuspended),
  },
  {
    name: 'ravencluster_rachis_uncommitted_bytes',
    help: 'Bytes accepted by the leader and not committed yet.',
    value: (f) => f.uncommittedBytes,
  },
  {
    name: 'ravencluster_rachis_unwritten_bytes',
    help: 'Bytes of commands that are applied and that storage has not taken yet. At 64 MB nothing more is applied.',
    value: (f) => f.unwrittenBytes,
  },
  {
    name: 'ravencluster_rachis_remembered_requests',
    help: 'Requests whose outcome is remembered, so that they run once.',
    value: (f) => f.rememberedRequests,
  },
];

export function registerRachisMetrics(registry: Registry, read: () => RachisFigures | undefined): void {
  const one = () => {
    const figures = read();
    return figures === undefined ? [] : [figures];
  };
  registerFigures(registry, one, ['node'], (f) => ({ node: f.nodeTag }), FIGURES);
  const peers = () =>
    one().flatMap((f) => (f.peers ?? []).map((peer) => ({ ...peer, lag: f.lastIndex - peer.matchIndex })));
  registerFigures(registry, peers, ['peer'], (p) => ({ peer: p.tag }), [
    {
      name: 'ravencluster_rachis_peer_lag_entries',
      help: 'Entries of the leader that the peer does not hold durably yet.',
      value: (p) => Math.max(0, p.lag),
    },
    {
      name: 'ravencluster_rachis_peer_match_index',
      help: 'Up to here the peer holds the log of the leader durably.',
      value: (p) => p.matchIndex,
    },
    {
      name: 'ravencluster_rachis_peer_next_index',
      help: 'Index that the leader sends to the peer next.',
      value: (p) => p.nextIndex,
    },
    {
      name: 'ravencluster_rachis_peer_inflight_messages',
      help: 'Messages with entries that the peer has not answered.',
      value: (p) => p.inflight,
    },
    {
      name: 'ravencluster_rachis_peer_in_snapshot',
      help: '1 while the peer is given a snapshot instead of the log.',
      value: (p) => flag(p.isInSnapshot),
    },
    {
      name: 'ravencluster_rachis_peer_connected',
      help: '1 while the leader has a connection to the peer.',
      value: (p) => flag(p.isConnected),
    },
  ]);
}
