import type { QueryOutcome, ThreadReply } from './thread-protocol.ts';

/**
 * Replies as they cross to the main thread. Nearly all are plain answers of queries: of those there are three values
 * each, ticket, bytes and etag, since an object costs several times what its values do. The bytes of small bodies are
 * in one memory, which is given away: what is only cloned takes all of its ArrayBuffer along, and small buffers share
 * a large one.
 */
export interface ReplyFrame {
  readonly answers: readonly (number | string)[];
  /** Of the answers one after the other, then those of the other replies. */
  readonly bytes: ArrayBuffer;
  readonly others: readonly ThreadReply[];
}

type Answer = Extract<QueryOutcome, { kind: 'answer' }>;

const NUMBERS_OF_AN_ANSWER = 3;

/** `transfer`: memory to give away with the frame. */
export function packReplies(replies: readonly ThreadReply[]): {
  readonly frame: ReplyFrame;
  readonly transfer: readonly ArrayBuffer[];
} {
  const answers: (number | string)[] = [];
  const bodies: Uint8Array[] = [];
  const unpacked: ThreadReply[] = [];
  for (const reply of replies) {
    const answer = plainAnswer(reply);
    if (answer === undefined) {
      unpacked.push(reply);
      continue;
    }
    answers.push(reply.ticket, answer.body.byteLength, answer.etag);
    bodies.push(answer.body);
  }
  const own = unpacked.flatMap(bytesOf);
  const bytes = new ArrayBuffer(lengthOf(bodies) + lengthOf(own.filter((part) => !isAlone(part))));
  const target = new Uint8Array(bytes);
  let at = 0;
  const moved = (part: Uint8Array): Uint8Array => {
    target.set(part, at);
    at += part.byteLength;
    return new Uint8Array(bytes, at - part.byteLength, part.byteLength);
  };
  for (const body of bodies) {
    target.set(body, at);
    at += body.byteLength;
  }
  const others = unpacked.map((reply) => withBytes(reply, (part) => (isAlone(part) ? part : moved(part))));
  const transfer = [bytes, ...own.filter(isAlone).map(({ buffer }) => buffer)];
  return { frame: { answers, bytes, others }, transfer };
}

/** Bytes of bodies that a reply takes along. */
export function bytesOfReply(reply: ThreadReply): number {
  return lengthOf(bytesOf(reply));
}

/** The replies of a frame; plain answers come first. */
export function* unpackReplies({ answers, bytes, others }: ReplyFrame): Generator<ThreadReply> {
  let at = 0;
  for (let n = 0; n < answers.length; n += NUMBERS_OF_AN_ANSWER) {
    const length = answers[n + 1] as number;
    const body = new Uint8Array(bytes, at, length);
    at += length;
    const etag = answers[n + 2] as string;
    const result: Answer = { kind: 'answer', body, etag, includedValueKeys: null };
    yield { ticket: answers[n] as number, result };
  }
  yield* others;
}

/** A small answer that depends on no compare-exchange values. */
function plainAnswer(reply: ThreadReply): Answer | undefined {
  if (!('result' in reply) || !hasBody(reply.result)) return undefined;
  const answer = reply.result as Answer;
  return answer.kind === 'answer' && answer.includedValueKeys === null && !isAlone(answer.body)
    ? answer
    : undefined;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
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

/** Rows of a stream. */
function isBytes(result: unknown): result is readonly Uint8Array[] {
  return Array.isArray(result) && result.length > 0 && result[0] instanceof Uint8Array;
}
