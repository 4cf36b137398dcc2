import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  POD,
} from '../../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../../operator/platform/kubernetes/api/kube-client.ts';
import { type KubeObject, keyOf } from '../../../../operator/platform/kubernetes/api/kube-object.ts';
import { ObjectCache } from '../../../../operator/platform/kubernetes/api/object-cache.ts';
import { Reflector } from '../../../../operator/platform/kubernetes/api/reflector.ts';
import { freePort } from '../../../processes/harness/free-port.ts';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { STORAGE_CLASSES, VOLUME_FOLDER_ANNOTATION } from '../../cluster/storage-classes.ts';
import { controlPlane } from '../api-test.ts';
import { heartbeat, machineObject, machineStatus, TAINT_KEY } from './machine-objects.ts';
import type { PodToRun } from './pod-files.ts';
import { type PodAddress, ProcessPod } from './process-pod.ts';

const PROVISIONER = join(import.meta.dirname, '..', '..', 'cluster', 'provisioner.ts');

/** How often machines say that they live, in milliseconds; well within the grace of the control plane. */
const HEARTBEAT_MS = 4_000;

/** Patience with what the garbage collector takes away: generous, since it only ends a hang. */
const VACATION_MS = 120_000;

/** First host number of a pod's address; ordinals count from here. */
const FIRST_HOST = 10;

/**
 * Machines for a control plane without any: real node programs as processes of this machine stand in for containers.
 * Scheduler, controllers and volumes are real; networks, images and security contexts are not looked at.
 */
export class ProcessMachines {
  readonly client: KubeClient;
  readonly folder: string;
  readonly #run: string;
  readonly #names: readonly string[];
  readonly #network: string;
  readonly #ports: { readonly http: number; readonly tcp: number };
  readonly #pods = new Map<string, ProcessPod>();
  readonly #dead = new Set<string>();
  readonly #provisioner: ChildProcess;
  readonly #cache: ObjectCache<PodToRun>;
  readonly #reflector: Reflector<PodToRun>;
  readonly #ending = new Set<Promise<void>>();
  #beat: NodeJS.Timeout | undefined;
  #isStopped = false;

