import type { Configuration } from '../core/configuration.ts';
import type { Entry } from '../core/entry.ts';
import type { Message, SnapshotMetadata } from '../core/message.ts';

/** A message without its ends, which the connection implies: type number, term, and the members in order. */
export type MessageTuple = readonly [type: number, term: number, ...members: unknown[]];

const REQUEST_VOTE = 0;
const REQUEST_VOTE_REPLY = 1;
const APPEND_ENTRIES = 2;
const APPEND_ENTRIES_REPLY = 3;
const HEARTBEAT = 4;
const HEARTBEAT_REPLY = 5;
const INSTALL_SNAPSHOT = 6;
const INSTALL_SNAPSHOT_REPLY = 7;
const TIMEOUT_NOW = 8;

/** Entries are contiguous: only the first index is sent. Content: null is a noop, bytes a command, else a configuration. */
type EntryTuple = readonly [term: number, content: Uint8Array | Configuration | null];

export function encodeMessage(message: Message): MessageTuple {
  const { term } = message;
  switch (message.type) {
    case 'RequestVote': {
      const { isTrial, isForced, lastLogIndex, lastLogTerm } = message;
      return [REQUEST_VOTE, term, isTrial, isForced, lastLogIndex, lastLogTerm];
    }
    case 'RequestVoteReply': {
      const { isTrial, granted, reason, removedAsOf } = message;
      return [REQUEST_VOTE_REPLY, term, isTrial, granted, reason ?? null, removedAsOf ?? null];
    }
    case 'AppendEntries': {
      const { previousIndex, previousTerm, leaderCommit, entries } = message;
      return [APPEND_ENTRIES, term, previousIndex, previousTerm, leaderCommit, entries.map(encodeEntry)];
    }
    case 'AppendEntriesReply': {
      const { success, matchIndex, hintIndex, hintTerm } = message;
      return [APPEND_ENTRIES_REPLY, term, success, matchIndex, hintIndex, hintTerm];
    }
    case 'Heartbeat':
      return [HEARTBEAT, term, message.leaderCommit, message.readContext, message.wantsReply];
    case 'HeartbeatReply':
      return [HEARTBEAT_REPLY, term, message.readContext, message.lastLogIndex];
    case 'InstallSnapshot':
      return [INSTALL_SNAPSHOT, term, message.snapshot];
    case 'InstallSnapshotReply':
      return [INSTALL_SNAPSHOT_REPLY, term, message.success, message.lastLogIndex];
    case 'TimeoutNow':
      return [TIMEOUT_NOW, term];
  }
}

/** Throws on an unknown type; members were checked by the sender, which is a node of the same cluster. */
export function decodeMessage(tuple: MessageTuple, from: string, to: string): Message {
  const [type, term, a, b, c, d] = tuple;
  const ends = { from, to, term };
  switch (type) {
    case REQUEST_VOTE:
      return {
        ...ends,
        type: 'RequestVote',
        isTrial: a as boolean,
        isForced: b as boolean,
        lastLogIndex: c as number,
        lastLogTerm: d as number,
      };
    case REQUEST_VOTE_REPLY:
      return {
        ...ends,
        type: 'RequestVoteReply',
        isTrial: a as boolean,
        granted: b as boolean,
        ...(c === null ? {} : { reason: c as string }),
        ...(d === null ? {} : { removedAsOf: d as { index: number; term: number } }),
      };
    case APPEND_ENTRIES: {
      const previousIndex = a as number;
      return {
        ...ends,
        type: 'AppendEntries',
        previousIndex,
        previousTerm: b as number,
        leaderCommit: c as number,
        entries: (d as EntryTuple[]).map((entry, position) =>
          decodeEntry(entry, previousIndex + 1 + position),
        ),
      };
    }
    case APPEND_ENTRIES_REPLY:
      return {
        ...ends,
        type: 'AppendEntriesReply',
        success: a as boolean,
        matchIndex: b as number,
        hintIndex: c as number,
        hintTerm: d as number,
      };
    case HEARTBEAT:
      return {
        ...ends,
        type: 'Heartbeat',
        leaderCommit: a as number,
        readContext: b as number,
        // Programs that know of no other kind say nothing, and answer all.
        wantsReply: c !== false,
      };
    case HEARTBEAT_REPLY:
      return { ...ends, type: 'HeartbeatReply', readContext: a as number, lastLogIndex: b as number };
    case INSTALL_SNAPSHOT:
      return { ...ends, type: 'InstallSnapshot', snapshot: a as SnapshotMetadata };
    case INSTALL_SNAPSHOT_REPLY:
      return { ...ends, type: 'InstallSnapshotReply', success: a as boolean, lastLogIndex: b as number };
    case TIMEOUT_NOW:
      return { ...ends, type: 'TimeoutNow' };
    default:
      throw new TypeError(`unknown Rachis message ${String(type)}`);
  }
}

function encodeEntry(entry: Entry): EntryTuple {
  if (entry.kind === 'command') return [entry.term, entry.data];
  return [entry.term, entry.kind === 'configuration' ? entry.configuration : null];
}

function decodeEntry([term, content]: EntryTuple, index: number): Entry {
  if (content === null) return { kind: 'noop', index, term };
  // A copy in the pool of small buffers, where it costs a quarter of one with memory of its own.
  if (content instanceof Uint8Array) return { kind: 'command', index, term, data: Buffer.from(content) };
  return { kind: 'configuration', index, term, configuration: content };
}
