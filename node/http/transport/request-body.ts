import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BodyTooLargeError } from '../errors/body-too-large-error.ts';
import { invalidData } from '../errors/protocol-error.ts';
import { BODY_BYTES_MAX } from '../limits.ts';
import type { BodyBudget } from './body-budget.ts';

/** The client went away before its body was complete. */
export class BodyAbortedError extends Error {
  override readonly name = 'BodyAbortedError';
}

const EMPTY = Buffer.alloc(0);

/**
 * The bytes of a body, decoded: gzip and zstd only, any other encoding is taken as plain, as the protocol does. Neither
 * a broken encoding nor a reader that stops early closes the connection, since an answer must still go out.
 */
export function decodedBody(message: IncomingMessage): Readable {
  const encoding = message.headers['content-encoding']?.toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'zstd') return message;
  const decoder = encoding === 'gzip' ? createGunzip() : createZstdDecompress();
  decoder.once('error', () => {
    message.unpipe(decoder);
    message.resume();
  });
  message.once('close', () => {
    if (!message.complete) decoder.destroy(new BodyAbortedError('The client closed the connection early.'));
  });
  message.once('error', () => {
    // 'close' follows, and says all that there is to say.
  });
  return message.pipe(decoder);
}

/**
 * Gathers a body, within BODY_BYTES_MAX after decoding, so that a few compressed kilobytes can't become gigabytes.
 * Its bytes count in the budget until `release` is called. Rejects with BodyTooLargeError, BodyAbortedError,
 * OverloadError, or a ProtocolError when the encoding is broken.
 */
export function gatherBody(
  message: IncomingMessage,
  budget: BodyBudget,
  limitBytes = BODY_BYTES_MAX,
): { readonly body: Promise<Buffer>; readonly release: () => void } {
  let heldBytes = 0;
  const release = () => {
    budget.give(heldBytes);
    heldBytes = 0;
  };
  const body = new Promise<Buffer>((resolve, reject) => {
    const source = decodedBody(message);
    let first: Buffer = EMPTY;
    let more: Buffer[] | undefined;
    let isOver = false;
    const fail = (error: Error) => {
      if (isOver) return;
      isOver = true;
      // Dropping what was gathered; what still comes is thrown away, so that the answer can be sent.
      more = undefined;
      first = EMPTY;
      release();
      reject(error);
    };
    source.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (heldBytes + chunk.byteLength > limitBytes) {
        fail(new BodyTooLargeError(`A request body may have ${limitBytes} bytes; send it in parts.`));
        return;
      }
      try {
        budget.take(chunk.byteLength);
      } catch (error) {
        fail(error as Error);
        return;
      }
      heldBytes += chunk.byteLength;
      if (first === EMPTY) first = chunk;
      else if (more === undefined) more = [first, chunk];
      else more.push(chunk);
    });
    source.once('end', () => {
      if (isOver) return;
      isOver = true;
      resolve(more === undefined ? first : Buffer.concat(more, heldBytes));
    });
    source.once('error', (error) => {
      if (source === message || error instanceof BodyAbortedError) {
        fail(new BodyAbortedError(`The request body ended early: ${error.message}`));
      } else fail(invalidData(`The request body is not what its Content-Encoding says: ${error.message}`));
    });
    source.once('close', () => {
      // An error costs a stack trace: most bodies were complete.
      if (!isOver) fail(new BodyAbortedError('The client closed the connection early.'));
    });
  });
  return { body, release };
}
