import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { decodeFrame, encodeFrame } from '../../../node/rachis/transport/link-frame.ts';

const number = fc.nat(2 ** 31);
const configuration = fc.record({
  clusterId: fc.string(),
  nodes: fc.array(
    fc.record({
      id: fc.uuid(),
      tag: fc.constantFrom('A', 'B', 'ZA'),
      url: fc.webUrl(),
      tcpAddress: fc.string(),
      role: fc.constantFrom('member' as const, 'promotable' as const, 'watcher' as const),
    }),
    { maxLength: 3 },
  ),
  outgoingMembers: fc.array(fc.uuid(), { maxLength: 2 }),
  lastTag: fc.string(),
});
const content = fc.oneof(
  fc.constant({ kind: 'noop' as const }),
  fc.record({ kind: fc.constant('command' as const), data: fc.uint8Array({ maxLength: 50 }) }),
  fc.record({ kind: fc.constant('configuration' as const), configuration }),
);
const snapshot = fc.record({ index: number, term: number, configuration });
const members = (record: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({ term: number, ...record });
const message: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  members({
    type: fc.constant('RequestVote'),
    isTrial: fc.boolean(),
    isForced: fc.boolean(),
    lastLogIndex: number,
    lastLogTerm: number,
  }),
  members({ type: fc.constant('RequestVoteReply'), isTrial: fc.boolean(), granted: fc.boolean() }),
  members({
    type: fc.constant('RequestVoteReply'),
    isTrial: fc.boolean(),
    granted: fc.boolean(),
    reason: fc.string(),
    removedAsOf: fc.record({ index: number, term: number }),
  }),
  members({
    type: fc.constant('AppendEntries'),
    previousIndex: number,
    previousTerm: number,
    leaderCommit: number,
    contents: fc.array(fc.tuple(number, content), { maxLength: 5 }),
  }).map(({ contents, ...rest }) => ({
    ...rest,
    entries: (contents as [number, object][]).map(([term, body], position) => ({
      ...body,
      term,
      index: Number(rest.previousIndex) + 1 + position,
    })),
  })),
  members({
    type: fc.constant('AppendEntriesReply'),
    success: fc.boolean(),
    matchIndex: number,
    hintIndex: number,
    hintTerm: number,
  }),
  members({
    type: fc.constant('Heartbeat'),
    leaderCommit: number,
    readContext: number,
    wantsReply: fc.boolean(),
  }),
  members({ type: fc.constant('HeartbeatReply'), readContext: number, lastLogIndex: number }),
  members({ type: fc.constant('InstallSnapshot'), snapshot }),
  members({ type: fc.constant('InstallSnapshotReply'), success: fc.boolean(), lastLogIndex: number }),
  members({ type: fc.constant('TimeoutNow') }),
);

/** Buffers and plain arrays of bytes are the same content. */
function plain(value: Message): unknown {
  if (value.type !== 'AppendEntries') return value;
  const bytes = (entry: Entry) => (entry.kind === 'command' ? { ...entry, data: [...entry.data] } : entry);
  return { ...value, entries: value.entries.map(bytes) };
}

describe('frames between Rachis nodes', () => {
  it('give every message back as it was, with the ends of the connection', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (list) => {
        const messages = list.map((item) => ({ ...item, from: 'x', to: 'y' }) as unknown as Message);
        const frame = decodeFrame(encodeFrame({ kind: 'messages', messages }), 'x', 'y');
        expect(frame.kind === 'messages' ? frame.messages.map(plain) : null).toEqual(messages.map(plain));
      }),
    );
  });

  it('keep an entry apart from the frame that it came in', () => {
    const data = Buffer.from('command');
    const append: Message = {
      type: 'AppendEntries',
      from: 'x',
      to: 'y',
      term: 1,
      previousIndex: 0,
      previousTerm: 0,
      leaderCommit: 0,
      entries: [{ kind: 'command', index: 1, term: 1, data }],
    };
    const bytes = encodeFrame({ kind: 'messages', messages: [append] });
    const frame = decodeFrame(bytes, 'x', 'y');
    bytes.fill(0);
    const entry =
      frame.kind === 'messages' && frame.messages[0]?.type === 'AppendEntries'
        ? frame.messages[0].entries[0]
        : null;
    expect(entry?.kind === 'command' ? Buffer.from(entry.data).toString() : null).toBe('command');
  });

  it('keep the bytes that a request carries apart from the frame that they came in', () => {
    const bytes = encodeFrame({
      kind: 'requests',
      requests: [{ id: 1, topic: 'submit', body: Buffer.from('command') }],
    });
    const frame = decodeFrame(bytes, 'x', 'y');
    bytes.fill(0);
    const body = frame.kind === 'requests' ? frame.requests[0]?.body : null;
    expect(Buffer.from(body as Uint8Array).toString()).toBe('command');
  });

  it('throw on bytes that are no frame, and never do worse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFrame(Buffer.from(bytes), 'x', 'y');
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
