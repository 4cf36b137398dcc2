import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { API_GROUP_VERSION } from '../../../operator/api/api-group.ts';
import type { RavenCluster, RavenClusterStatus } from '../../../operator/api/raven-cluster.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KindRef, KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { KubernetesOperator } from '../../../operator/platform/kubernetes/controller/kubernetes-operator.ts';
import type { OperatorLog } from '../../../operator/platform/kubernetes/controller/operator-services.ts';
import {
  RAVEN_CLUSTER_KIND,
  RAVEN_DATABASE_KIND,
} from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { adminClient, newNamespace } from './api-test.ts';
import { FaultProxy } from './fault-proxy.ts';
import type { ProcessMachines } from './process-machines/process-machines.ts';

/** For what takes node processes to start, elections and copies to fill: generous, since it only ends a hang. */
const PATIENCE_MS = 300_000;

const RECONCILES = 'ravencluster_operator_reconciles_total';

/** Options of a test that tells how a cluster of real processes lives. */
export const WHOLE_STORY = { timeout: 2 * PATIENCE_MS } as const;

export type ClusterObject = RavenCluster & KubeObject;

/** An operator in this process that can be killed: from that moment nothing of it reaches anybody. */
export class TestOperator {
  readonly proxy: FaultProxy;
  readonly operator: KubernetesOperator;
  readonly lines: string[] = [];
  readonly #gate = new AbortController();
  #isLost = false;
  #isOver = false;

