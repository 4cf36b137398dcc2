import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AdminRequestError } from '../../../operator/platform/admin-error.ts';
import { ClusterAdminClient } from '../../../operator/platform/cluster-admin-client.ts';

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  /** Closes the connection instead of answering. */
  readonly hangUp?: boolean;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers each request by what `reply` says, and keeps what it was asked. */
async function serve(reply: (request: IncomingMessage) => Reply) {
  const requests: { method: string; url: URL }[] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', url: new URL(request.url ?? '', 'http://x') });
    const { status, body, hangUp } = reply(request);
    if (hangUp === true) request.socket.destroy();
    else response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

async function closedUrl(): Promise<string> {
  const { url } = await serve(() => ({ status: 204 }));
  closers.pop()?.();
  return url;
}

async function failureOf(promise: Promise<unknown>): Promise<AdminRequestError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AdminRequestError) return error;
  throw new Error(`expected an AdminRequestError, got ${String(error)}`);
}

describe('a command to the cluster', () => {
  const client = new ClusterAdminClient();

  it('goes to the next node when one is not there, under the same request id', async () => {
    const cut = await serve(() => ({ status: 0, hangUp: true }));
    const good = await serve(() => ({ status: 204 }));
    await client.removeNode([await closedUrl(), cut.url, good.url], 'B');
    const ids = [...cut.requests, ...good.requests].map(({ url }) => url.searchParams.get('raft-request-id'));
    expect(new Set(ids).size).toBe(1);
    expect(good.requests[0]?.method).toBe('DELETE');
    expect(good.requests[0]?.url.searchParams.get('nodeTag')).toBe('B');
  });

  it('that a node refuses is refused, and can not take effect later', async () => {
    const body = { Type: 'System.InvalidOperationException', Message: 'B is the leader' };
    const no = await serve(() => ({ status: 500, body }));
    const other = await serve(() => ({ status: 204 }));
    const error = await failureOf(client.demote([no.url, other.url], 'B'));
    expect(error.message).toContain('500 B is the leader');
    expect(error.mayTakeEffect).toBe(false);
    expect(other.requests).toEqual([]);
  });

  it.each([
    ['no leader was found', { status: 500, body: { Type: 'X.NoLeaderException', Message: 'm' } }],
    ['it timed out', { status: 408 }],
    ['the connection broke', { status: 0, hangUp: true }],
  ])('may still take effect when %s', async (_case, reply) => {
    const { url } = await serve(() => reply);
    expect((await failureOf(client.promote([url], 'B'))).mayTakeEffect).toBe(true);
  });

  it('that nobody got can not take effect', async () => {
    expect((await failureOf(client.reelect([await closedUrl()]))).mayTakeEffect).toBe(false);
    expect((await failureOf(client.reelect([]))).mayTakeEffect).toBe(false);
  });
});

describe('the list of databases', () => {
  it('is read page by page', async () => {
    const all = Array.from({ length: 1_200 }, (_, index) => ({ Name: `db${index}` }));
    const { url, requests } = await serve((request) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const start = Number(query.get('start'));
      return { status: 200, body: { Databases: all.slice(start, start + Number(query.get('pageSize'))) } };
    });
    expect(await new ClusterAdminClient().databases(url)).toEqual(all);
    expect(requests.length).toBe(3);
  });
});
