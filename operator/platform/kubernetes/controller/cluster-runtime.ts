import type { RavenCluster } from '../../../api/raven-cluster.ts';
import { type ClusterEvent, clusterEvent } from '../../../decide/event-reasons.ts';
import { namespaceOf } from '../../../resources/desired-object.ts';
import { Reconciler } from '../../reconciler.ts';
import { kindKey } from '../api/kinds.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { DesiredState } from '../apply/desired-state.ts';
import { type CorrectedDrift, ObjectApplier } from '../apply/object-applier.ts';
import type { ClusterScope } from '../cluster-scope.ts';
import { ClusterSecurity } from '../cluster-security.ts';
import { ClusterWriter } from '../cluster-writer.ts';
import { KubernetesPlatform } from '../kubernetes-platform.ts';
import { MemoryStore } from '../memory-store.ts';
import { ClusterReader } from '../observe/cluster-reader.ts';
import { DatabaseResources } from '../report/database-resources.ts';
import { StatusReport } from '../report/status-report.ts';
import { RAVEN_CLUSTER_KIND } from '../resource-kinds.ts';
import type { OperatorServices } from './operator-services.ts';
import { PassLog } from './pass-log.ts';

/**
 * One cluster at work. A pass that failed may have lost track of what it wrote, so it leaves nothing behind: the next
 * one reads anew what the API server has. Only what was put back how often is remembered.
 */
export class ClusterRuntime {
  readonly uid: string;
  readonly #services: OperatorServices;
  readonly #scope: ClusterScope;
  readonly #reader: ClusterReader;
  readonly #desired: DesiredState;
  readonly #log: PassLog;
  readonly #security: ClusterSecurity;
  #work: { readonly platform: KubernetesPlatform; readonly reconciler: Reconciler } | undefined;

  constructor(cluster: RavenCluster, services: OperatorServices) {
    const { client, mirror, leadership, facts, log, clusterDomain, fetch } = services;
    const namespace = namespaceOf(cluster);
    const { name, uid } = cluster.metadata;
    if (uid === undefined) throw new TypeError(`RavenCluster ${namespace}/${name} has no UID`);
    this.uid = uid;
    this.#services = services;
    this.#log = new PassLog(log, `${namespace}/${name}`);
    const writer = new ClusterWriter({ client, writes: mirror.writes, leadership });
    this.#scope = { namespace, name, uid, reader: client, writer };
    this.#reader = new ClusterReader(this.#scope, mirror);
    const applier = new ObjectApplier({ scope: this.#scope, onDrift: (drift) => this.#tellDrift(drift) });
    this.#security = new ClusterSecurity({
      scope: this.#scope,
      reader: this.#reader,
      clusterDomain,
      tell: (message) => this.#log.info(message),
      announce: (current, events) => this.#announce(current, events),
      fetch,
    });
    this.#desired = new DesiredState({ scope: this.#scope, reader: this.#reader, applier, facts });
  }

  /** @returns whether there is more to do soon */
  async pass(cluster: RavenCluster, signal: AbortSignal): Promise<boolean> {
    this.#log.beginPass();
    this.#work ??= this.#begin(cluster);
    const { platform, reconciler } = this.#work;
    try {
      const isBusy = await reconciler.pass(cluster, signal);
      if (platform.hasLostTrack) this.#work = undefined;
      return isBusy;
    } catch (error) {
      this.#work = undefined;
      throw error;
    }
  }

  /** Closes the connections to the nodes. */
  async stop(): Promise<void> {
    await this.#security.stop();
  }

  #begin(cluster: RavenCluster) {
    const { mirror, identity, metrics, addressTemplate, facts } = this.#services;
    const scope = this.#scope;
    const statuses = new StatusReport(scope, facts.defaultImage);
    const platform = new KubernetesPlatform(cluster, {
      scope,
      mirror,
      reader: this.#reader,
      desired: this.#desired,
      memory: new MemoryStore(scope, identity),
      databases: new DatabaseResources(scope, mirror, statuses),
      statuses,
      security: this.#security,
      announce: (current, events) => this.#announce(current, events),
      addressTemplate,
    });
    const reconciler = new Reconciler({
      platform,
      admin: this.#security.admin,
      narrator: this.#log,
      onAction: (action, result) => metrics.acted(action, result),
    });
    return { platform, reconciler };
  }

  #tellDrift({ object, fields, others }: CorrectedDrift): void {
    const who = others.length === 0 ? 'somebody' : others.join(', ');
    const message = `${kindKey(object)} ${object.metadata.name}: put back ${fields.join(', ')}, which ${who} had changed`;
    this.#services.metrics.corrected(object.kind);
    this.#log.warn(message);
    const cluster = this.#services.mirror
      .cache(RAVEN_CLUSTER_KIND)
      ?.get(`${this.#scope.namespace}/${this.#scope.name}`);
    if (cluster !== undefined) this.#announce(cluster, [clusterEvent('DriftCorrected', message)]);
  }

  #announce(cluster: KubeObject, events: readonly ClusterEvent[]): void {
    for (const { reason, type, message } of events) {
      this.#services.recorder.record({
        regarding: cluster,
        type,
        reason,
        action: 'Reconcile',
        note: message,
      });
    }
  }
}
