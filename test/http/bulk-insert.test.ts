import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { parseResponse, type RawResponse, send } from './support/raw-http.ts';

let node: OneNode;
let lastId = 0;
beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('bulk');
});
afterAll(() => node.close());

/** A chunked request whose body is sent piece by piece, and ended only if asked to. */
class OpenBulkInsert {
  readonly id = ++lastId;
  readonly #socket: Socket;
  #received = '';

  constructor(headers = '') {
    this.#socket = connect(node.port, '127.0.0.1');
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk) => {
      this.#received += chunk;
    });
    this.#socket.on('error', () => {});
    this.#socket.write(
      `POST /databases/bulk/bulk_insert?id=${this.id} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n${headers}\r\n`,
    );
  }

  write(bytes: string | Buffer): this {
    const chunk = Buffer.from(bytes);
    this.#socket.write(`${chunk.byteLength.toString(16)}\r\n`);
    this.#socket.write(chunk);
    this.#socket.write('\r\n');
    return this;
  }

  /** Without the end of the body. */
  async answer(): Promise<RawResponse> {
    await expect.poll(() => this.#received, { timeout: 5000 }).toContain('\r\n\r\n');
    const response = parseResponse(this.#received);
    const length = Number(response.headers.get('content-length') ?? 0);
    await expect.poll(() => parseResponse(this.#received).body.length).toBeGreaterThanOrEqual(length);
    return parseResponse(this.#received);
  }

  abandon(): void {
    this.#socket.destroy();
  }

  async closed(): Promise<void> {
    if (!this.#socket.destroyed) await once(this.#socket, 'close');
  }
}

const put = (id: string, document: unknown = { a: 1 }) =>
  JSON.stringify({ Id: id, Type: 'PUT', Document: document });

async function state(id: number): Promise<Record<string, unknown>> {
  return JSON.parse((await send(node.port, `/databases/bulk/operations/state?id=${id}`)).body);
}

async function isStored(id: string): Promise<boolean> {
  return (await send(node.port, `/databases/bulk/docs?id=${encodeURIComponent(id)}`)).status === 200;
}

describe('a bulk insert', () => {
  it('is answered when its array closes, although the client never ends its body (as client 7.2.6 does)', async () => {
    const insert = new OpenBulkInsert().write(`[${put('r/1')},`).write(`${put('r/2')}]`);
    const answer = await insert.answer();
    expect([answer.status, answer.headers.get('content-length'), answer.body]).toEqual([201, '0', '']);
    expect(await isStored('r/2')).toBe(true);
    expect(await state(insert.id)).toEqual({
      $type: 'Raven.Client.Documents.Operations.OperationState, Raven.Client',
      Progress: null,
      Result: {
        $type: 'Raven.Client.Documents.Operations.BulkOperationResult, Raven.Client',
        Total: 2,
        Message: 'Processed 2 items.',
        Details: [],
        Query: null,
        DocumentsProcessed: 2,
        AttachmentsProcessed: 0,
        CountersProcessed: 0,
        TimeSeriesProcessed: 0,
      },
      Status: 'Completed',
    });
    insert.abandon();
  });

  it('takes a whole body at once, compressed or not, and one that holds nothing', async () => {
    const body = Buffer.from(`[${put('whole/1')}${put('whole/')},{"Type":"HeartBeat"}]`);
    for (const [encoding, bytes] of [
      ['identity', body],
      ['gzip', gzipSync(body)],
      ['zstd', zstdCompressSync(body)],
    ] as const) {
      const id = ++lastId;
      const answer = await send(node.port, `/databases/bulk/bulk_insert?id=${id}`, {
        method: 'POST',
        headers: { 'Content-Encoding': encoding },
        body: bytes,
      });
      expect([answer.status, encoding]).toEqual([201, encoding]);
      expect((await state(id)).Result).toMatchObject({ Total: 2 });
    }
    const empty = await send(node.port, `/databases/bulk/bulk_insert?id=${++lastId}`, {
      method: 'POST',
      body: '[]',
    });
    expect(empty.status).toBe(201);
  });

  it('makes what has come durable when the stream pauses, and shows its progress', async () => {
    const insert = new OpenBulkInsert().write(`[${put('pause/1')}`);
    await expect.poll(() => isStored('pause/1')).toBe(true);
    insert.write(`,${put('pause/2')}`);
    await expect
      .poll(async () => (await state(insert.id)).Progress)
      .toMatchObject({ $type: expect.stringContaining('BulkInsertProgress'), LastProcessedId: 'pause/1' });
    insert.write(']');
    expect((await insert.answer()).status).toBe(201);
    insert.abandon();
  });

  it('that is killed ends as faulted, answers 500 and keeps what was stored', async () => {
    const insert = new OpenBulkInsert().write(`[${put('killed/1')}`);
    await expect.poll(() => isStored('killed/1')).toBe(true);
    const kill = await send(node.port, `/databases/bulk/operations/kill?id=${insert.id}`, { method: 'POST' });
    expect(kill.status).toBe(204);
    const answer = await insert.answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([500, 'close']);
    expect(JSON.parse(answer.body)).toMatchObject({
      Type: 'System.InvalidOperationException',
      Message: "Failed to process bulk insert. Inserted 1 items in 1 batches. Last document ID: 'killed/1'",
      Error: expect.stringContaining('---> System.OperationCanceledException'),
    });
    expect((await state(insert.id)).Status).toBe('Faulted');
    expect(await isStored('killed/1')).toBe(true);
    insert.abandon();
  });

  it.each([
    ['cut off', '[{"Id":"bad/1","Type":"PUT","Document":{"a":1}'],
    ['empty', ''],
    ['not an array', '{"Id":"bad/1"}'],
    ['not JSON', '[{"Id":"bad/1",}]'],
    ['with an unknown command', '[{"Id":"bad/1","Type":"Bogus"}]'],
    ['with a command of batches', '[{"Id":"bad/1","Type":"DELETE"}]'],
    ['with an identity', `[${put('bad|')}]`],
    ['with a document that is none', '[{"Id":"bad/1","Type":"PUT","Document":[]}]'],
  ])('%s fails with the one error of the protocol, and its state says so', async (_what, body) => {
    const id = ++lastId;
    const answer = await send(node.port, `/databases/bulk/bulk_insert?id=${id}`, { method: 'POST', body });
    const message = 'Failed to process bulk insert. Inserted 0 items in 0 batches.';
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({
      Type: 'System.InvalidOperationException',
      Message: message,
    });
    expect(await state(id)).toMatchObject({
      Status: 'Faulted',
      Result: { Type: 'System.InvalidOperationException', Message: message, StatusCode: 500 },
    });
    expect(await isStored('bad/1')).toBe(false);
  });

  it('whose client goes away ends as faulted', async () => {
    const insert = new OpenBulkInsert().write(`[${put('gone/1')}`);
    await expect.poll(() => isStored('gone/1')).toBe(true);
    insert.abandon();
    await expect.poll(async () => (await state(insert.id)).Status).toBe('Faulted');
    await expect.poll(() => node.server.concurrentRequests).toBe(0);
  });

  it('needs an operation id', async () => {
    const answer = await send(node.port, '/databases/bulk/bulk_insert', { method: 'POST', body: '[]' });
    expect([answer.status, JSON.parse(answer.body).Type]).toEqual([500, 'System.ArgumentException']);
  });

  it('of thousands of documents stores every one', async () => {
    const count = 10_000;
    const insert = new OpenBulkInsert().write('[');
    for (let at = 0; at < count; at += 1000) {
      const commands = Array.from({ length: 1000 }, (_, i) => put(`many/${at + i}`, { n: at + i }));
      insert.write(`${at > 0 ? ',' : ''}${commands.join(',')}`);
    }
    insert.write(']');
    expect((await insert.answer()).status).toBe(201);
    const listed = await send(node.port, '/databases/bulk/docs?startsWith=many/&metadataOnly=true');
    expect(JSON.parse(listed.body).Results).toHaveLength(count);
    insert.abandon();
  });
});