  private constructor(proxy: FaultProxy, world: OperatorWorld, options: { readonly isQuick: boolean }) {
    this.proxy = proxy;
    const identity = `test-${randomBytes(4).toString('hex')}`;
    this.operator = new KubernetesOperator({
      access: { config: proxy.config() },
      namespaces: [],
      operatorNamespace: world.namespace,
      identity,
      clusterDomain: 'cluster.local',
      image: 'localhost/ravencluster:test',
      log: logInto(this.lines, {}),
      addressTemplate: world.addressTemplate,
      fetch: (input, init) => {
        const signal = init?.signal ? AbortSignal.any([init.signal, this.#gate.signal]) : this.#gate.signal;
        return fetch(input, { ...init, signal });
      },
      ...(options.isQuick
        ? { electionTiming: { durationMs: 4_000, renewDeadlineMs: 3_000, retryMs: 300 } }
        : {}),
      onLost: () => {
        this.#isLost = true;
      },
    });
  }

  static async start(world: OperatorWorld, options: { readonly isQuick: boolean }): Promise<TestOperator> {
    const started = new TestOperator(await FaultProxy.start(), world, options);
    started.operator.start();
    return started;
  }

  /** Waits until it has looked so many times more at its clusters, with nothing left to do; or until it is killed. */
  async looks(count: number): Promise<void> {
    const looksNow = async () => {
      const metric = await this.operator.registry.getSingleMetric(RECONCILES)?.get();
      return metric?.values.find(({ labels }) => labels.result === 'Rest')?.value ?? 0;
    };
    const target = (await looksNow()) + count;
    await waitUntil(`${count} looks`, async () => this.#isOver || (await looksNow()) >= target, PATIENCE_MS);
  }

  /** It leads no more and would have ended its process. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** As SIGKILL does: what is under way is broken off, the lease is not given back. */
  async kill(): Promise<void> {
    this.#isOver = true;
    this.proxy.down();
    this.#gate.abort();
    await this.operator.stop();
    await this.proxy.stop();
  }

  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.operator.stop();
    await this.proxy.stop();
  }
}

/** A namespace with one RavenCluster, and the operators that work on it. */
export class OperatorWorld {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name = 'shop';
  readonly machines: ProcessMachines | undefined;
  readonly addressTemplate: string;

  private constructor(
    client: KubeClient,
    namespace: string,
    options: { readonly machines: ProcessMachines | undefined; readonly scheme: 'http' | 'https' },
  ) {
    this.client = client;
    this.namespace = namespace;
    this.machines = options.machines;
    // Without machines there are no nodes that could be asked.
    this.addressTemplate = this.machines?.addressTemplate(options.scheme) ?? 'http://127.0.0.1:9';
  }

  /** Of one test, and gone with it; the machines are not. */
  static async create(
    machines?: ProcessMachines,
    { scheme = 'http' }: { readonly scheme?: 'http' | 'https' } = {},
  ): Promise<OperatorWorld> {
    const client = adminClient();
    await removeLeftovers(client);
    await machines?.vacated();
    return new OperatorWorld(client, await newNamespace(client), { machines, scheme });
  }

  /** An operator until the end of the test. */
  async operator(options: { readonly isQuick: boolean } = { isQuick: false }): Promise<TestOperator> {
    const started = await TestOperator.start(this, options);
    onTestFinished(() => started.stop());
    return started;
  }

  /** Creates or changes the cluster: these fields of its spec. */
  async apply(spec: Readonly<Record<string, unknown>>): Promise<ClusterObject> {
    const object = {
      apiVersion: API_GROUP_VERSION,
      kind: 'RavenCluster',
      metadata: { name: this.name, namespace: this.namespace },
      spec: {
        tls: { mode: 'Disabled' },
        config: { 'Cluster.ElectionTimeoutInMs': '500' },
        storage: { data: { size: '1Gi', storageClassName: 'machine-disk' } },
        placement: this.machines?.placement ?? {},
        update: { minReadySeconds: 0 },
        ...spec,
      },
    };
    return (await this.client.apply(object as KubeObject, {
      kind: RAVEN_CLUSTER_KIND,
      fieldManager: 'test',
      force: true,
    })) as ClusterObject;
  }

  async cluster(): Promise<ClusterObject> {
    const { namespace, name } = this;
    const found = await this.client.get<ClusterObject>({ kind: RAVEN_CLUSTER_KIND, namespace, name }, URGENT);
    if (found === undefined) throw new Error('The cluster is gone');
    return found;
  }

  /** Objects of the cluster, by name. */
  async objects<T extends KubeObject>(kind: KindRef): Promise<readonly T[]> {
    const selection = { namespace: this.namespace, labelSelector: `ravencluster.io/cluster=${this.name}` };
    const { items } = await this.client.list<T>(kind, selection, URGENT);
    return items;
  }

  async names(kind: KindRef): Promise<readonly string[]> {
    return (await this.objects(kind)).map(({ metadata }) => metadata.name);
  }

  /** Waits until the status is as the condition wants it. */
  async until(
    what: string,
    condition: (status: RavenClusterStatus, cluster: ClusterObject) => boolean,
  ): Promise<RavenClusterStatus> {
    let last: RavenClusterStatus | undefined;
    try {
      return await waitUntil(
        what,
        async () => {
          const cluster = await this.cluster();
          last = cluster.status;
          return last !== undefined && condition(last, cluster) && last;
        },
        PATIENCE_MS,
      );
    } catch (error) {
      throw new Error(`${error}\n${JSON.stringify(last, null, 1)}`);
    }
  }

  /** Waits until the cluster has so many members, all ready, and nothing more is to be done. */
  async untilReady(nodes: number): Promise<RavenClusterStatus> {
    return this.until(
      `${nodes} nodes`,
      (status, { metadata }) =>
        status.phase === 'Ready' &&
        status.observedGeneration === metadata.generation &&
        status.topology?.members.length === nodes &&
        status.readyReplicas === nodes &&
        status.replicas === nodes,
    );
  }
}

const URGENT = { isUrgent: true } as const;

/**
 * Removes the resources that earlier tests have left: operators that look at all namespaces would take them for
 * clusters on the machines of this test.
 */
async function removeLeftovers(client: KubeClient): Promise<void> {
  for (const kind of [RAVEN_DATABASE_KIND, RAVEN_CLUSTER_KIND]) {
    const { items } = await client.list(kind, {}, URGENT);
    for (const { metadata } of items) {
      const { namespace = '', name } = metadata;
      await client.mergePatch({ kind, namespace, name }, { metadata: { finalizers: null } });
      await client.delete({ kind, namespace, name });
    }
  }
}

function logInto(lines: string[], fields: Readonly<Record<string, string>>): OperatorLog {
  const add = (level: string) => (message: string) => {
    lines.push(
      `${new Date().toISOString().slice(14, 23)} ${level} ${Object.values(fields).join(' ')} ${message}`,
    );
  };
  return {
    info: add('info'),
    warn: add('warn'),
    child: (more) => logInto(lines, { ...fields, ...more }),
  };
}
