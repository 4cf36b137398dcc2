import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';

/** Longest a test waits for the node to answer or hang up before it hangs up itself, in milliseconds. */
const PATIENCE_MS = 250;
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

/** Sends the bytes and gives what came back until the node, or else the test, hung up. */
function send(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      // The first byte of an answer is proof enough; the next case waits.
      socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(Buffer.concat(received)));
  });
}

async function sendAll(port: number, cases: readonly Buffer[]): Promise<Buffer[]> {
  const answers: Buffer[] = [];
  for (let at = 0; at < cases.length; at += CONNECTIONS_AT_ONCE) {
    const part = cases.slice(at, at + CONNECTIONS_AT_ONCE);
    answers.push(...(await Promise.all(part.map((bytes) => send(port, bytes)))));
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
const request = fc
  .tuple(method, path, fc.array(header, { maxLength: 4 }), body)
  .map(([verb, target, headers, content]) =>
    Buffer.concat([
      Buffer.from(
        `${verb} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers.map((line) => `${line}\r\n`).join('')}`,
      ),
      Buffer.from(
        headers.some((line) => /^(Content-Length|Transfer)/.test(line))
          ? '\r\n'
          : `Content-Length: ${content.length}\r\n\r\n`,
      ),
      content,
    ]),
  );
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

it('survives two thousand malformed requests, and answers those that can be answered with no more than an error', async () => {
  const node = cluster.node(0);
  const answers = await sendAll(Number(new URL(node.url).port), fc.sample(request, 2_000));
  const statuses = answers.flatMap(
    (answer) => /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1] ?? [],
  );
  expect(statuses.length).toBeGreaterThan(500);
  await expectAlive();
});

it('survives a thousand connections of noise and a thousand of broken handshakes on the TCP port', async () => {
  const { tcpPort } = cluster.node(0);
  await sendAll(tcpPort, fc.sample(noise, 1_000));
  await sendAll(tcpPort, fc.sample(wireHeader, 1_000));
  await expectAlive();
});
