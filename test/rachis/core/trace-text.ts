import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import type { RaftCore } from '../../../node/rachis/core/raft-core.ts';
import type { Ready } from '../../../node/rachis/core/ready.ts';

/** `4/2 x` is the command x at index 4 of term 2. */
export function entryText(entry: Entry): string {
  const position = `${entry.index}/${entry.term}`;
  if (entry.kind === 'noop') return `${position} noop`;
  if (entry.kind === 'command') return `${position} ${new TextDecoder().decode(entry.data)}`;
  const { clusterId, nodes, outgoingMembers, recovery } = entry.configuration;
  const leaving = outgoingMembers.length === 0 ? '' : ` leaving ${outgoingMembers.join(' ')}`;
  const cluster = recovery === undefined ? '' : ` of ${clusterId}, epoch ${recovery.epoch}`;
  return `${position} [${nodes.map((node) => `${node.id}:${node.role}`).join(' ')}${leaving}${cluster}]`;
}

function entriesText(entries: readonly Entry[]): string {
  return entries.map(entryText).join(', ');
}

export function messageText(message: Message): string {
  return `${message.from}->${message.to} ${bodyText(message)} term ${message.term}`;
}

function bodyText(message: Message): string {
  switch (message.type) {
    case 'RequestVote': {
      const kind = message.isTrial ? 'Trial' : message.isForced ? 'ForcedVote' : 'Vote';
      return `${kind}? last ${message.lastLogIndex}/${message.lastLogTerm}`;
    }
    case 'RequestVoteReply': {
      const kind = message.isTrial ? 'Trial' : 'Vote';
      const removed = message.removedAsOf;
      const removal = removed === undefined ? '' : ` (removed as of ${removed.index}/${removed.term})`;
      return message.granted ? `${kind} yes` : `${kind} no: ${message.reason}${removal}`;
    }
    case 'AppendEntries': {
      const after = `after ${message.previousIndex}/${message.previousTerm}`;
      return `Append ${after} [${entriesText(message.entries)}] commit ${message.leaderCommit}`;
    }
    case 'AppendEntriesReply':
      return message.success
        ? `Append ok ${message.matchIndex}`
        : `Append no ${message.matchIndex}, hint ${message.hintIndex}/${message.hintTerm}`;
    case 'Heartbeat':
      return `${message.wantsReply ? 'Heartbeat commit' : 'Committed'} ${message.leaderCommit}${message.readContext > 0 ? ` read ${message.readContext}` : ''}`;
    case 'HeartbeatReply':
      return `Heartbeat ok${message.readContext > 0 ? ` read ${message.readContext}` : ''}`;
    case 'InstallSnapshot':
      return `Snapshot at ${message.snapshot.index}/${message.snapshot.term}`;
    case 'InstallSnapshotReply':
      return `Snapshot ok ${message.lastLogIndex}`;
    case 'TimeoutNow':
      return 'TimeoutNow';
  }
}

/** One line for each thing that the core asks for, in a fixed order. */
export function readyLines(id: string, ready: Ready, withMessages: boolean): string[] {
  const lines: string[] = [];
  const { change, persist } = ready;
  if (change !== null) {
    lines.push(`${id} is ${change.state} term ${change.term} leader ${change.leader}: ${change.reason}`);
  }
  if (persist !== null) {
    const parts = [
      ...(persist.snapshot === undefined
        ? []
        : [`snapshot ${persist.snapshot.index}/${persist.snapshot.term}`]),
      ...(persist.rewrittenAfter === undefined
        ? []
        : [`the log anew after ${persist.rewrittenAfter.index}/${persist.rewrittenAfter.term}`]),
      ...(persist.hardState === undefined
        ? []
        : [`term ${persist.hardState.term} vote ${persist.hardState.votedFor}`]),
      ...(persist.entries.length === 0 ? [] : [`[${entriesText(persist.entries)}]`]),
    ];
    if (withMessages) lines.push(`${id} writes #${persist.ticket} ${parts.join(' ')}`);
  }
  if (withMessages) lines.push(...ready.messages.map(messageText));
  if (ready.committed.length > 0) lines.push(`${id} applies [${entriesText(ready.committed)}]`);
  for (const read of ready.readStates) lines.push(`${id} answers read ${read.context} with ${read.index}`);
  return lines;
}

export function stateText(core: RaftCore): string {
  const status = core.status();
  const log = `log ${status.firstIndex}..${status.lastIndex} last term ${status.lastTerm} durable ${status.stable}`;
  const peers = status.peers.map((peer) => `${peer.id} ${peer.state} ${peer.match}/${peer.next}`).join(', ');
  return (
    `${status.id}: ${status.state} term ${status.term} vote ${status.votedFor} leader ${status.leader} ` +
    `commit ${status.commit} applied ${status.applied} ${log}${peers === '' ? '' : ` peers ${peers}`}`
  );
}
