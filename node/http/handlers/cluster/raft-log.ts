import type { LogLine } from '../../../cluster/raft-view.ts';
import type { DurationSummary } from '../../../rachis/driver/recent-durations.ts';
import type { RachisPeer, RachisStatus, Transition } from '../../../rachis/rachis-status.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { LOG_PAGE_DEFAULT, LOG_PAGE_MAX } from '../../limits.ts';
import { intParameter } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { timestamp } from '../../timestamp.ts';

function pageSizeOf(request: HttpRequest): number {
  const asked = intParameter(request, 'pageSize', LOG_PAGE_DEFAULT);
  return Math.max(0, Math.min(asked, LOG_PAGE_MAX));
}

const dateOf = (date: Date | null) => (date === null ? null : timestamp(date));

/**
 * A page of this node's Raft log, newest first, with the state of Rachis around it. `start`: the highest index to show,
 * for the pages after the first; `pageSize`: 128 unless said, 1,024 at most. Contents of commands are not shown.
 */
const log: ServerHandler = (request, { node }) => {
  const status = node.cluster.raft.status();
  const start = intParameter(request, 'start', status.lastIndex);
  const last = status.transitions.at(-1);
  const versions = node.cluster.commandVersions();
  return json(200, {
    '@metadata': answerMetadata(request, node),
    Role: status.state,
    Term: status.term,
    CommandsVersion: { Cluster: versions.cluster, Local: versions.own },
    Since: dateOf(last?.at ?? null),
    Log: {
      LastAppendedTime: null,
      LastCommitedTime: null,
      CommitIndex: status.commitIndex,
      AppliedIndex: status.appliedIndex,
      LastTruncatedIndex: status.firstIndex - 1,
      FirstEntryIndex: status.firstIndex,
      LastLogEntryIndex: status.lastIndex,
      LastLogEntryTerm: status.lastTerm,
      TotalEntries: status.lastIndex - status.firstIndex + 1,
      // A node whose log fails ends, so there is none to tell of.
      CriticalError: null,
      SizeOnDiskInBytes: status.logBytes,
      UncommittedSizeInBytes: status.uncommittedBytes,
      Logs: node.cluster.raft.log(pageSizeOf(request), start).map(shownLine),
    },
    ElectionReason: last?.reason ?? null,
    ConnectionToPeers: status.peers.map(shownPeer),
  });
};

function shownLine(line: LogLine) {
  return {
    Term: line.term,
    Index: line.index,
    SizeInBytes: line.bytes,
    CommandType: commandName(line),
    Flags: FLAGS[line.kind],
    CreateAt: line.timeMs === null ? null : timestamp(new Date(line.timeMs)),
    IsCommitted: line.isCommitted,
    Database: line.database,
    RequestId: line.requestId,
    Entry: null,
  };
}

const FLAGS = { noop: 'Noop', command: 'StateMachineCommand', configuration: 'Topology' } as const;

function commandName({ kind, commandType, term }: LogLine): string {
  if (kind === 'noop') return `Noop in term ${term}`;
  if (kind === 'configuration') return 'Topology';
  return commandType === null ? 'Command' : `${commandType}Command`;
}

function shownPeer(peer: RachisPeer) {
  return {
    Destination: peer.node.tag,
    Url: peer.node.url,
    Role: peer.node.role,
    Connected: peer.isConnected,
    Error: peer.error,
    State: peer.state,
    MatchIndex: peer.matchIndex,
    NextIndex: peer.nextIndex,
    InFlightMessages: peer.inflight,
    LastSent: dateOf(peer.lastSent),
    LastReply: dateOf(peer.lastReply),
  };
}

/** The last commands whose outcome is remembered for the case that they come again, the oldest first. */
const history: ServerHandler = (request, { node }) => {
  const remembered = node.cluster.raft.history(pageSizeOf(request));
  return json(200, {
    '@metadata': answerMetadata(request, node),
    RachisLogHistory: remembered.map(({ id, index, term, type, timeMs, outcome }) => ({
      Date: timeMs === undefined ? null : timestamp(new Date(timeMs)),
      Guid: id,
      Index: index,
      Term: term ?? null,
      CommittedTerm: term ?? null,
      Type: type === undefined ? null : `${type}Command`,
      State: 'Committed',
      Result: 'result' in outcome ? JSON.stringify(outcome.result) : null,
      ExceptionType: 'error' in outcome ? outcome.error.name : null,
      ExceptionMessage: 'error' in outcome ? outcome.error.message : null,
    })),
  });
};

/** What this node went through since it started: state, term, leader and why, the oldest first. */
function shownTransitions({ transitions, configuration }: RachisStatus): readonly string[] {
  const tagOf = (id: string | null) => configuration?.nodes.find((node) => node.id === id)?.tag ?? id;
  return transitions.map((transition, place) => {
    const before = transitions[place - 1]?.state ?? 'Passive';
    return shownTransition(before, transition, tagOf(transition.leader));
  });
}

function shownTransition(
  before: string,
  { at, state, term, reason }: Transition,
  leader: string | null,
): string {
  const led = leader === null ? 'no leader' : `leader ${leader}`;
  return `${at.toISOString()} ${reason} ${before}->${state} at term ${term}, ${led}`;
}

const stateChanges: ServerHandler = (request, { node }) =>
  json(200, {
    '@metadata': answerMetadata(request, node),
    States: shownTransitions(node.cluster.raft.status()),
  });

/** How long the disk and the state machine take, and what this node went through. */
const engineLogs: ServerHandler = (request, { node }) => {
  const status = node.cluster.raft.status();
  const shown = ({ count, lastMs, meanMs, recentMaxMs, maxMs }: DurationSummary) => ({
    Count: count,
    LastInMs: lastMs,
    RecentMeanInMs: meanMs,
    RecentMaxInMs: recentMaxMs,
    MaxInMs: maxMs,
  });
  return json(200, {
    '@metadata': answerMetadata(request, node),
    TimingTracking: {
      LogWrites: shown(status.timings.logWrites),
      Applies: shown(status.timings.applies),
    },
    StateChangeTracking: shownTransitions(status),
  });
};

/** The leader's connections to the other nodes; others have none of their own to tell of. */
const remoteConnections: ServerHandler = (request, { node }) =>
  json(200, {
    '@metadata': answerMetadata(request, node),
    'Remote-Connections': node.cluster.raft.status().peers.map(shownPeer),
  });

export const raftLogRoutes = [
  serverRoute('GET /admin/cluster/log', 'Operator', log),
  serverRoute('GET /admin/debug/cluster/history-logs', 'Operator', history),
  serverRoute('GET /admin/debug/node/state-change-history', 'Operator', stateChanges),
  serverRoute('GET /admin/debug/node/engine-logs', 'Operator', engineLogs),
  serverRoute('GET /admin/debug/node/remote-connections', 'Operator', remoteConnections),
];
