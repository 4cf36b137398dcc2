import type { ThreadReply } from './thread-protocol.ts';

/**
 * Moves the bytes of answers into memory that can be given to another thread: what is only cloned takes all of its
 * ArrayBuffer along, and small buffers share a large one.
 *
 * @returns the answers, and the memory to give away with them
 */
export function givenBytes(replies: readonly ThreadReply[]): {
  readonly replies: readonly ThreadReply[];
  readonly transfer: readonly ArrayBuffer[];
} {
  const transfer: ArrayBuffer[] = [];
  let shared = 0;
  for (const reply of replies) {
    for (const bytes of bytesOf(reply)) {
      if (isAlone(bytes)) transfer.push(bytes.buffer);
      else shared += bytes.byteLength;
    }
  }
  if (shared === 0) return { replies, transfer };
  const pack = new ArrayBuffer(shared);
  const target = new Uint8Array(pack);
  transfer.push(pack);
  let at = 0;
  const moved = (bytes: Uint8Array): Uint8Array => {
    if (isAlone(bytes)) return bytes;
    const start = at;
    target.set(bytes, start);
    at += bytes.byteLength;
    return new Uint8Array(pack, start, bytes.byteLength);
  };
  return { replies: replies.map((reply) => withBytes(reply, moved)), transfer };
}

/** It has its memory for itself. */
function isAlone(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.byteLength > 0 && bytes.byteLength === bytes.buffer.byteLength;
}

function bytesOf(reply: ThreadReply): readonly Uint8Array[] {
  if (!('result' in reply)) return [];
  const { result } = reply;
  if (hasBody(result)) return [result.body];
  return isBytes(result) ? result : [];
}

function withBytes(reply: ThreadReply, moved: (bytes: Uint8Array) => Uint8Array): ThreadReply {
  if (!('result' in reply)) return reply;
  const { ticket, result } = reply;
  if (hasBody(result)) return { ticket, result: { ...result, body: moved(result.body) } };
  return isBytes(result) ? { ticket, result: result.map(moved) } : reply;
}

function hasBody(result: unknown): result is { readonly body: Uint8Array } {
  return (
    typeof result === 'object' && result !== null && 'body' in result && result.body instanceof Uint8Array
  );
}

function isBytes(result: unknown): result is readonly Uint8Array[] {
  return Array.isArray(result) && result.length > 0 && result[0] instanceof Uint8Array;
}
