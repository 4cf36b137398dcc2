import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { tagOfOrdinal } from '../../../operator/decide/node-tag.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { RAVEN_CLUSTER_KIND } from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { pluginProgram } from '../../../operator/plugin/program.ts';
import { sessionOf } from '../../../operator/plugin/session.ts';
import { RavenCluster } from '../../processes/harness/raven-cluster.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { adminClient, controlPlane, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';

let nodes: RavenCluster;

/** A RavenCluster resource whose pods are the node processes. @returns how `kubectl raven` speaks about it */
async function openDesk(): Promise<(...args: readonly string[]) => Promise<string>> {
  const client = adminClient();
  const namespace = await newNamespace(client);
  const { apiVersion, kind } = RAVEN_CLUSTER_KIND;
  const cluster: KubeObject & { spec: object } = {
    apiVersion,
    kind,
    metadata: { name: 'db', namespace },
    spec: { tls: { mode: 'Disabled' } },
  };
  await client.create(cluster, { kind: RAVEN_CLUSTER_KIND });
  const tags = nodes.nodes.map((_, ordinal) => tagOfOrdinal(ordinal));
  const status = {
    phase: 'Ready',
    nodes: tags.map((tag, ordinal) => ({ tag, ordinal, role: 'Member', ready: true, pod: `db-${ordinal}` })),
    topology: {
      id: 'x',
      etag: 1,
      term: 1,
      members: tags,
      promotables: [],
      watchers: [],
      quorum: 2,
    },
  };
  const ref = { kind: RAVEN_CLUSTER_KIND, namespace, name: 'db' };
  await client.mergePatch(ref, { status }, { subresource: 'status' });
  return async (...args) => {
    const lines: string[] = [];
    const open = sessionOf((text) => lines.push(text));
    const program = pluginProgram((options) => ({
      ...open(options),
      streamTo: (_namespace, pod) => async () => connect(portOf(Number(pod.split('-')[1])), '127.0.0.1'),
    }));
    await program
      .parseAsync([...args, '-n', namespace, '--kubeconfig', controlPlane().kubeconfig], { from: 'user' })
      .catch((error: unknown) => {
        throw new Error(`${lines.join('\n')}\n${error instanceof Error ? error.message : String(error)}`);
      });
    return lines.join('\n');
  };
}

function portOf(position: number): number {
  return Number(new URL(nodes.node(position).url).port);
}

async function leaderTag(): Promise<string> {
  return (await (await nodes.leader()).topology()).NodeTag;
}

describeOnKubernetes('kubectl raven, with real nodes', () => {
  beforeAll(async () => {
    nodes = await RavenCluster.start(3);
  });

  afterAll(async () => {
    await nodes?.dispose();
  });

  it('moves the lead to the node that is named, and says so when it is there already', async () => {
    const raven = await openDesk();
    for (const tag of ['C', 'B']) {
      const before = await leaderTag();
      expect(await raven('promote', 'db', tag)).toBe(`Node ${tag} leads now; it was ${before}`);
      expect(await leaderTag()).toBe(tag);
    }
    expect(await raven('promote', 'db', 'B')).toBe('Node B leads already');
  });

  it('lets the leader step down', async () => {
    const raven = await openDesk();
    const before = await leaderTag();
    expect(await raven('step-down', 'db')).toMatch(new RegExp(`^Node [ABC] leads now; it was ${before}$`));
    expect(await leaderTag()).not.toBe(before);
  });

  it('refuses to promote a node that is not there, in the words of the cluster', async () => {
    const raven = await openDesk();
    await expect(raven('promote', 'db', 'D')).rejects.toThrow(/D/);
  });

  it('shows what every node says itself', async () => {
    const raven = await openDesk();
    const leader = await leaderTag();
    const text = await raven('status', 'db', '--live');
    expect(text).toContain('As the nodes say themselves');
    for (const tag of ['A', 'B', 'C']) {
      expect(text).toMatch(new RegExp(`│ ${tag} +│ Member +│ \\d+ +│ ${leader} `));
    }
  });

  it('puts what every node says into a report', async () => {
    const raven = await openDesk();
    const folder = await mkdtemp(join(tmpdir(), 'raven-report-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'report.tar.gz');
    await raven('report', 'db', '-o', file);
    const archive = gunzipSync(await readFile(file)).toString('latin1');
    for (const tag of ['A', 'B', 'C']) {
      for (const name of ['topology.json', 'node-info.json', 'databases.json', 'observer-decisions.json']) {
        expect(archive).toContain(`/nodes/${tag}/${name}`);
      }
    }
    expect(archive).toContain('process_cpu_seconds_total');
  });

  it('does not offer a recovery while a majority answers', async () => {
    const raven = await openDesk();
    await expect(raven('recover', 'db', '--yes')).rejects.toThrow(
      'which is a majority: there is nothing to recover',
    );
  });

  it('says what a recovery costs before it asks the operator for it', async () => {
    const raven = await openDesk();
    await nodes.createDatabase('everywhere', 3);
    await nodes.createDatabase('elsewhere', 2, await nodes.leader(), ['B', 'C']);
    const records = async () => Promise.all(nodes.nodes.map((node) => node.get('/databases')));
    await waitUntil('every node to know both', async () =>
      (await records()).every((text) => text.includes('elsewhere')),
    );
    for (const position of [1, 2]) await nodes.node(position).kill();
    const refusal = await raven('recover', 'db').catch((error: unknown) => String(error));
    expect(refusal).toMatch(/A: term \d+, index \d+/);
    expect(refusal).toContain('No answer from B, C.');
    expect(refusal).toContain('B, C lose their place');
    expect(refusal).toContain('These databases have no copy on A and would be gone: elsewhere');
    expect(refusal).not.toContain('everywhere');
    expect(refusal).toContain('Nothing was done. If this is what you want, say --yes');
    const asked = await raven('recover', 'db', '--yes', '--timeout', '1s').catch((error: unknown) =>
      String(error),
    );
    expect(asked).toMatch(/Asked the operator: ravencluster\.io\/recover=A@\d+:\d+/);
    expect(asked).toContain('Waited 1 s in vain for the operator to answer');
  });
});
