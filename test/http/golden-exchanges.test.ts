import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';
import { Replay, recorded, shapeDifferences } from './support/replay.ts';

let node: OneNode;
beforeAll(async () => {
  node = await startOneNode();
});
afterAll(() => node.close());

const put = (database: string, id: string, document: unknown) =>
  send(node.port, `/databases/${database}/docs?id=${encodeURIComponent(id)}`, {
    method: 'PUT',
    body: JSON.stringify(document),
  });

/** Members that our answers have beyond the recorded ones, by the name of the exchange. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  'cluster topology': ['NodeProperties'],
  'node-info': ['LastLogIndex', 'LastLogTerm', 'Zone', 'Epoch', 'CommandVersion'],
};

function withoutOurs(name: string, body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => OURS[name]?.includes(key) !== true));
}

/** Requests that were sent between the recorded ones and that later ones build on, by the name of the next one. */
type Between = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Replays a file of exchanges in order: the whole answer must be the recorded one, but for what differs from run to run;
 * of those in `onlyShape` (texts in the words of .NET's parser, sizes of another storage) the keys and kinds.
 */
function replays(file: string, onlyShape: readonly string[] = [], between: Between = {}): void {
  const replay = () => new Replay(node.port);
  let current: Replay | undefined;
  it.each(recorded(file).map((exchange) => [exchange.name, exchange] as const))(
    '%s',
    async (name, exchange) => {
      current ??= replay();
      await between[name]?.();
      if (!onlyShape.includes(name)) {
        await current.check(exchange);
        return;
      }
      const ours = await current.send(exchange);
      expect(ours.status).toBe(exchange.response.status);
      expect(shapeDifferences(withoutOurs(name, JSON.parse(ours.body)), exchange.response.body)).toEqual([]);
    },
  );
}

const post = (path: string, body?: unknown) =>
  send(node.port, path, { method: 'POST', body: body === undefined ? '' : JSON.stringify(body) });

describe('documents: answers as RavenDB 7.2.7 gives them', () => {
  beforeAll(() => node.createDatabase('core'));
  replays(
    'documents',
    ['put id 513', 'put malformed json', 'put array body', 'put empty body', 'size', 'collections stats'],
    {
      'put no metadata': () => put('core', 'companies/1', { '@metadata': { '@collection': 'Companies' } }),
      startsWith: async () => {
        for (const id of ['items/1', 'items/2', 'items/3', 'items/10']) {
          await put('core', id, { '@metadata': { '@collection': 'Items' } });
        }
      },
      'identity next': () => post('/databases/core/identity/seed?name=users&value=3'),
      identities: () => post('/databases/core/identity/seed?name=users%7C&value=50&force=true'),
    },
  );
});

describe('batches: answers as RavenDB 7.2.7 gives them', () => {
  beforeAll(async () => {
    await node.createDatabase('bdb');
    await put('bdb', 'items/1', { '@metadata': { '@collection': 'Items' } });
  });
  replays('batch', ['put null id', 'no commands key', 'empty body'], {
    'put cv stale 409': async () => {
      await put('bdb', 'b/1', { N: 11, '@metadata': { '@collection': 'Bs' } });
    },
  });
});

describe('compare-exchange and cluster-wide transactions: answers as RavenDB 7.2.7 gives them', () => {
  beforeAll(async () => {
    await node.createDatabase('cx');
    await node.createDatabase('cx2');
    await put('cx', 'users/1', { ck: 'k2', ck2: 'none', '@metadata': { '@collection': 'Users' } });
  });
  const replay = () => new Replay(node.port);
  let current: Replay | undefined;
  const exchanges = recorded('compare-exchange');
  it.each(exchanges.map((exchange) => [exchange.name, exchange] as const))('%s', async (_, exchange) => {
    current ??= replay();
    await current.check(exchange, exchange.response.status >= 400);
  });
});

describe('operations: answers as RavenDB 7.2.7 gives them', () => {
  beforeAll(() => node.createDatabase('odb'));
  replays('operations', [], {
    'kill finished': async () => {
      const { operations } = await node.landlord.get('odb');
      operations
        .start(11, { taskType: 'BulkInsert', description: 'Bulk Insert', killable: true })
        .complete(null);
    },
  });
});

describe('administration: answers as RavenDB 7.2.7 gives them', () => {
  replays('admin', ['stats', 'stats detailed', 'stats essential']);
});

describe('transport: answers as RavenDB 7.2.7 gives them', () => {
  beforeAll(async () => {
    await node.createDatabase('tdb');
    await node.createDatabase('edb');
  });
  replays('transport', ['request deflate']);
});

describe('discovery: answers as RavenDB 7.2.7 gives them', () => {
  beforeAll(() => node.createDatabase('shop'));
  afterAll(() =>
    send(node.port, '/admin/databases', {
      method: 'DELETE',
      body: JSON.stringify({ DatabaseNames: ['shop'], HardDelete: true }),
    }),
  );
  replays('bootstrap', ['build version', 'cluster topology', 'node-info', 'cluster topology etag stale']);
});

describe('databases: answers as RavenDB 7.2.7 gives them', () => {
  replays('databases', ['databases namesOnly', 'databases full', 'get record', 'delete FromNodes string'], {
    delete: () => post('/admin/databases/set-lock', { DatabaseNames: ['shop'], Mode: 'Unlock' }),
  });
});
