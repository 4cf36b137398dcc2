import type { Socket } from 'node:net';
import { HANDSHAKE_TIMEOUT_MS, HEADER_BYTES_MAX } from './limits.ts';
import { WireError } from './wire-error.ts';

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index just after the first JSON object in `bytes`, or -1 while it is incomplete. Throws when none can start. */
export function endOfFirstObject(bytes: Buffer): number {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.byteLength; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACE) depth++;
    else if (byte === CLOSE_BRACE && --depth === 0) return i + 1;
    else if (depth === 0 && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      throw new WireError('Expected a JSON object as the first thing on the connection.');
    }
  }
  return -1;
}

/**
 * Reads one JSON object from the socket: the header of a TCP operation (facts of the protocol: JSON values back to
 * back, no length prefix). Gives what arrived after it as `leftover`. The socket is left paused.
 */
export function readJsonHeader(
  socket: Socket,
  received: Buffer = Buffer.alloc(0),
): Promise<{ readonly header: Readonly<Record<string, unknown>>; readonly leftover: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes = received;
    const finish = () => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', onData);
      socket.off('error', fail);
      socket.off('close', onClose);
    };
    const fail = (error: Error) => {
      finish();
      reject(error);
    };
    const onClose = () => fail(new WireError('The connection closed before its header was complete.'));
    const tryParse = () => {
      try {
        const end = endOfFirstObject(bytes);
        if (end < 0) {
          if (bytes.byteLength > HEADER_BYTES_MAX) {
            fail(new WireError(`A connection header may have ${HEADER_BYTES_MAX} bytes.`));
          }
          return;
        }
        const header: unknown = JSON.parse(bytes.toString('utf8', 0, end));
        finish();
        resolve({ header: header as Record<string, unknown>, leftover: bytes.subarray(end) });
      } catch (error) {
        fail(
          error instanceof WireError
            ? error
            : new WireError(`The connection header is not valid JSON: ${String(error)}`),
        );
      }
    };
    const onData = (chunk: Buffer) => {
      bytes = bytes.byteLength === 0 ? chunk : Buffer.concat([bytes, chunk]);
      tryParse();
    };
    const timer = setTimeout(
      () => fail(new WireError(`No complete connection header arrived within ${HANDSHAKE_TIMEOUT_MS} ms.`)),
      HANDSHAKE_TIMEOUT_MS,
    );
    socket.on('data', onData);
    socket.on('error', fail);
    socket.on('close', onClose);
    if (received.byteLength > 0) tryParse();
    socket.resume();
  });
}
