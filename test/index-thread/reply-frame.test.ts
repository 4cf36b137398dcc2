import { expect, it } from 'vitest';
import { packReplies, unpackReplies } from '../../node/index-thread/reply-frame.ts';
import type { ThreadReply } from '../../node/index-thread/thread-protocol.ts';

const LARGE = 40_000;
const answer = (ticket: number, body: Uint8Array): ThreadReply => ({
  ticket,
  result: { kind: 'answer', body, etag: String(ticket), includedValueKeys: null },
});

/** As the other thread gets them. */
function crossed(replies: readonly ThreadReply[]): { readonly got: readonly ThreadReply[]; bytes: number } {
  const { frame, transfer } = packReplies(replies);
  const bytes = transfer.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const got = [...unpackReplies(structuredClone(frame, { transfer: [...transfer] }))];
  return { got: got.sort((a, b) => a.ticket - b.ticket), bytes };
}

it('answers arrive as they were: small ones, large ones, empty ones, rows of streams, and what has no bytes', () => {
  const replies: ThreadReply[] = [
    answer(1, Buffer.from('small')),
    { ticket: 2, result: { kind: 'notModified' } },
    answer(3, Buffer.alloc(LARGE, 7)),
    answer(4, Buffer.alloc(0)),
    { ticket: 5, result: [Buffer.from('row 1'), Buffer.alloc(LARGE, 8), Buffer.from('row 2')] },
    { ticket: 6, result: [] },
    { ticket: 7, result: ['a name'] },
    { ticket: 8, error: { name: 'InvalidQueryError', message: 'No' } },
    { ticket: 9, result: null },
    answer(10, Buffer.from('the last')),
    { ticket: 11, result: { kind: 'answer', body: Buffer.from('{}'), etag: '2', includedValueKeys: ['a'] } },
  ];
  const cloned = structuredClone(replies);
  expect(crossed(replies).got).toEqual(cloned);
});

it('small answers take their own bytes along, not those of the memory that they share with others', () => {
  const replies = [answer(1, Buffer.from('one')), answer(2, Buffer.from('two'))];
  const { got, bytes } = crossed(replies);
  expect(bytes).toBe(6);
  const bodies = got.map((reply) => ('result' in reply ? (reply.result as { body: Uint8Array }).body : null));
  expect(bodies.map((body) => body?.buffer.byteLength)).toEqual([6, 6]);
});

it('a large answer is given away, not copied', () => {
  const body = new Uint8Array(LARGE);
  crossed([answer(1, body)]);
  expect(body.buffer.detached).toBe(true);
});
