import type { Entry } from '../rachis/core/entry.ts';
import { entryBytes } from '../rachis/core/entry.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { RachisStatus } from '../rachis/rachis-status.ts';
import { decodeEnvelope } from './command-envelope.ts';
import { SHOWN_COMMAND_BYTES_MAX } from './limits.ts';
import { type RememberedRequest, rememberedRequests } from './state/request-history.ts';
import type { StateReader } from './state/state-transaction.ts';

/** One entry of the Raft log, without its content. */
export interface LogLine {
  readonly index: number;
  readonly term: number;
  readonly bytes: number;
  readonly kind: Entry['kind'];
  readonly isCommitted: boolean;
  /** Of a command: its type, the id of its request and the clock of its proposer; null where that can't be told. */
  readonly commandType: string | null;
  readonly requestId: string | null;
  readonly timeMs: number | null;
  /** The database that it is about, if it names one. */
  readonly database: string | null;
}

/** Rachis on this node, as people and metrics see it. */
export class RaftView {
  readonly #rachis: RachisNode;
  readonly #state: StateReader;

  constructor(rachis: RachisNode, state: StateReader) {
    this.#rachis = rachis;
    this.#state = state;
  }

  status(): RachisStatus {
    return this.#rachis.status();
  }

  /** For metrics. */
  figures() {
    const status = this.#rachis.status();
    return {
      nodeTag: status.tag,
      state: status.state,
      term: status.term,
      commitIndex: status.commitIndex,
      appliedIndex: status.appliedIndex,
      lastIndex: status.lastIndex,
      firstIndex: status.firstIndex,
      logBytes: status.logBytes,
      hasLeader: status.leader !== null,
      leaderChanges: status.leaderChanges,
      electionsStarted: status.electionsStarted,
      uncommittedBytes: status.uncommittedBytes,
      peers: status.peers.map((peer) => ({
        tag: peer.node.tag,
        matchIndex: peer.matchIndex,
        nextIndex: peer.nextIndex,
        inflight: peer.inflight,
        isInSnapshot: peer.state === 'snapshot',
        isConnected: peer.isConnected,
      })),
    };
  }

  /** At most `countMax` entries that end with `lastIndex` (default: the end of the log), newest first. */
  log(countMax: number, lastIndex = Number.MAX_SAFE_INTEGER): readonly LogLine[] {
    const status = this.#rachis.status();
    const last = Math.min(lastIndex, status.lastIndex);
    if (last < status.firstIndex || countMax < 1) return [];
    const first = Math.max(status.firstIndex, last - countMax + 1);
    return this.#rachis
      .entriesFrom(first, last - first + 1)
      .map((entry) => lineOf(entry, status.commitIndex))
      .toReversed();
  }

  /** The last commands whose outcome is remembered, the oldest first. */
  history(countMax: number): readonly (RememberedRequest & { readonly index: number })[] {
    return rememberedRequests(this.#state, countMax);
  }
}

function lineOf(entry: Entry, commitIndex: number): LogLine {
  const line = {
    index: entry.index,
    term: entry.term,
    bytes: entryBytes(entry),
    kind: entry.kind,
    isCommitted: entry.index <= commitIndex,
    commandType: null,
    requestId: null,
    timeMs: null,
    database: null,
  };
  // Taking a large one apart takes longer than a page of the log is worth.
  if (entry.kind !== 'command' || entry.data.byteLength > SHOWN_COMMAND_BYTES_MAX) return line;
  try {
    const { requestId, timeMs, command } = decodeEnvelope(entry.data);
    return { ...line, commandType: command.type, requestId, timeMs, database: databaseOf(command) };
  } catch {
    // A command that nobody can read has failed on every node; its place in the log can be shown all the same.
    return line;
  }
}

function databaseOf(command: object): string | null {
  if ('name' in command && typeof command.name === 'string') return command.name;
  if ('database' in command && typeof command.database === 'string') return command.database;
  if ('names' in command && Array.isArray(command.names)) return command.names.join(', ');
  if (!('record' in command)) return null;
  const { record } = command;
  const isNamed = typeof record === 'object' && record !== null && 'DatabaseName' in record;
  return isNamed ? String(record.DatabaseName) : null;
}
