import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, it, onTestFinished } from 'vitest';
import { SECRET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import {
  RAVEN_CLUSTER_KIND,
  RAVEN_DATABASE_KIND,
} from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { pluginProgram } from '../../../operator/plugin/program.ts';
import { sessionOf } from '../../../operator/plugin/session.ts';
import { clusterLabels } from '../../../operator/resources/labels.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { adminClient, controlPlane, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';

interface ClusterResource extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const NODES = ['A', 'B', 'C'].map((tag, ordinal) => ({
  tag,
  ordinal,
  pod: `db-${ordinal}`,
  zone: `z${ordinal}`,
  role: tag === 'A' ? 'Leader' : 'Member',
  ready: tag !== 'C',
  lag: ordinal * 7,
  volumes: [{ claim: `data-db-${ordinal}`, requested: '20Gi', capacity: '10Gi', state: 'Used' }],
  ...(tag === 'C' ? { message: 'No answer' } : {}),
}));

const STATUS = {
  observedGeneration: 1,
  phase: 'Degraded',
  replicas: 3,
  readyReplicas: 2,
  version: '1.2.3',
  updateRevision: 'db-5d9f',
  topology: {
    id: 'x',
    etag: 7,
    term: 4,
    leader: 'A',
    members: ['A', 'B', 'C'],
    promotables: [],
    watchers: [],
    quorum: 2,
  },
  nodes: NODES,
  replicationFactor: { desired: 3, effective: 2, reason: 'Rebalancing', databasesBelow: 1 },
  databases: { total: 5, online: 5, degraded: 1, worst: ['orders'] },
  certificates: {
    phase: 'TrustOverlap',
    notAfter: '2027-02-24T00:00:00Z',
    nextRotation: '2027-01-25T00:00:00Z',
    caFingerprints: ['AA', 'BB'],
  },
  conditions: [
    condition('Available', 'True', 'QuorumHealthy'),
    condition('Degraded', 'True', 'NodeDown', 'No answer from C'),
    condition('Progressing', 'False', 'AwaitingApproval', 'Write ravencluster.io/approve=db-5d9f'),
  ],
};

function condition(type: string, status: string, reason: string, message = '') {
  return { type, status, reason, message, lastTransitionTime: '2026-11-26T00:00:00Z' };
}

class Desk {
  readonly client: KubeClient = adminClient();
  readonly namespace: string;
  readonly lines: string[] = [];

  private constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** A namespace with one cluster, as an operator would have left it. */
  static async open(spec: Readonly<Record<string, unknown>> = {}): Promise<Desk> {
    const desk = new Desk(await newNamespace(adminClient()));
    await desk.addCluster('db', spec);
    return desk;
  }

  async addCluster(name: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { apiVersion, kind } = RAVEN_CLUSTER_KIND;
    const cluster: ClusterResource = {
      apiVersion,
      kind,
      metadata: { name, namespace: this.namespace },
      spec,
    };
    await this.client.create(cluster, { kind: RAVEN_CLUSTER_KIND });
    await this.report(name, STATUS);
  }

  /** What the operator says next. */
  async report(name: string, status: Readonly<Record<string, unknown>>): Promise<void> {
    await this.client.mergePatch(this.ref(name), { status }, { subresource: 'status' });
  }

  ref(name = 'db') {
    return { kind: RAVEN_CLUSTER_KIND, namespace: this.namespace, name };
  }

  async cluster(): Promise<ClusterResource> {
    const found = await this.client.get<ClusterResource>(this.ref());
    if (found === undefined) throw new Error('The cluster is gone');
    return found;
  }

  async annotation(name: string): Promise<string | undefined> {
    return (await this.cluster()).metadata.annotations?.[`ravencluster.io/${name}`];
  }

  /** `kubectl raven …`; what it printed. */
  async raven(...args: readonly string[]): Promise<string> {
    const lines: string[] = [];
    const { kubeconfig } = controlPlane();
    const program = pluginProgram(sessionOf((text) => lines.push(text)));
    await program.parseAsync([...args, '-n', this.namespace, '--kubeconfig', kubeconfig], { from: 'user' });
    return lines.join('\n');
  }
}

describeOnKubernetes('kubectl raven', () => {
  it('shows nodes, volumes, databases, certificates and, first, what is wrong', async () => {
    const desk = await Desk.open();
    const text = await desk.raven('status');
    expect(text).toContain(`Cluster ${desk.namespace}/db: Degraded`);
    expect(text).toContain('2 of 3 nodes ready, led by A in term 4, quorum 2 of 3, version 1.2.3');
    expect(text).toMatch(/│ C +│ Member +│ no +│ z2 +│ db-2 +│.*data-db-2 10Gi → 20Gi, Used.*No answer/);
    expect(text).toContain(
      '5 of 5 online, 1 degraded; replication factor 2 of 3 wanted (Rebalancing), 1 below it',
    );
    expect(text).toContain('not whole: orders');
    expect(text).toContain('Certificates (Operator): TrustOverlap, good until 2027-02-24T00:00:00Z');
    expect(text).toContain('2 authorities trusted');
    expect(text).toContain('kubectl raven approve');
    expect(text.indexOf('NodeDown')).toBeLessThan(text.indexOf('QuorumHealthy'));
  });

  it('shows several clusters a line each, and wants to know which one is meant elsewhere', async () => {
    const desk = await Desk.open();
    await desk.addCluster('other');
    expect(await desk.raven('status')).toMatch(
      /│ db +│ Degraded +│ 2\/3 +│ A +│ 2 +│ 1\.2\.3 +│ Degraded: NodeDown/,
    );
    await expect(desk.raven('status', 'third')).rejects.toThrow(
      `There is no RavenCluster third in namespace ${desk.namespace}; there is db, other`,
    );
  });

  it('says what to do in a namespace without clusters', async () => {
    const desk = await Desk.open();
    await desk.client.delete(desk.ref());
    await expect(desk.raven('pause', 'db')).rejects.toThrow('name another namespace with -n');
  });

  it('prints the resource and its pods as JSON', async () => {
    const desk = await Desk.open();
    const shown = JSON.parse(await desk.raven('status', 'db', '-o', 'json'));
    expect(shown).toMatchObject({ metadata: { name: 'db' }, status: { phase: 'Degraded' }, pods: [] });
    expect(shown.metadata.managedFields).toBeUndefined();
  });

  it('says so when the operator has not looked at the last change', async () => {
    const desk = await Desk.open();
    await desk.client.mergePatch(desk.ref(), { spec: { nodes: 5 } });
    expect(await desk.raven('status', 'db')).toContain('The operator has not looked at the last change');
  });

  it('drains a node until another one leads, and takes it back', async () => {
    const desk = await Desk.open();
    const drained = desk.raven('drain', 'db', 'a');
    await waitUntil('the annotation', async () => (await desk.annotation('drain')) === 'A');
    await desk.report('db', { topology: { leader: 'B' } });
    expect(await drained).toContain('Node A does not lead (B does)');
    expect(await desk.raven('drain', 'db', 'C')).toContain('Node C does not lead');
    expect(await desk.annotation('drain')).toBe('A,C');
    await expect(desk.raven('drain', 'db', 'B')).rejects.toThrow('somebody has to');
    await desk.raven('drain', 'db', 'A', '--undo');
    expect(await desk.annotation('drain')).toBe('C');
    await desk.raven('drain', 'db', 'C', '--undo');
    expect(await desk.annotation('drain')).toBeUndefined();
  });

  it('does not wait for ever for a lead that does not move, and leaves the wish', async () => {
    const desk = await Desk.open();
    await expect(desk.raven('drain', 'db', 'A', '--timeout', '1s')).rejects.toThrow(
      'Waited 1 s in vain for node A to give up the lead',
    );
    expect(await desk.annotation('drain')).toBe('A');
    await expect(desk.raven('drain', 'db', 'Q1')).rejects.toThrow('Q1 is no node tag');
  });

  it('approves the revision that waits, for all or for one node, and nothing that does not wait', async () => {
    const desk = await Desk.open();
    expect(await desk.raven('approve', 'db')).toContain('Approved db-5d9f');
    expect(await desk.annotation('approve')).toBe('db-5d9f');
    await desk.raven('approve', 'db', 'B');
    expect(await desk.annotation('approve')).toBe('db-5d9f:B');
    await desk.report('db', { conditions: [condition('Progressing', 'False', 'Idle')] });
    await expect(desk.raven('approve', 'db')).rejects.toThrow('Nothing waits for approval');
  });

  it('pauses and resumes', async () => {
    const desk = await Desk.open();
    await desk.raven('pause', 'db');
    expect(await desk.annotation('paused')).toBe('true');
    await desk.raven('resume', 'db');
    expect(await desk.annotation('paused')).toBeUndefined();
  });

  it('puts a cluster to sleep and wakes it', async () => {
    const desk = await Desk.open();
    const asleep = desk.raven('hibernate', 'db');
    await waitUntil('the spec', async () => (await desk.cluster()).spec?.hibernated === true);
    await desk.report('db', { phase: 'Hibernated', replicas: 0, topology: null });
    expect(await asleep).toContain('db sleeps');
    const awake = desk.raven('wake', 'db');
    await waitUntil('the spec', async () => (await desk.cluster()).spec?.hibernated === false);
    await desk.report('db', STATUS);
    expect(await awake).toContain('db is awake, led by A');
  });

  it('asks for another authority where the operator has one, and explains where not', async () => {
    const desk = await Desk.open();
    expect(await desk.raven('rotate-ca', 'db', '--overlap', '10m')).toContain('10m later the old one goes');
    expect(await desk.annotation('rotate-ca')).toMatch(/^20/);
    expect(await desk.annotation('ca-overlap')).toBe('10m');
    await expect(desk.raven('rotate-ca', 'db', '--overlap', 'soon')).rejects.toThrow('is no duration');
    const other = await Desk.open({ tls: { mode: 'Secret', secretName: 'mine' } });
    await expect(other.raven('rotate-ca', 'db')).rejects.toThrow('come from Secret mine');
  });

  it('says what is missing when it can’t speak to the nodes', async () => {
    const desk = await Desk.open();
    for (const args of [
      ['promote', 'db', 'B'],
      ['step-down', 'db'],
      ['recover', 'db'],
      ['status', 'db', '--live'],
    ]) {
      await expect(desk.raven(...args)).rejects.toThrow('db-operator-client is not there or not complete');
    }
  });

  it('collects a report with everything but secrets, and says what it could not get', async () => {
    const desk = await Desk.open({
      pod: {
        env: [
          { name: 'BACKUP_PASSWORD', value: 'hush-1' },
          { name: 'COLOR', value: 'green' },
        ],
      },
      config: { License: 'hush-2', 'Logs.Format': 'json' },
    });
    const { client, namespace } = desk;
    const labels = clusterLabels('db');
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"hush-3"}' };
    const secret: KubeObject & { stringData: object } = {
      apiVersion: SECRET.apiVersion,
      kind: SECRET.kind,
      metadata: { name: 'db-server', namespace, labels, annotations },
      stringData: { 'tls.key': 'hush-4' },
    };
    await client.create(secret);
    const settings: KubeObject & { data: object } = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'db-config', namespace, labels },
      data: { 'settings.json': '{"License":"hush-5","Logs.Format":"json"}' },
    };
    await client.create(settings);
    const database: KubeObject & { spec: object } = {
      apiVersion: RAVEN_DATABASE_KIND.apiVersion,
      kind: RAVEN_DATABASE_KIND.kind,
      metadata: { name: 'orders', namespace },
      spec: { clusterRef: { name: 'db' }, name: 'Orders' },
    };
    await client.create(database, { kind: RAVEN_DATABASE_KIND });

    const folder = await mkdtemp(join(tmpdir(), 'raven-report-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const target = join(folder, 'report.tar.gz');
    const said = await desk.raven('report', 'db', '-o', target);
    const files = await readArchive(target);
    expect([...files.keys()].sort()).toEqual(
      expect.arrayContaining([
        'events.txt',
        'missing.txt',
        'resources/configmaps/db-config.yaml',
        'resources/ravencluster.yaml',
        'resources/ravendatabases/orders.yaml',
        'resources/secrets/db-server.yaml',
        'status.txt',
        'versions.json',
      ]),
    );
    const all = [...files.values()].join('\n');
    expect(all).not.toMatch(/hush/);
    for (const value of ['hush-4', 'hush-3']) {
      expect(all).not.toContain(Buffer.from(value).toString('base64'));
    }
    expect(files.get('resources/ravencluster.yaml')).toContain('green');
    expect(files.get('resources/configmaps/db-config.yaml')).toContain('Logs.Format');
    expect(files.get('resources/secrets/db-server.yaml')).toContain('tls.key');
    expect(files.get('missing.txt')).toContain('what the nodes say: Secret');
    expect(said).toContain('Missing: what the nodes say');
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    await expect(desk.raven('report', 'db', '-o', target)).rejects.toThrow('exists already');
  });
});

/** Files of a gzipped tar archive by their path below its one folder. */
async function readArchive(file: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const archive = createReadStream(file).pipe(createGunzip()).pipe(extract());
  for await (const entry of archive) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files.set(entry.header.name.split('/').slice(1).join('/'), Buffer.concat(parts).toString('utf8'));
  }
  return files;
}
