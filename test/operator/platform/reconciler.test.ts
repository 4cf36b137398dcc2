import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRavenCluster } from '../../../operator/api/parse-resource.ts';
import type { RavenClusterStatus } from '../../../operator/api/raven-cluster.ts';
import type { RavenDatabaseStatus } from '../../../operator/api/raven-database.ts';
import type { ClusterEvent } from '../../../operator/decide/event-reasons.ts';
import type { Memory } from '../../../operator/decide/memory.ts';
import type { DatabaseWish } from '../../../operator/decide/observed.ts';
import type { ConditionDraft } from '../../../operator/decide/step.ts';
import { ClusterAdminClient } from '../../../operator/platform/cluster-admin-client.ts';
import type { Platform, PlatformAction, PlatformNode } from '../../../operator/platform/platform.ts';
import { Reconciler } from '../../../operator/platform/reconciler.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A node that leads a cluster of its own, and refuses what `refuses` says. */
async function leader(refuses: (request: IncomingMessage) => boolean) {
  const commands: string[] = [];
  const topology = { TopologyId: 'c', Etag: 3, Members: {}, Promotables: {}, Watchers: {} };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const answers: Readonly<Record<string, object>> = {
      '/cluster/node-info': { NodeTag: 'A', TopologyId: 'c', ServerId: 's', CurrentState: 'Leader' },
      '/cluster/topology': {
        Topology: { ...topology, Members: { A: url } },
        Leader: 'A',
        CurrentState: 'Leader',
        CurrentTerm: 2,
        NodeTag: 'A',
        NodeProperties: {},
      },
      '/databases': { Databases: [] },
    };
    const answer = request.method === 'GET' ? answers[pathname] : undefined;
    if (answer !== undefined) {
      response.end(JSON.stringify(answer));
      return;
    }
    commands.push(`${request.method} ${pathname}`);
    if (refuses(request))
      response.writeHead(400).end(JSON.stringify({ Type: 'X', Message: 'not like that' }));
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, commands };
}

/** A platform in memory with one node. */
class OneNode implements Platform {
  readonly reports: RavenClusterStatus[] = [];
  readonly events: ClusterEvent[] = [];
  readonly done: PlatformAction[] = [];
  databases: Readonly<Record<string, RavenDatabaseStatus>> = {};
  settled: readonly string[] = [];
  isReachable = true;
  wished: readonly DatabaseWish[] = [];
  readonly #url: string;
  #memory: Memory | undefined = { passiveSinceMs: {}, clusterId: 'c' };

  constructor(url: string) {
    this.#url = url;
  }

  async prepare(): Promise<readonly ConditionDraft[]> {
    return [{ type: 'Reconciled', status: 'True', reason: 'Ok' }];
  }

  async nodes(): Promise<readonly PlatformNode[]> {
    const node = { url: this.#url, process: 'Running', data: 'Used', failures: 0 } as const;
    return [{ ...node, ordinal: 0, isOutdated: false, zone: 'z1' }];
  }

  urlOf(): string {
    return this.#url;
  }

  async perform(action: PlatformAction): Promise<void> {
    this.done.push(action);
  }

  async loadMemory(): Promise<Memory | undefined> {
    return this.#memory;
  }

  async saveMemory(memory: Memory): Promise<void> {
    this.#memory = memory;
  }

  async report(status: RavenClusterStatus): Promise<void> {
    if (!this.isReachable) throw new Error('nobody takes reports');
    this.reports.push(status);
  }

  async announce(events: readonly ClusterEvent[]): Promise<void> {
    this.events.push(...events);
  }

  async wishes(): Promise<readonly DatabaseWish[]> {
    return this.wished;
  }

  async reportDatabases(
    statuses: Readonly<Record<string, RavenDatabaseStatus>>,
    settled: readonly string[],
  ): Promise<void> {
    this.databases = statuses;
    this.settled = settled;
  }
}

const CLUSTER = parseRavenCluster(
  'apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata: { name: t }\nspec: { nodes: 1 }',
  'test',
);

const wish = (resource: string, name: string, more: Partial<DatabaseWish> = {}): DatabaseWish => ({
  resource,
  spec: {
    clusterRef: { name: 't' },
    name,
    placement: {},
    settings: {},
    disabled: false,
    reclaimPolicy: 'Retain',
  },
  createdAtMs: 1,
  isDeleted: false,
  ...more,
});

async function stage(refuses: (request: IncomingMessage) => boolean = () => false) {
  const node = await leader(refuses);
  const platform = new OneNode(node.url);
  const warnings: string[] = [];
  const narrator = { info: () => undefined, warn: (message: string) => warnings.push(message) };
  const reconciler = new Reconciler({ platform, admin: new ClusterAdminClient(), narrator });
  const pass = (annotations: Readonly<Record<string, string>> = {}) => {
    const metadata = { ...CLUSTER.metadata, annotations };
    return reconciler.pass({ ...CLUSTER, metadata }, new AbortController().signal);
  };
  return { ...node, platform, warnings, pass };
}

describe('a pass', () => {
  it('goes on past what the cluster refuses about one database, and says so in the status of its resource', async () => {
    const isFirst = ({ url }: IncomingMessage): boolean => url?.includes('name=first') === true;
    const { platform, commands, warnings, pass } = await stage(isFirst);
    platform.wished = [wish('a', 'first'), wish('b', 'second')];
    await pass();
    expect(commands).toEqual([
      'PUT /admin/databases',
      'PUT /admin/databases',
      'POST /admin/cluster/node/properties',
    ]);
    expect(warnings).toHaveLength(1);
    await pass();
    expect(platform.databases.a?.conditions?.[0]).toMatchObject({ reason: 'Refused' });
    expect(platform.databases.a?.conditions?.[0]?.message).toContain('not like that');
    expect(platform.databases.b?.conditions?.[0]).toMatchObject({ reason: 'NotCreated' });
    // What was refused a moment ago is not asked for again at once.
    expect(commands.slice(3)).toEqual(['PUT /admin/databases', 'POST /admin/cluster/node/properties']);
  });

  it('hands over what the platform prepared, and resources that are settled', async () => {
    const { platform, pass } = await stage();
    platform.wished = [wish('a', 'first', { isDeleted: true })];
    await pass();
    expect(platform.settled).toEqual(['a']);
    expect(platform.reports[0]?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Reconciled', reason: 'Ok' }),
    );
  });

  it('reports what could not be reported, and tells its events, when a later pass can', async () => {
    const { platform, pass } = await stage();
    platform.isReachable = false;
    const paused = { 'ravencluster.io/paused': 'true' };
    await expect(pass(paused)).rejects.toThrow('nobody takes reports');
    expect(platform.events).toEqual([]);
    platform.isReachable = true;
    await pass(paused);
    expect(platform.reports).toHaveLength(1);
    expect(platform.events.map(({ reason }) => reason)).toEqual(['Paused']);
    await pass(paused);
    expect(platform.reports).toHaveLength(1);
    expect(platform.events).toHaveLength(1);
  });
});
