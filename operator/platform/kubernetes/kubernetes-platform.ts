import { PAUSED_ANNOTATION } from '../../api/annotations.ts';
import type { RavenCluster, RavenClusterStatus } from '../../api/raven-cluster.ts';
import type { RavenDatabaseStatus } from '../../api/raven-database.ts';
import type { ClusterEvent } from '../../decide/event-reasons.ts';
import { forgottenMemory, type Memory } from '../../decide/memory.ts';
import type { DatabaseWish } from '../../decide/observed.ts';
import type { ConditionDraft } from '../../decide/step.ts';
import type { Platform, PlatformAction, PlatformNode } from '../platform.ts';
import { hasReason } from './api/kube-error.ts';
import type { DesiredState } from './apply/desired-state.ts';
import { type ApplyProblem, problemOf } from './apply/object-applier.ts';
import { isTakenUp } from './apply/stateful-set-applier.ts';
import type { ClusterScope } from './cluster-scope.ts';
import type { ClusterSecurity } from './cluster-security.ts';
import { LeadershipLostError } from './cluster-writer.ts';
import type { KubeMirror } from './kube-mirror.ts';
import type { MemoryStore } from './memory-store.ts';
import { type AddressTemplate, ClusterAddresses } from './node-addresses.ts';
import { dataStateOf } from './observe/claim-view.ts';
import type { ClusterObjects } from './observe/cluster-objects.ts';
import type { ClusterReader } from './observe/cluster-reader.ts';
import { viewNodes } from './observe/node-view.ts';
import { deleteClaim, growClaim, markData } from './perform/claims.ts';
import { Incarnations } from './perform/incarnations.ts';
import { abandonPod, restartPod } from './perform/pods.ts';
import { dropAllReplicas, dropLastReplica, raiseReplicas } from './perform/scale.ts';
import type { DatabaseResources } from './report/database-resources.ts';
import type { StatusReport } from './report/status-report.ts';

export interface KubernetesPlatformParts {
  readonly scope: ClusterScope;
  readonly mirror: KubeMirror;
  readonly reader: ClusterReader;
  readonly desired: DesiredState;
  readonly memory: MemoryStore;
  readonly databases: DatabaseResources;
  readonly statuses: StatusReport;
  readonly security: ClusterSecurity;
  readonly announce: (cluster: RavenCluster, events: readonly ClusterEvent[]) => void;
  readonly addressTemplate: AddressTemplate | undefined;
}

/** One RavenCluster on Kubernetes: its nodes are the pods of a StatefulSet, their data is behind volume claims. */
export class KubernetesPlatform implements Platform {
  /** The StatefulSet starts again what ends, and takes pods away from the top only. */
  readonly keepsProcesses = true;
  readonly #parts: KubernetesPlatformParts;
  readonly #incarnations: Incarnations;
  #cluster: RavenCluster;
  /** What the last look showed: decisions are about these very objects. */
  #seen: ClusterObjects | undefined;
  #clusterId: string | undefined;
  #hasLostTrack = false;
  /** What the API server had against the last action. */
  #refused: ApplyProblem | undefined;

