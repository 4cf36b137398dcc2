import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
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
const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const DATABASE_ID = /"[A-Za-z0-9+/]{22}"/g;
const URL_OF_A_RUN = /(http|tcp):\/\/127\.0\.0\.1:\d+/g;
/** Numbers that count what happened before. */
const COUNTER =
  /"(RaftCommandIndex|Etag|Term|CurrentTerm|LeadersTicks|LeaderShipDuration|SizeInBytes)":-?\d+/g;
/** Places in the log; that there is none (-1, 0) must be the same. */
const LOG_INDEX = /"(Index|TransactionIndex|Expected|Actual)":[1-9]\d*/g;
/** What people read. */
const WORDS = /"(Message|Error)":"(?:[^"\\]|\\.)*"/g;
const SIZE = /"HumaneSize":"[^"]*"/g;
const UP_TIME = /"UpTime":"[^"]*"/g;

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
  readonly #indexes = new Map<string, string>();

  constructor(port: number) {
    this.#port = port;
  }

  async send({ request, response }: Exchange): Promise<RawResponse> {
    const translate = (text: string) =>
      text
        .replaceAll(CHANGE_VECTOR, (vector) => this.#vectors.get(vector) ?? vector)
        .replaceAll(LOG_INDEX, (member) => this.#indexes.get(member) ?? member);
    const path = request.path.replaceAll(/\bindex=(\d+)/g, (parameter, index) => {
      const ours = this.#indexes.get(`"Index":${index}`);
      return ours === undefined ? parameter : `index=${ours.slice('"Index":'.length)}`;
    });
    const ours = await send(this.#port, path, {
      method: request.method,
      headers: Object.fromEntries(
        Object.entries(request.headers)
          .filter(([name]) => name !== 'content-length')
          .map(([name, value]) => [name, translate(value)]),
      ),
      ...bodyOf(request, translate),
    });
    this.#match(JSON.stringify(response.body), ours.body);
    return ours;
  }

  /**
   * Sends it and compares status, meaningful headers and the whole body but for what must differ.
   *
   * @param inOtherWords messages for people are not compared
   */
  async check(exchange: Exchange, inOtherWords = false): Promise<void> {
    const wording = (text: string) => (inOtherWords ? text.replaceAll(WORDS, '"$1":""') : text);
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
      body: stable(wording(ours.body)),
    }).toEqual({
      name: exchange.name,
      status: response.status,
      headers: headersOf(theirs),
      body: stable(wording(body)),
    });
  }

  #match(recordedBody: string, ourBody: string): void {
    const theirs = recordedBody.match(CHANGE_VECTOR) ?? [];
    const ours = ourBody.match(CHANGE_VECTOR) ?? [];
    theirs.forEach((vector, at) => {
      const own = ours[at];
      if (own !== undefined) this.#vectors.set(vector, own);
    });
    const ourIndexes = ourBody.match(LOG_INDEX) ?? [];
    (recordedBody.match(LOG_INDEX) ?? []).forEach((index, at) => {
      const own = ourIndexes[at];
      if (own?.startsWith('"Index":') && index.startsWith('"Index":')) this.#indexes.set(index, own);
    });
  }
}

/** A recorded `Content-Length: 0` is sent as such; most requests without a body say nothing. */
function bodyOf(request: Exchange['request'], translate: (text: string) => string): { body?: Buffer } {
  if (request.body !== null) return { body: bodyBytes(request, translate) };
  return request.headers['content-length'] === undefined ? {} : { body: Buffer.alloc(0) };
}

/** `{"$encoded": x}` stands for x in the encoding that the request names. */
function bodyBytes({ headers, body }: Exchange['request'], translate: (text: string) => string): Buffer {
  if (typeof body === 'object' && body !== null && '$encoded' in body) {
    const plain = Buffer.from(JSON.stringify(body.$encoded));
    const encode = ENCODERS[headers['content-encoding'] ?? ''];
    return encode === undefined ? plain : encode(plain);
  }
  return Buffer.from(translate(typeof body === 'string' ? body : JSON.stringify(body)));
}

const ENCODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gzipSync,
  zstd: zstdCompressSync,
  deflate: deflateSync,
};

/** A body without what differs from run to run: vectors, times, hashes, and the stack that we don't send. */
export function stable(text: string): string {
  return text
    .replaceAll(CHANGE_VECTOR, '<vector>')
    .replaceAll(/<vector>(, ?<vector>)+/g, '<vector>')
    .replaceAll(TIMESTAMP, '<time>')
    .replaceAll(HASH_TAG, '<hash>')
    .replaceAll(SERVER_ID, '<number>')
    .replaceAll(GUID, '<guid>')
    .replaceAll(DATABASE_ID, '"<id>"')
    .replaceAll(URL_OF_A_RUN, '$1://<address>')
    .replaceAll(LOG_INDEX, '"$1":1')
    .replaceAll(COUNTER, '"$1":0')
    .replaceAll(SIZE, '"HumaneSize":""')
    .replaceAll(UP_TIME, '"UpTime":""')
    .replaceAll(/has etag \d+/g, 'has etag 0')
    .replaceAll('\\n   at <stack>', '');
}

/**
 * Where a value has other keys, another order of them, or other kinds of values than the expected one. Empty arrays and
 * null fit everything.
 */
export function shapeDifferences(ours: unknown, expected: unknown, path = '$'): readonly string[] {
  if (ours === null || expected === null) return [];
  if (Array.isArray(ours) || Array.isArray(expected)) {
    if (!Array.isArray(ours) || !Array.isArray(expected)) return [`${path}: one is an array`];
    if (ours.length === 0 || expected.length === 0) return [];
    return shapeDifferences(ours[0], expected[0], `${path}[]`);
  }
  if (typeof ours !== typeof expected) return [`${path}: ${typeof ours} instead of ${typeof expected}`];
  if (typeof ours !== 'object' || typeof expected !== 'object') return [];
  const keys = Object.keys(ours).join();
  const expectedKeys = Object.keys(expected).join();
  if (keys !== expectedKeys) return [`${path}: ${keys} instead of ${expectedKeys}`];
  const members = expected as Record<string, unknown>;
  return Object.entries(ours).flatMap(([key, value]) =>
    shapeDifferences(value, members[key], `${path}.${key}`),
  );
}
