import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';

/** How long a request that never ends is held open before the test hangs up, in milliseconds. */
const PATIENCE_MS = 250;
/** By then a whole request is answered, however busy the machine is, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;
const CONNECTIONS_AT_ONCE = 50;

let cluster: RavenCluster;
let pid: number;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  await cluster.createDatabase('fuzz', 1);
  await requestText('PUT', `${cluster.node(0).url}/databases/fuzz/docs?id=here`, { body: { N: 1 } });
  pid = cluster.node(0).process.pid;
});
afterAll(() => cluster.dispose());

/** Sends the bytes and gives what came back until the node, or after so long the test, hung up. */
function send(port: number, bytes: Buffer, patienceMs: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      // The first byte of an answer is proof enough; the next case waits.
      socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(Buffer.concat(received)));
  });
}

async function sendAll(port: number, cases: readonly Buffer[], patienceMs = PATIENCE_MS): Promise<Buffer[]> {
  const answers: Buffer[] = [];
  for (let at = 0; at < cases.length; at += CONNECTIONS_AT_ONCE) {
    const part = cases.slice(at, at + CONNECTIONS_AT_ONCE);
    answers.push(...(await Promise.all(part.map((bytes) => send(port, bytes, patienceMs)))));
  }
  return answers;
}

async function expectAlive(): Promise<void> {
  const node = cluster.node(0);
  expect(node.isRunning, node.process.output).toBe(true);
  expect(node.process.pid).toBe(pid);
  const text = await requestText('GET', `${node.url}/databases/fuzz/docs?id=here`);
  expect(JSON.parse(text).Results[0].N).toBe(1);
  await requestText('PUT', `${node.url}/databases/fuzz/docs?id=alive`, { body: { N: 2 } });
}

const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
const method = fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'RESET', 'BREW', '');
const path = fc.constantFrom(
  '/databases/fuzz/docs?id=x',
  '/databases/fuzz/docs?id=%zz&id=%00',
  '/databases/fuzz/docs',
  '/databases/fuzz/bulk_docs',
  '/databases/fuzz/bulk_insert?id=1',
  '/databases/fuzz/multi_get',
  '/databases/fuzz/hilo/next?tag=',
  '/databases/fuzz/streams/docs',
  '/databases/%ff/docs',
  '/databases//docs',
  '/admin/databases?name=../../x',
  '/admin/cluster/node?url=nowhere',
  '/topology?name=fuzz',
  '/\u0000',
  '*',
);
const header = fc.constantFrom(
  'Content-Length: 10',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Content-Encoding: gzip',
  'Content-Encoding: zstd',
  'Content-Type: multipart/mixed; boundary=x',
  'If-Match: "',
  'Topology-Etag: "undefined"',
  'Known-Raft-Index: 0x10',
  'Expect: 100-continue',
  'Upgrade: websocket',
  'Connection: keep-alive, Upgrade',
  `X: ${'y'.repeat(40_000)}`,
  ': nothing',
);
const body = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      '{"Commands":[{"Type":"PUT"}]}',
      '{"Commands":[{"Type":"PUT","Id":{},"Document":[]}]}',
      `${'['.repeat(100_000)}`,
      `{"a":${'{"a":'.repeat(50_000)}`,
      '[{"Type":"PUT","Id":"x","Document":{"a":1}},',
      'ffffffff\r\n',
      '{"a":1e999999,"a":"\\ud800"}',
    )
    .map((text) => Buffer.from(text)),
  noise,
);
const isAboutLength = (line: string) => /^(Content-Length|Transfer)/.test(line);

interface Request {
  readonly bytes: Buffer;
  /** It says how long it is, and that is true: there is nothing left to wait for. */
  readonly isWhole: boolean;
}

const request = fc
  .tuple(method, path, fc.array(header, { maxLength: 4 }), body)
  .map(([verb, target, headers, content]): Request => {
    const isWhole = !headers.some(isAboutLength);
    const lines = [
      `${verb} ${target} HTTP/1.1`,
      'Host: 127.0.0.1',
      ...headers,
      ...(isWhole ? [`Content-Length: ${content.length}`] : []),
    ];
    return { bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), content]), isWhole };
  });
const wireHeader = fc
  .tuple(
    fc.constantFrom('Cluster', 'Replication', 'Subscription', 'Heartbeats', 'Nothing', 7, null),
    fc.oneof(fc.integer(), fc.constantFrom(null, 'x', 1e300)),
    fc.oneof(fc.constantFrom('fuzz', null, ''), fc.string()),
    noise,
  )
  .map(([Operation, OperationVersion, DatabaseName, after]) =>
    Buffer.concat([
      Buffer.from(
        JSON.stringify({ DatabaseName, Operation, OperationVersion, SourceNodeTag: 'Z', Info: {} }),
      ),
      after,
    ]),
  );

it('survives a thousand connections of noise on the HTTP port', async () => {
  const node = cluster.node(0);
  await sendAll(Number(new URL(node.url).port), fc.sample(noise, 1_000));
  await expectAlive();
});

it('survives two thousand malformed requests, and answers each of those that end', async () => {
  const node = cluster.node(0);
  const port = Number(new URL(node.url).port);
  const { whole = [], endless = [] } = Object.groupBy(fc.sample(request, 2_000), ({ isWhole }) =>
    isWhole ? 'whole' : 'endless',
  );
  const answers = await sendAll(
    port,
    whole.map(({ bytes }) => bytes),
    ANSWER_TIMEOUT_MS,
  );
  const unanswered = answers.flatMap((answer, at) =>
    /^HTTP\/1\.1 (1|2|4|5)\d\d /.test(answer.toString('latin1')) ? [] : [whole[at]?.bytes.toString('latin1')],
  );
  expect(unanswered).toEqual([]);
  await sendAll(
    port,
    endless.map(({ bytes }) => bytes),
  );
  await expectAlive();
});

it('survives a thousand connections of noise and a thousand of broken handshakes on the TCP port', async () => {
  const { tcpPort } = cluster.node(0);
  await sendAll(tcpPort, fc.sample(noise, 1_000));
  await sendAll(tcpPort, fc.sample(wireHeader, 1_000));
  await expectAlive();
});
