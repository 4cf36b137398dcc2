import { errorOfAnswer, KubeError } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';
import { WATCH_EVENT_BYTES_MAX } from './limits.ts';

/** One change. A BOOKMARK's object has nothing but a resourceVersion up to which everything has been told. */
export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

const NEWLINE = 0x0a;

/**
 * The events in the body of a watch: one JSON text a line.
 *
 * @param title for messages
 * @throws KubeError of an ERROR event (Expired when the resourceVersion is too old), or BadAnswer
 */
export async function* watchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
  title: string,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const part of body) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...rest, bytes.subarray(from, end)]).toString('utf8');
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (line.trim() !== '') yield eventOf<T>(line, title);
    }
    restBytes += bytes.length - from;
    if (restBytes > WATCH_EVENT_BYTES_MAX) {
      throw badAnswer(title, `an event is longer than ${WATCH_EVENT_BYTES_MAX} bytes`);
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  // What is left is the beginning of an event that was cut off: it will come again.
}

function eventOf<T extends KubeObject>(line: string, title: string): WatchEvent<T> {
  let event: { readonly type?: unknown; readonly object?: unknown };
  try {
    event = JSON.parse(line) as typeof event;
  } catch (cause) {
    throw badAnswer(title, `an event is not JSON: ${line.slice(0, 100)}`, cause);
  }
  const { type, object } = event;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type, object: object as T };
    case 'ERROR': {
      const code = (object as { readonly code?: unknown } | undefined)?.code;
      throw errorOfAnswer(title, typeof code === 'number' ? code : 500, JSON.stringify(object));
    }
    default:
      throw badAnswer(title, `an event is of the unknown type ${String(type)}`);
  }
}

function badAnswer(title: string, why: string, cause?: unknown): KubeError {
  return new KubeError(`${title}: BadAnswer: ${why}`, { code: 0, reason: 'BadAnswer', cause });
}
