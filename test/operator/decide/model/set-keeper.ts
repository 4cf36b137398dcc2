import { tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import type { DataState, ObservedNode, ProcessState } from '../../../../operator/decide/observed.ts';
import type { Hosts } from './hosts.ts';
import { PreconditionError } from './invariant.ts';
import type { Keeper, KeeperAction } from './keeper.ts';
import { emptyDisk, type ModelNode, type ModelNodes } from './model-node.ts';
import type { Rachis } from './rachis.ts';

/** Pods on a machine that does not report are to go after so long, as Kubernetes has it. */
const EVICTION_AFTER_MS = 5 * 60_000;

interface Pod {
  readonly uid: number;
  readonly revision: number;
  host: string | undefined;
  isRunning: boolean;
  /** It has a deletion timestamp. */
  isGoing: boolean;
}

interface Claim {
  readonly uid: number;
  mark: Exclude<DataState, 'None'>;
  /** The volume is in this machine, and so must the pod be. */
  host: string | undefined;
  requestedBytes: number;
  capacityBytes: number;
  growthError: string | undefined;
}

/**
 * A StatefulSet with local volumes: pods come by number, return by themselves, and stay where their volume is. A node
 * reads which life its data must be of when it starts, from what may be the state of a moment ago.
 */
export class SetKeeper implements Keeper {
  readonly keepsProcesses = true;
  replicas = 0;
  wantedBytes = 20;
  /** Nodes have names for clients outside. */
  hasDomain = false;
  readonly hosts: Hosts;
  readonly pods = new Map<number, Pod>();
  readonly claims = new Map<number, Claim>();
  readonly #nodes: ModelNodes;
  readonly #rachis: () => Rachis;
  readonly #nowMs: () => number;
  readonly #incarnations = new Map<number, string>();
  #incarnationsAsSeen: ReadonlyMap<number, string> = new Map();
  readonly #badRevisions = new Set<number>();
  #revision = 1;
  #uids = 0;

  constructor(nodes: ModelNodes, hosts: Hosts, rachis: () => Rachis, nowMs: () => number) {
    this.#nodes = nodes;
    this.hosts = hosts;
    this.#rachis = rachis;
    this.#nowMs = nowMs;
  }

  perform(action: KeeperAction, seen: ObservedNode | undefined): void {
    const { ordinal } = action;
    switch (action.type) {
      case 'CreateNode':
      case 'StartNode':
        this.replicas = Math.max(this.replicas, ordinal + 1);
        break;
      case 'StopNode':
        if (action.reason === 'Hibernated') this.replicas = 0;
        else if (this.replicas === ordinal + 1) this.replicas = ordinal;
        else if (action.reason === 'StaleData' || action.reason === 'Fenced') this.#deletePod(ordinal, seen);
        break;
      case 'RestartNode':
        this.#deletePod(ordinal, seen);
        break;
      case 'AttachData':
        this.#claim(ordinal).mark = 'Used';
        this.#incarnations.delete(ordinal);
        break;
      case 'DetachData':
        this.#claim(ordinal).mark = 'Detached';
        break;
      case 'QuarantineData':
        this.#claim(ordinal).mark = 'Unused';
        if (!this.#incarnations.has(ordinal)) this.#incarnations.set(ordinal, `life-${this.#nextUid()}`);
        break;
      case 'DeleteData':
        this.#deleteClaim(ordinal, seen);
        break;
      case 'GrowVolume':
        this.#claim(ordinal).requestedBytes = this.wantedBytes;
        break;
      case 'AbandonNode':
        this.#abandon(ordinal, seen);
    }
    this.#show();
  }

  settle(): void {
    for (const [ordinal, pod] of this.pods) {
      const host = this.hosts.named(pod.host);
      const awayMs = host?.lostSinceMs === undefined ? 0 : this.#nowMs() - host.lostSinceMs;
      if (ordinal >= this.replicas || awayMs >= EVICTION_AFTER_MS) this.#end(ordinal, pod);
      if (pod.isGoing && (pod.host === undefined || this.hosts.isUp(pod.host))) this.pods.delete(ordinal);
    }
    for (let ordinal = 0; ordinal < this.replicas; ordinal += 1) this.#bringUp(ordinal);
    this.#incarnationsAsSeen = new Map(this.#incarnations);
    for (const claim of this.claims.values()) {
      if (claim.growthError === undefined && claim.host !== undefined) {
        claim.capacityBytes = claim.requestedBytes;
      }
    }
    this.#show();
  }

  #bringUp(ordinal: number): void {
    const claim = this.claims.get(ordinal) ?? {
      uid: this.#nextUid(),
      mark: 'Unused',
      host: undefined,
      requestedBytes: this.wantedBytes,
      capacityBytes: 0,
      growthError: undefined,
    };
    this.claims.set(ordinal, claim);
    const pod = this.pods.get(ordinal) ?? {
      uid: this.#nextUid(),
      revision: this.#revision,
      host: undefined,
      isRunning: false,
      isGoing: false,
    };
    this.pods.set(ordinal, pod);
    pod.host ??= this.#hostFor(claim);
    if (pod.host === undefined) return;
    claim.host = pod.host;
    if (pod.isGoing || pod.isRunning || !this.hosts.isUp(pod.host)) return;
    this.#prepareDisk(this.#nodes.at(ordinal));
    if (this.#badRevisions.has(pod.revision)) this.#nodes.at(ordinal).failures += 1;
    else pod.isRunning = true;
  }

  #hostFor(claim: Claim): string | undefined {
    const taken = [...this.pods.values()].flatMap((pod) => (pod.host === undefined ? [] : [pod.host]));
    // A machine with a volume of another node is left to that one: it could go nowhere else.
    const reserved = [...this.claims.values()].flatMap(({ host }) => (host === undefined ? [] : [host]));
    if (claim.host === undefined) return this.hosts.free([...taken, ...reserved])?.name;
    const host = this.hosts.named(claim.host);
    const isFree = host?.lostSinceMs === undefined && host?.isDraining === false;
    return isFree && !taken.includes(claim.host) ? claim.host : undefined;
  }

  #prepareDisk(node: ModelNode): void {
    const wanted = this.#incarnationsAsSeen.get(node.ordinal);
    if (wanted === undefined || wanted === node.disk.incarnation) return;
    node.disk = { ...emptyDisk(), incarnation: wanted };
  }

  isReachable(ordinal: number): boolean {
    return this.hosts.isUp(this.pods.get(ordinal)?.host);
  }

  view(node: ModelNode): Omit<ObservedNode, 'url'> {
    const { ordinal, process, data, failures } = node;
    const pod = this.pods.get(ordinal);
    const claim = this.claims.get(ordinal);
    const host = this.hosts.named(pod?.host ?? claim?.host);
    return {
      ordinal,
      process,
      data,
      failures,
      isOutdated: pod !== undefined && pod.revision !== this.#revision,
      wantedRevision: `r${this.#revision}`,
      ...(this.hasDomain ? { publicUrl: `https://${tagOfOrdinal(ordinal).toLowerCase()}.example` } : {}),
      ...(pod === undefined
        ? {}
        : { pod: { name: `c-${ordinal}`, uid: String(pod.uid), revision: `r${pod.revision}` } }),
      ...(host === undefined
        ? {}
        : {
            zone: host.zone,
            host: {
              name: host.name,
              isDraining: host.isDraining,
              ...(host.lostSinceMs === undefined ? {} : { lostSinceMs: host.lostSinceMs }),
            },
          }),
      ...(claim === undefined || claim.capacityBytes === 0
        ? {}
        : {
            volume: {
              claim: `data-c-${ordinal}`,
              requestedBytes: claim.requestedBytes,
              capacityBytes: claim.capacityBytes,
              wantedBytes: this.wantedBytes,
              canGrow: true,
              ...(claim.growthError === undefined ? {} : { growthError: claim.growthError }),
            },
          }),
    };
  }

  ordinals(): readonly number[] {
    const coming = Array.from({ length: this.replicas }, (_, ordinal) => ordinal);
    return [...new Set([...coming, ...this.pods.keys(), ...this.claims.keys()])];
  }

  /** The container ends; the kubelet starts it again in the same pod. */
  kill(ordinal: number): void {
    const pod = this.pods.get(ordinal);
    if (pod?.isRunning !== true || !this.hosts.isUp(pod.host)) return;
    pod.isRunning = false;
    this.#nodes.at(ordinal).failures += 1;
    this.#ended(ordinal);
    this.#show();
  }

  /** Somebody deletes the pod, or it is evicted. */
  deletePod(ordinal: number): void {
    const pod = this.pods.get(ordinal);
    if (pod !== undefined) this.#end(ordinal, pod);
    this.#show();
  }

  /** Somebody deletes the claim, and the pod so that it goes. */
  wipe(ordinal: number): void {
    const pod = this.pods.get(ordinal);
    if (pod !== undefined) this.#end(ordinal, pod);
    if (pod === undefined || this.hosts.isUp(pod.host) || pod.host === undefined) this.#forget(ordinal);
    this.#show();
  }

  loseHost(name: string, isForEver: boolean): void {
    const host = this.hosts.named(name);
    if (host === undefined) return;
    host.lostSinceMs ??= this.#nowMs();
    host.isDestroyed ||= isForEver;
    for (const [ordinal, pod] of this.pods) {
      if (pod.host !== name) continue;
      pod.isRunning = false;
      this.#ended(ordinal);
    }
    if (isForEver) {
      for (const [ordinal, claim] of this.claims) {
        if (claim.host === name) this.#nodes.at(ordinal).disk = emptyDisk();
      }
    }
    this.#show();
  }

  /** Somebody takes a machine that never comes back off the list, and its pods go with it. */
  removeHost(name: string): void {
    for (const [ordinal, pod] of this.pods) {
      if (pod.host === name) this.pods.delete(ordinal);
    }
    this.#show();
  }

  returnHost(name: string): void {
    const host = this.hosts.named(name);
    if (host !== undefined && !host.isDestroyed) host.lostSinceMs = undefined;
    this.#show();
  }

  revise(): void {
    this.#revision += 1;
  }

  /** A revision that does not even start. */
  reviseBadly(): void {
    this.revise();
    this.#badRevisions.add(this.#revision);
  }

  get isRevisionBad(): boolean {
    return this.#badRevisions.has(this.#revision);
  }

  #deletePod(ordinal: number, seen: ObservedNode | undefined): void {
    const pod = this.pods.get(ordinal);
    if (pod !== undefined && seen?.pod?.uid === String(pod.uid)) this.#end(ordinal, pod);
  }

  #deleteClaim(ordinal: number, seen: ObservedNode | undefined): void {
    const claim = this.claims.get(ordinal);
    if (claim === undefined) return;
    if (this.pods.has(ordinal) || claim.mark !== seen?.data) {
      throw new PreconditionError(`the claim of ${ordinal} is not as it was`);
    }
    this.#forget(ordinal);
  }

  #abandon(ordinal: number, seen: ObservedNode | undefined): void {
    const pod = this.pods.get(ordinal);
    if (pod !== undefined && seen?.pod?.uid !== String(pod.uid)) return;
    this.pods.delete(ordinal);
    this.#forget(ordinal);
  }

  #forget(ordinal: number): void {
    this.claims.delete(ordinal);
    this.#nodes.at(ordinal).disk = emptyDisk();
    this.#ended(ordinal);
  }

  #end(ordinal: number, pod: Pod): void {
    pod.isGoing = true;
    pod.isRunning = false;
    this.#ended(ordinal);
  }

  #ended(ordinal: number): void {
    this.#rachis().ended(this.#nodes.at(ordinal), tagOfOrdinal(ordinal));
  }

  #claim(ordinal: number): Claim {
    const claim = this.claims.get(ordinal);
    if (claim === undefined) throw new PreconditionError(`no claim of ${ordinal} to be marked`);
    return claim;
  }

  /** Writes to the nodes what the objects come to. */
  #show(): void {
    for (const ordinal of new Set([...this.ordinals(), ...this.#nodes.all.map((node) => node.ordinal)])) {
      const node = this.#nodes.at(ordinal);
      node.process = this.#processOf(ordinal);
      node.data = this.claims.get(ordinal)?.mark ?? 'None';
    }
  }

  #processOf(ordinal: number): ProcessState {
    const pod = this.pods.get(ordinal);
    const isWanted = ordinal < this.replicas;
    if (pod === undefined) return isWanted ? 'Starting' : 'Stopped';
    if (pod.isGoing || !isWanted) return 'Stopping';
    // Of a machine that does not report, the last report stands.
    const isSilent = pod.host !== undefined && !this.hosts.isUp(pod.host);
    return pod.isRunning || isSilent ? 'Running' : 'Starting';
  }

  #nextUid(): number {
    this.#uids += 1;
    return this.#uids;
  }
}
