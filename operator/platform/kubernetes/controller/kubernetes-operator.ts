import { setTimeout as pause } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { Registry } from 'prom-client';
import type { RavenCluster } from '../../../api/raven-cluster.ts';
import type { EventReason } from '../../../decide/event-reasons.ts';
import { MANAGED_BY } from '../../../resources/labels.ts';
import { backoffMs } from '../api/backoff.ts';
import { ClientMetrics } from '../api/client-metrics.ts';
import type { CredentialSource } from '../api/credentials.ts';
import { EventRecorder } from '../api/event-recorder.ts';
import { LEASE } from '../api/kinds.ts';
import { KubeClient } from '../api/kube-client.ts';
import type { KindRef } from '../api/kube-object.ts';
import type { KubeConfigSource } from '../api/kubeconfig-credentials.ts';
import { type ElectionTiming, LeaderElection } from '../api/leader-election.ts';
import type { Lease } from '../api/lease-record.ts';
import { REFLECTOR_BACKOFF_MAX_MS, REFLECTOR_BACKOFF_MIN_MS } from '../api/limits.ts';
import type { CacheChange } from '../api/object-cache.ts';
import { QueueMetrics } from '../api/queue-metrics.ts';
import { ReflectorMetrics } from '../api/reflector-metrics.ts';
import type { Leadership } from '../cluster-writer.ts';
import { KubeMirror } from '../kube-mirror.ts';
import { DISCOVERY_INTERVAL_MS, WATCH_SILENCE_ALARM_MS } from '../limits.ts';
import type { AddressTemplate } from '../node-addresses.ts';
import { RAVEN_CLUSTER_KIND } from '../resource-kinds.ts';
import { ClusterController } from './cluster-controller.ts';
import { KubeWatches } from './kube-watches.ts';
import { mirroredKinds } from './mirrored-kinds.ts';
import { OperatorMetrics } from './operator-metrics.ts';
import type { OperatorLog } from './operator-services.ts';
import { type ProbeAnswers, plain } from './probe-server.ts';

export interface KubernetesOperatorOptions {
  /** How to reach the API server: by a kubeconfig, or as the ServiceAccount of the pod. */
  readonly access: KubeConfigSource | { readonly config: KubeConfig | CredentialSource };
  /** Where to work; everywhere when it is empty. */
  readonly namespaces: readonly string[];
  /** Namespace of the operator itself, which has the lease. */
  readonly operatorNamespace: string;
  /** Of this process alone. */
  readonly identity: string;
  /** Image of nodes whose resource names none. */
  readonly image: string;
  readonly log: OperatorLog;
  readonly addressTemplate?: AddressTemplate;
  /** Domain of the Kubernetes cluster, such as `cluster.local`. */
  readonly clusterDomain: string;
  readonly electionTiming?: Partial<ElectionTiming>;
  /** How nodes are asked and told, in place of the common way. */
  readonly fetch?: typeof fetch;
  /** Called once: this process must not go on. */
  readonly onLost: (why: string) => void;
}

/** Name of the lease, in the operator's namespace. */
export const LEASE_NAME = MANAGED_BY;

const USER_AGENT = 'ravencluster-operator';

/** The operator on Kubernetes: watches from the beginning, works while it leads. */
export class KubernetesOperator {
  readonly registry = new Registry();
  readonly #options: KubernetesOperatorOptions;
  readonly #client: KubeClient;
  readonly #watchClients = new Map<string, KubeClient>();
  readonly #clientMetrics: ClientMetrics;
  readonly #mirror: KubeMirror;
  readonly #watches: KubeWatches;
  readonly #recorder: EventRecorder<EventReason>;
  readonly #election: LeaderElection;
  readonly #metrics: OperatorMetrics;
  readonly #queueMetrics: QueueMetrics;
  readonly #stopping = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  #served: ReadonlyMap<string, KindRef> = new Map();
  #controller: ClusterController | undefined;
  #isReady = false;
  #isLost = false;
  #following: Promise<void> | undefined;