  constructor(cluster: RavenCluster, parts: KubernetesPlatformParts) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.#incarnations = new Incarnations(parts.scope);
  }

  async prepare(cluster: RavenCluster): Promise<readonly ConditionDraft[]> {
    const { reader, desired, databases, security } = this.#parts;
    this.#cluster = cluster;
    const nowMs = Date.now();
    const objects = await reader.look();
    const nodes = viewNodes(objects, cluster.spec, this.#addresses, nowMs);
    const ofCertificates = await security.keep(cluster, nodes, nowMs);
    if (cluster.metadata.annotations?.[PAUSED_ANNOTATION] === 'true') return ofCertificates;
    await databases.holdOn();
    const problems = await desired.bring(cluster, objects, nowMs);
    const refused = this.#refused === undefined ? [] : [this.#refused];
    return [...ofCertificates, reconciled([...refused, ...problems])];
  }

  async nodes(): Promise<readonly PlatformNode[]> {
    this.#seen = await this.#parts.reader.look();
    return viewNodes(this.#seen, this.#cluster.spec, this.#addresses, Date.now());
  }

  get isTakingUp(): boolean {
    const statefulSet = this.#seen?.statefulSet;
    return statefulSet !== undefined && !isTakenUp(statefulSet);
  }

  urlOf(ordinal: number): string {
    return this.#addresses.urlOf(ordinal);
  }

  /**
   * Somebody else has written what this operator remembers: another one leads, or a person helped. What is to be done
   * must be read and decided anew.
   */
  get hasLostTrack(): boolean {
    return this.#hasLostTrack;
  }

  async perform(action: PlatformAction): Promise<void> {
    try {
      await this.#do(action);
      this.#refused = undefined;
    } catch (error) {
      if (error instanceof LeadershipLostError) this.#hasLostTrack = true;
      // A conflict passes: somebody else was quicker, and the next look knows what they did.
      this.#refused = hasReason(error, 'Conflict') ? undefined : problemOf(error);
      throw error;
    }
  }

  async #do(action: PlatformAction): Promise<void> {
    const { scope } = this.#parts;
    const { ordinal } = action;
    const seen = { pod: this.#seen?.pods.get(ordinal), claim: this.#seen?.claims.get(ordinal) };
    switch (action.type) {
      case 'CreateNode':
      case 'StartNode':
        await raiseReplicas(scope, ordinal);
        return;
      case 'StopNode':
        return this.#stop(action);
      case 'RestartNode':
        return restartPod(scope, ordinal, seen.pod);
      case 'AttachData':
        // The entry first: with it, the next start would take the data of a member for that of an earlier life.
        await this.#incarnations.settle(ordinal);
        await markData(scope, ordinal, 'Used', this.#clusterId);
        return;
      case 'DetachData':
        await markData(scope, ordinal, 'Detached');
        return;
      case 'QuarantineData':
        return this.#quarantine(ordinal);
      case 'DeleteData':
        if (seen.claim === undefined) return;
        await this.#parts.memory.confirm();
        return deleteClaim(scope, ordinal, seen.claim);
      case 'GrowVolume':
        return growClaim(scope, ordinal, this.#cluster.spec.storage.data.size);
      case 'AbandonNode':
        await this.#parts.memory.confirm();
        return abandonPod(scope, seen);
    }
  }

  async loadMemory(): Promise<Memory | undefined> {
    const stored = await this.#parts.memory.load();
    const { clusterId } = this.#cluster.status ?? {};
    // Somebody deleted the notes. That there was a cluster must not be forgotten: nobody may form another.
    const memory =
      stored ?? (clusterId === undefined ? undefined : { ...forgottenMemory(Date.now()), clusterId });
    this.#clusterId = memory?.clusterId;
    return memory;
  }

  async saveMemory(memory: Memory): Promise<void> {
    await this.#parts.memory.save(memory);
    this.#clusterId = memory.clusterId;
  }

  async report(status: RavenClusterStatus): Promise<void> {
    const { statuses, security } = this.#parts;
    const certificates = security.status;
    const whole = certificates === undefined ? status : { ...status, certificates };
    await statuses.ofCluster(this.#cluster, whole);
  }

  async announce(events: readonly ClusterEvent[]): Promise<void> {
    this.#parts.announce(this.#cluster, events);
  }

  async wishes(): Promise<readonly DatabaseWish[]> {
    return this.#parts.databases.wishes();
  }

  async reportDatabases(
    statuses: Readonly<Record<string, RavenDatabaseStatus>>,
    settled: readonly string[],
  ): Promise<void> {
    await this.#parts.databases.report(statuses, settled);
  }

  async #stop(action: Extract<PlatformAction, { type: 'StopNode' }>): Promise<void> {
    const { scope } = this.#parts;
    const { ordinal, reason } = action;
    switch (reason) {
      case 'Hibernated':
        await dropAllReplicas(scope);
        return;
      case 'LeftCluster':
      case 'NeverJoined':
        await dropLastReplica(scope, ordinal);
        return;
      case 'StaleData':
      case 'Fenced':
        return restartPod(scope, ordinal, this.#seen?.pods.get(ordinal));
    }
  }

  /** The node itself sets its data aside, at its next start. */
  async #quarantine(ordinal: number): Promise<void> {
    const claim = this.#seen?.claims.get(ordinal);
    if (dataStateOf(claim) === 'None') return;
    await this.#parts.memory.confirm();
    const { staleVolume } = this.#cluster.spec.storage.retention;
    // Where it is blocked only a recovery that had begun before gets here: it has to end, and deletes nothing.
    await this.#incarnations.begin(ordinal, staleVolume === 'Wipe' ? 'Wipe' : 'Quarantine');
    await markData(this.#parts.scope, ordinal, 'Unused');
  }

  get #addresses(): ClusterAddresses {
    const { scope, mirror, addressTemplate } = this.#parts;
    return new ClusterAddresses(this.#cluster, {
      namespace: scope.namespace,
      mirror,
      ...(addressTemplate === undefined ? {} : { template: addressTemplate }),
    });
  }
}

function reconciled(problems: readonly ApplyProblem[]): ConditionDraft {
  const [first] = problems;
  if (first === undefined) return { type: 'Reconciled', status: 'True', reason: 'Ok' };
  const message = problems.map((problem) => problem.message).join('; ');
  return { type: 'Reconciled', status: 'False', reason: first.reason, message };
}