  private constructor(
    folder: string,
    names: readonly string[],
    ports: { readonly http: number; readonly tcp: number },
    run: string,
  ) {
    this.folder = folder;
    this.#run = run;
    this.#names = names;
    this.#ports = ports;
    this.#network = `${randomInt(16, 240)}.${randomInt(0, 256)}`;
    const { kubeconfig } = controlPlane();
    this.client = KubeClient.from({ kubeconfig, userAgent: 'test-kubelet' });
    this.#provisioner = spawn(process.execPath, [PROVISIONER, kubeconfig, join(folder, 'volumes')], {
      stdio: 'ignore',
    });
    const log = { info: () => undefined, warn: () => undefined };
    this.#cache = new ObjectCache<PodToRun>({ log });
    this.#cache.onChange(({ type, object }) => this.#see(type === 'Deleted' ? undefined : object, object));
    this.#reflector = new Reflector({ client: this.client, kind: POD, sink: this.#cache, log });
  }

  /** @param zones one machine for each, as many as are listed */
  static async start(zones: readonly string[]): Promise<ProcessMachines> {
    const folder = await mkdtemp(join(tmpdir(), 'process-machines-'));
    const run = `run-${randomInt(0, 1e9)}`;
    const names = zones.map((_, index) => `${run}-m${index}`);
    const ports = { http: await freePort(), tcp: await freePort() };
    const machines = new ProcessMachines(folder, names, ports, run);
    for (const storageClass of STORAGE_CLASSES) {
      await machines.client.apply(storageClass, { fieldManager: 'test', force: true });
    }
    for (const [index, name] of names.entries()) {
      await machines.client.create(machineObject({ name, zone: zones[index] ?? '', taint: run }));
      await machines.#setReady(name, true);
    }
    await machines.#beatAll();
    machines.#beat = setInterval(() => void machines.#beatAll(), HEARTBEAT_MS);
    machines.#reflector.start();
    await machines.#reflector.synced;
    return machines;
  }

  /** The part of a RavenCluster's spec that lets it run here, and nobody else. */
  get placement(): Readonly<Record<string, unknown>> {
    return {
      nodeSelector: { [TAINT_KEY]: this.#run },
      tolerations: [{ key: TAINT_KEY, value: this.#run, effect: 'NoSchedule' }],
    };
  }

  /** For the operator, which can't resolve the names inside of Kubernetes. */
  addressTemplate(scheme = 'http'): string {
    return `${scheme}://127.${this.#network}.${FIRST_HOST / 10}{ordinal}:${this.#ports.http}`;
  }

  /** Addresses of the first nodes, for a certificate. */
  hosts(count: number): readonly string[] {
    return Array.from({ length: count }, (_, ordinal) => this.#addressOf(ordinal).host);
  }

  urlOf(ordinal: number): string {
    const { host, httpPort } = this.#addressOf(ordinal);
    return `http://${host}:${httpPort}`;
  }

  /** The pod that runs under a name. */
  pod(namespace: string, name: string): ProcessPod | undefined {
    const object = this.#cache.get(`${namespace}/${name}`);
    return object === undefined ? undefined : this.#pods.get(object.metadata.uid);
  }

  /** Power failure of the machine under a pod: its processes end, and nobody says so. @returns its name */
  async losePower(namespace: string, pod: string): Promise<string> {
    const machine = this.#cache.get(`${namespace}/${pod}`)?.spec.nodeName ?? '';
    this.#dead.add(machine);
    for (const object of this.#cache.values()) {
      if (object.spec.nodeName === machine) await this.#pods.get(object.metadata.uid)?.kill();
    }
    await this.#setReady(machine, false);
    return machine;
  }

  /**
   * Waits until no pod is left: the next one with its ordinal gets its address, and who asks there must not hear the
   * one before. What was on machines without power stays, as nobody says that it is gone.
   */
  async vacated(): Promise<void> {
    await waitUntil(
      'the pods of earlier tests to be gone',
      () => this.#ending.size === 0 && ![...this.#cache.values()].some((pod) => this.#runsHere(pod)),
      VACATION_MS,
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#beat);
    await this.#reflector.stop();
    await Promise.all([...this.#pods.values()].map((pod) => pod.kill()));
    await Promise.all(this.#ending);
    const over = once(this.#provisioner, 'exit');
    this.#provisioner.kill();
    await over;
    for (const name of this.#names) await this.client.delete({ kind: NODE, name }, { isUrgent: true });
    await this.client.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @param now the pod as it is; `undefined` when it is gone */
  #see(now: PodToRun | undefined, object: PodToRun): void {
    const { uid } = object.metadata;
    if (this.#isStopped || !this.#runsHere(object)) return;
    const running = this.#pods.get(uid);
    const isWanted = now !== undefined && now.metadata.deletionTimestamp === undefined;
    if (isWanted && running === undefined) this.#begin(object);
    if (!isWanted && running !== undefined) this.#end(running, now === undefined);
  }

  /** On one of these machines, and it has power. */
  #runsHere({ spec: { nodeName = '' } }: PodToRun): boolean {
    return this.#names.includes(nodeName) && !this.#dead.has(nodeName);
  }

  #begin(pod: PodToRun): void {
    const { uid, name } = pod.metadata;
    const ordinal = Number(name.slice(name.lastIndexOf('-') + 1));
    // Until the volume is there the kubelet waits.
    const started = this.#dataFolder(pod).then((dataFolder) => {
      const isStillWanted = this.#cache.get(keyOf(pod))?.metadata.uid === uid;
      if (this.#isStopped || !isStillWanted || dataFolder === undefined) return;
      this.#pods.set(
        uid,
        new ProcessPod({
          client: this.client,
          pod,
          address: this.#addressOf(ordinal),
          folder: join(this.folder, 'pods', uid),
          dataFolder,
        }),
      );
      const now = this.#cache.get(keyOf(pod));
      if (now !== undefined) this.#see(now, now);
    });
    this.#track(started);
  }

  #end(pod: ProcessPod, isGone: boolean): void {
    this.#pods.delete(pod.uid);
    this.#track(isGone ? pod.kill() : pod.stop());
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#ending.delete(tracked));
    this.#ending.add(tracked);
  }

  #addressOf(ordinal: number): PodAddress {
    const host = `${this.#network}.${FIRST_HOST + ordinal}`;
    return {
      host: `127.${host}`,
      podIp: `10.${host}`,
      httpPort: this.#ports.http,
      tcpPort: this.#ports.tcp,
    };
  }

  async #dataFolder(pod: PodToRun): Promise<string | undefined> {
    const claimName = pod.spec.volumes?.find((volume) => volume.persistentVolumeClaim !== undefined)
      ?.persistentVolumeClaim?.claimName;
    const { namespace } = pod.metadata;
    for (;;) {
      if (this.#isStopped || claimName === undefined) return undefined;
      const claim = await this.client.get<KubeObject & { spec?: { volumeName?: string } }>(
        { kind: PERSISTENT_VOLUME_CLAIM, namespace, name: claimName },
        { isUrgent: true },
      );
      const volume = claim?.spec?.volumeName;
      const found =
        volume === undefined
          ? undefined
          : await this.client.get({ kind: PERSISTENT_VOLUME, name: volume }, { isUrgent: true });
      const folder = found?.metadata.annotations?.[VOLUME_FOLDER_ANNOTATION];
      if (folder !== undefined) return folder;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #setReady(name: string, isReady: boolean): Promise<void> {
    const options = { subresource: 'status', isUrgent: true };
    await this.client.mergePatch({ kind: NODE, name }, { status: machineStatus(isReady) }, options);
  }

  async #beatAll(): Promise<void> {
    for (const name of this.#names) {
      if (this.#dead.has(name)) continue;
      // A machine that can't say so once says so the next time.
      await this.client
        .apply(heartbeat(name), { fieldManager: 'test', force: true, isUrgent: true })
        .catch(() => undefined);
    }
  }
}