  constructor(options: KubernetesOperatorOptions) {
    this.#options = options;
    const { log, namespaces, identity, operatorNamespace } = options;
    this.#clientMetrics = new ClientMetrics(this.registry);
    this.#client = this.#newClient();
    this.#mirror = new KubeMirror(log, (change: CacheChange) => this.#controller?.heard(change));
    this.#watches = new KubeWatches({
      mirror: this.#mirror,
      namespaces,
      clientOf: (namespace) => this.#watchClient(namespace),
      log,
      metrics: new ReflectorMetrics(this.registry),
    });
    this.#metrics = new OperatorMetrics(this.registry);
    this.#queueMetrics = new QueueMetrics(this.registry);
    this.#metrics.followClusters(() => this.#clusters());
    const { registry } = this;
    this.#recorder = new EventRecorder({
      client: this.#client,
      controller: `ravencluster.io/${MANAGED_BY}`,
      instance: identity,
      log,
      registry,
    });
    this.#election = new LeaderElection({
      client: this.#client,
      namespace: operatorNamespace,
      name: LEASE_NAME,
      identity,
      onElected: (epoch) => void this.#lead(epoch),
      onLost: (why) => this.#lost(why),
      log,
      registry,
      ...(options.electionTiming === undefined ? {} : { timing: options.electionTiming }),
    });
    // Nobody may be waiting when it is stopped before.
    this.#ready.promise.catch(() => undefined);
  }

  start(): void {
    if (this.#following !== undefined) throw new Error('This operator runs already');
    this.#following = this.#follow();
    this.#election.start();
  }

  get isLeader(): boolean {
    return this.#election.isLeader;
  }

  /** Ends the work in order and gives the lease back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#controller?.stop();
    await this.#recorder.stop();
    await this.#election.stop();
    await this.#watches.stop();
    await this.#following;
    for (const client of [this.#client, ...this.#watchClients.values()]) await client.close();
  }

  /** For the kubelet and Prometheus, by path. */
  get probes(): { readonly health: ProbeAnswers; readonly metrics: ProbeAnswers } {
    return {
      health: {
        '/healthz': () => {
          const silentForMs = this.#watches.silentForMs;
          const isWell = silentForMs < WATCH_SILENCE_ALARM_MS;
          return plain(
            isWell,
            isWell ? 'ok' : `A watch has heard nothing for ${Math.round(silentForMs / 1000)} s`,
          );
        },
        '/readyz': () =>
          plain(this.#isReady, this.#isReady ? 'ok' : 'The first look at everything is not over'),
      },
      metrics: {
        '/metrics': async () => ({
          status: 200,
          type: this.registry.contentType,
          body: await this.registry.metrics(),
        }),
      },
    };
  }

  /** Mirrors every kind that is served, also those that somebody installs later. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    const { namespaces, log } = this.#options;
    for (let failures = 0; !signal.aborted; ) {
      let restMs = DISCOVERY_INTERVAL_MS;
      try {
        this.#served = await this.#client.servedKinds({ signal });
        await this.#watches.follow(mirroredKinds(this.#served, namespaces.length === 0));
        failures = 0;
        if (!this.#isReady) log.info('Everything has been seen once');
        this.#isReady = true;
        this.#ready.resolve();
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        log.warn(`The kinds of the API server are not known: ${messageOf(error)}`);
        const range = { minMs: REFLECTOR_BACKOFF_MIN_MS, maxMs: REFLECTOR_BACKOFF_MAX_MS };
        restMs = backoffMs(failures, range, Math.random());
      }
      // Aborted is the only way in which this ends early, and the loop looks at the signal itself.
      await pause(restMs, undefined, { signal }).catch(() => undefined);
    }
    this.#ready.reject(new Error('The operator was stopped'));
  }

  async #lead(epoch: number): Promise<void> {
    const { identity, log, image, operatorNamespace, addressTemplate, clusterDomain } = this.#options;
    log.info(`This operator leads (epoch ${epoch})`);
    try {
      await this.#ready.promise;
    } catch {
      // Stopped before it could begin.
      return;
    }
    this.#controller = new ClusterController({
      services: {
        client: this.#client,
        mirror: this.#mirror,
        leadership: this.#leadership,
        identity,
        facts: {
          defaultImage: image,
          operatorNamespace,
          served: { has: (kind) => this.#served.has(kind) },
        },
        recorder: this.#recorder,
        metrics: this.#metrics,
        log,
        addressTemplate,
        clusterDomain,
        fetch: this.#options.fetch,
      },
      queueMetrics: this.#queueMetrics,
    });
    if (!this.#stopping.signal.aborted && !this.#isLost) this.#controller.start();
  }

  get #leadership(): Leadership {
    const election = this.#election;
    const { operatorNamespace: namespace, identity } = this.#options;
    return {
      get isHeld() {
        return election.isLeader;
      },
      confirm: async () => {
        const lease = await this.#client.get<Lease>({ kind: LEASE, namespace, name: LEASE_NAME });
        return lease?.spec?.holderIdentity === identity;
      },
    };
  }

  #lost(why: string): void {
    this.#isLost = true;
    if (this.#stopping.signal.aborted) return;
    void this.#controller?.stop();
    this.#options.onLost(why);
  }

  #clusters(): readonly RavenCluster[] {
    return (this.#mirror.cache(RAVEN_CLUSTER_KIND)?.values() ?? []) as unknown as readonly RavenCluster[];
  }

  #newClient(): KubeClient {
    const { access } = this.#options;
    const common = { userAgent: USER_AGENT, metrics: this.#clientMetrics };
    return 'config' in access
      ? new KubeClient({ config: access.config, ...common })
      : KubeClient.from({ ...access, ...common });
  }

  #watchClient(namespace: string | undefined): KubeClient {
    const key = namespace ?? '';
    const known = this.#watchClients.get(key) ?? this.#newClient();
    this.#watchClients.set(key, known);
    return known;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
