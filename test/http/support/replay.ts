import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RawResponse, send } from './raw-http.ts';

/** One request to a real RavenDB 7.2.7 and what it answered. */
export interface Exchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

/** The recorded exchanges of a file beside this folder, in the order in which they were sent. */
export function recorded(file: string): readonly Exchange[] {
  const path = join(import.meta.dirname, '..', 'golden', `${file}.jsonl`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exchange);
}

const CHANGE_VECTOR = /[A-Z]+:\d+-[A-Za-z0-9+/]{22}/g;
const TIMESTAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z/g;
const HASH_TAG = /Hash-[A-Za-z0-9+/=]{44}/g;
const SERVER_ID = /\d{19}(?=-A)/g;

/** Headers that the protocol gives a meaning; the others are transport. */
const MEANINGFUL = [
  'content-type',
  'etag',
  'database-missing',
  'refresh-topology',
  'refresh-client-configuration',
];

/**
 * Sends recorded requests to a server of ours. Change vectors differ from run to run, so those that the recorded server
 * gave are matched with ours as they come, and translated in the requests that follow.
 */
export class Replay {
  readonly #port: number;
  readonly #vectors = new Map<string, string>();

  constructor(port: number) {
    this.#port = port;
  }

  async send({ request, response }: Exchange): Promise<RawResponse> {
    const translate = (text: string) =>
      text.replaceAll(CHANGE_VECTOR, (vector) => this.#vectors.get(vector) ?? vector);
    const ours = await send(this.#port, request.path, {
      method: request.method,
      headers: Object.fromEntries(
        Object.entries(request.headers)
          .filter(([name]) => name !== 'content-length')
          .map(([name, value]) => [name, translate(value)]),
      ),
      ...(request.body === null
        ? request.headers['content-length'] === undefined
          ? {}
          : { body: '' }
        : {
            body: translate(typeof request.body === 'string' ? request.body : JSON.stringify(request.body)),
          }),
    });
    this.#match(JSON.stringify(response.body), ours.body);
    return ours;
  }

  /** Sends it and compares status, meaningful headers and the whole body but for what must differ. */
  async check(exchange: Exchange): Promise<void> {
    const ours = await this.send(exchange);
    const { response } = exchange;
    const theirs = new Map(
      Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const headersOf = (headers: ReadonlyMap<string, string>) =>
      Object.fromEntries(
        MEANINGFUL.flatMap((name) => {
          const value = headers.get(name);
          return value === undefined ? [] : [[name, stable(value)]];
        }),
      );
    const body = response.body === null ? '' : JSON.stringify(response.body);
    expect({
      name: exchange.name,
      status: ours.status,
      headers: headersOf(ours.headers),
      body: stable(ours.body),
    }).toEqual({
      name: exchange.name,
      status: response.status,
      headers: headersOf(theirs),
      body: stable(body),
    });
  }

  #match(recordedBody: string, ourBody: string): void {
    const theirs = recordedBody.match(CHANGE_VECTOR) ?? [];
    const ours = ourBody.match(CHANGE_VECTOR) ?? [];
    theirs.forEach((vector, at) => {
      const own = ours[at];
      if (own !== undefined) this.#vectors.set(vector, own);
    });
  }
}

/** A body without what differs from run to run: vectors, times, hashes, and the stack that we don't send. */
export function stable(text: string): string {
  return text
    .replaceAll(CHANGE_VECTOR, '<vector>')
    .replaceAll(TIMESTAMP, '<time>')
    .replaceAll(HASH_TAG, '<hash>')
    .replaceAll(SERVER_ID, '<number>')
    .replaceAll('\\n   at <stack>', '');
}

/** The keys of a JSON value in their order, and the kinds of its values; arrays by their first element. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.entries(value).map(([key, member]) => [key, shapeOf(member)]);
}
