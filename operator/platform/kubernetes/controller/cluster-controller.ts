import type { RavenCluster } from '../../../api/raven-cluster.ts';
import { BUSY_PASS_INTERVAL_MS, IDLE_PASS_INTERVAL_MS } from '../../limits.ts';
import { type KubeObject, keyOf } from '../api/kube-object.ts';
import type { CacheChange } from '../api/object-cache.ts';
import type { QueueMetrics } from '../api/queue-metrics.ts';
import { WorkQueue } from '../api/work-queue.ts';
import { ClusterWriter } from '../cluster-writer.ts';
import { CHANGE_SETTLE_MS, CLUSTERS_PARALLEL } from '../limits.ts';
import { type DatabaseObject, DatabaseResources } from '../report/database-resources.ts';
import { StatusReport } from '../report/status-report.ts';
import { RAVEN_CLUSTER_KIND, RAVEN_DATABASE_KIND } from '../resource-kinds.ts';
import { clustersConcerned } from './changes.ts';
import { ClusterRuntime } from './cluster-runtime.ts';
import type { OperatorServices } from './operator-services.ts';

type ClusterObject = RavenCluster & KubeObject;

/**
 * Looks at each cluster when something changed, again soon while there is something to do, and at rest every now and
 * then, since nodes do not say by themselves how they are. One queue, one key a cluster.
 */
export class ClusterController {
  readonly #services: OperatorServices;
  readonly #queue: WorkQueue;
  readonly #runtimes = new Map<string, ClusterRuntime>();

  constructor(options: {
    readonly services: OperatorServices;
    readonly queueMetrics: QueueMetrics | undefined;
  }) {
    const { services, queueMetrics } = options;
    this.#services = services;
    this.#queue = new WorkQueue({
      work: (key, signal) => this.#pass(key, signal),
      log: services.log,
      parallel: CLUSTERS_PARALLEL,
      metrics: queueMetrics,
    });
  }

  /** Begins with every cluster that there is, and with those that databases still speak of. */
  start(): void {
    const { mirror } = this.#services;
    for (const cluster of mirror.cache(RAVEN_CLUSTER_KIND)?.values() ?? []) this.#queue.add(keyOf(cluster));
    for (const database of mirror.cache<DatabaseObject>(RAVEN_DATABASE_KIND)?.values() ?? []) {
      this.#queue.add(`${database.metadata.namespace}/${database.spec.clusterRef.name}`);
    }
    this.#queue.start();
  }

  /** Looks at the clusters that a change of an object is news for. */
  heard(change: CacheChange): void {
    for (const key of clustersConcerned(change, this.#services.mirror)) {
      this.#queue.addAfter(key, CHANGE_SETTLE_MS);
    }
  }

  /** Begins nothing more, and waits for what is going on. */
  async stop(): Promise<void> {
    await this.#queue.stop();
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.stop()));
  }

  async #pass(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { mirror, metrics } = this.#services;
    const cluster = mirror.cache<ClusterObject>(RAVEN_CLUSTER_KIND)?.get(key);
    if (cluster === undefined || cluster.metadata.deletionTimestamp !== undefined) {
      await this.#runtimes.get(key)?.stop();
      this.#runtimes.delete(key);
      await this.#bury(key, cluster);
      return undefined;
    }
    try {
      const runtime = await this.#runtime(key, cluster);
      const isBusy = await runtime.pass(cluster, signal);
      metrics.passed(isBusy ? 'Busy' : 'Rest');
      return isBusy ? BUSY_PASS_INTERVAL_MS : IDLE_PASS_INTERVAL_MS;
    } catch (error) {
      metrics.passed('Failed');
      throw error;
    }
  }

  async #runtime(key: string, cluster: ClusterObject): Promise<ClusterRuntime> {
    const known = this.#runtimes.get(key);
    // Another cluster of the same name starts afresh.
    if (known !== undefined && known.uid === cluster.metadata.uid) return known;
    await known?.stop();
    const runtime = new ClusterRuntime(cluster, this.#services);
    this.#runtimes.set(key, runtime);
    return runtime;
  }

  /** What was made for the cluster goes by itself; what others made for it must not wait for it. */
  async #bury(key: string, cluster: ClusterObject | undefined): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    const { client, mirror, leadership, facts } = this.#services;
    const writer = new ClusterWriter({ client, writes: mirror.writes, leadership });
    const scope = { namespace, name, uid: cluster?.metadata.uid ?? '', reader: client, writer };
    const statuses = new StatusReport(scope, facts.defaultImage);
    if (cluster !== undefined) await statuses.ofCluster(cluster, { ...cluster.status, phase: 'Deleting' });
    await new DatabaseResources(scope, mirror, statuses).letGo();
  }
}
