import { setTimeout as pause } from 'node:timers/promises';
import { POD } from '../../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../../operator/platform/kubernetes/api/kube-client.ts';
import { hasReason } from '../../../../operator/platform/kubernetes/api/kube-error.ts';
import { refOf } from '../../../../operator/platform/kubernetes/api/kube-object.ts';
import { podNodeArguments } from '../../../../operator/pod/node-arguments.ts';
import { readPodEnvironment } from '../../../../operator/pod/pod-environment.ts';
import { prepareVolume } from '../../../../operator/pod/prepare-volume.ts';
import { NODE_CONTAINER } from '../../../../operator/resources/names.ts';
import { RavenProcess } from '../../../processes/harness/raven-process.ts';
import { PodFiles, type PodToRun } from './pod-files.ts';

/** Where a pod's process listens, and what is said of its address. */
export interface PodAddress {
  readonly host: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  /** What the API server is told: it takes no loopback address. */
  readonly podIp: string;
}

/** Pauses in milliseconds: between two looks at the readiness, and before a process that ended is started again. */
const PROBE_PERIOD_MS = 200;
const RESTART_PAUSE_MS = 1_000;

export interface ProcessPodOptions {
  readonly client: KubeClient;
  readonly pod: PodToRun;
  readonly address: PodAddress;
  /** Of this pod alone. */
  readonly folder: string;
  /** The volume behind its claim. */
  readonly dataFolder: string;
}

/** A pod whose container is a real node process of this machine, as its kubelet runs it and reports it. */
export class ProcessPod {
  readonly #options: ProcessPodOptions;
  readonly #files: PodFiles;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #process: RavenProcess | undefined;
  #restarts = 0;
  #startedAt = '';
  #lastEndedAt: string | undefined;

  constructor(options: ProcessPodOptions) {
    this.#options = options;
    this.#files = new PodFiles(options.client, options.pod, options.folder);
    this.#running = this.#run();
  }

  get uid(): string {
    return this.#options.pod.metadata.uid;
  }

  get process(): RavenProcess | undefined {
    return this.#process;
  }

  /** As the kubelet does when the pod is deleted: SIGTERM, then the API server hears that it is over. */
  async stop(): Promise<void> {
    await this.#end((process) => process.stop());
    const { client, pod } = this.#options;
    try {
      const options = { uid: pod.metadata.uid, gracePeriodSeconds: 0, isUrgent: true };
      await client.delete(refOf(POD, pod), options);
    } catch (error) {
      // Somebody deleted it by force, and another one has its name already.
      if (!hasReason(error, 'Conflict')) throw error;
    }
  }

  /** As a power failure: nobody hears of it. */
  async kill(): Promise<void> {
    await this.#end((process) => process.kill());
  }

  async #end(how: (process: RavenProcess) => Promise<void>): Promise<void> {
    this.#stopping.abort();
    if (this.#process !== undefined) await how(this.#process);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#runOnce(signal);
      } catch (error) {
        // As for a real pod: a ConfigMap that is not there yet, a node that does not start.
        if (!signal.aborted) await this.#report({ waiting: String(error) });
      }
      if (!signal.aborted) await this.#pause(RESTART_PAUSE_MS);
      this.#restarts += 1;
    }
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    await this.#files.write();
    const args = await this.#arguments();
    if (signal.aborted) return;
    const process = new RavenProcess(args);
    this.#process = process;
    this.#startedAt = new Date().toISOString();
    await this.#report({ isReady: false });
    let wasReady = false;
    while (!process.hasExited && !signal.aborted) {
      const isReady = await this.#isReady();
      if (isReady !== wasReady && !signal.aborted) await this.#report({ isReady });
      wasReady = isReady;
      await this.#pause(PROBE_PERIOD_MS);
      // The kubelet brings new certificates and settings into running pods.
      await this.#files.write();
    }
    this.#lastEndedAt = new Date().toISOString();
    if (!signal.aborted) await this.#report({ waiting: 'CrashLoopBackOff' });
  }

  async #arguments(): Promise<readonly string[]> {
    const { pod, dataFolder, address } = this.#options;
    const [container] = pod.spec.containers;
    const [, ...args] = (container?.args ?? []).map((arg) => this.#files.translate(arg, dataFolder));
    const environment = Object.fromEntries(
      (container?.env ?? []).map(({ name, value, valueFrom }) => [
        name,
        value ?? this.#field(valueFrom?.fieldRef?.fieldPath ?? ''),
      ]),
    );
    const told = readPodEnvironment({ args, environment });
    await prepareVolume(told, () => undefined);
    const scheme = told.tlsFolder === undefined ? 'http' : 'https';
    const own = {
      ServerUrl: `${scheme}://${address.host}:${address.httpPort}`,
      'ServerUrl.Tcp': `tcp://${address.host}:${address.tcpPort}`,
      PublicServerUrl: `${scheme}://${address.host}:${address.httpPort}`,
      'PublicServerUrl.Tcp': `tcp://${address.host}:${address.tcpPort}`,
    };
    // On this machine every pod needs an address of its own; everything else is as in a pod.
    const others = podNodeArguments(told).filter((arg) => !/^--(Public)?ServerUrl(\.Tcp)?=/.test(arg));
    return [...others, ...Object.entries(own).map(([key, value]) => `--${key}=${value}`)];
  }

  #field(path: string): string {
    const { metadata } = this.#options.pod;
    const fields: Readonly<Record<string, string>> = {
      'metadata.name': metadata.name,
      'metadata.namespace': metadata.namespace,
      'status.podIP': this.#options.address.podIp,
    };
    return fields[path] ?? '';
  }

  async #isReady(): Promise<boolean> {
    const { host, httpPort } = this.#options.address;
    const path = this.#options.pod.spec.containers[0]?.readinessProbe?.httpGet?.path ?? '/readyz';
    const isSecure = this.#options.pod.spec.containers[0]?.args?.includes('--tls') === true;
    // A kubelet does not check certificates either; here it is enough that the process lives.
    if (isSecure) return true;
    try {
      const response = await fetch(`http://${host}:${httpPort}${path}`, {
        signal: AbortSignal.timeout(1_000),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  async #report(state: { readonly isReady?: boolean; readonly waiting?: string }): Promise<void> {
    const { client, pod, address } = this.#options;
    const isReady = state.isReady === true;
    const now = new Date().toISOString();
    const condition = (type: string, isTrue: boolean) => ({
      type,
      status: isTrue ? 'True' : 'False',
      lastTransitionTime: now,
    });
    const [container] = pod.spec.containers;
    const status = {
      phase: 'Running',
      podIP: address.podIp,
      podIPs: [{ ip: address.podIp }],
      hostIP: '10.99.0.1',
      startTime: this.#startedAt || now,
      conditions: [
        condition('PodScheduled', true),
        condition('Initialized', true),
        condition('ContainersReady', isReady),
        condition('Ready', isReady),
      ],
      containerStatuses: [
        {
          name: NODE_CONTAINER,
          image: container?.image ?? '',
          imageID: container?.image ?? '',
          ready: isReady,
          started: state.waiting === undefined,
          restartCount: this.#restarts,
          state:
            state.waiting === undefined
              ? { running: { startedAt: this.#startedAt } }
              : { waiting: { reason: 'CrashLoopBackOff', message: state.waiting.slice(0, 500) } },
          ...(this.#lastEndedAt === undefined
            ? {}
            : {
                lastState: {
                  terminated: { exitCode: 1, startedAt: this.#startedAt, finishedAt: this.#lastEndedAt },
                },
              }),
        },
      ],
    };
    const patch = { metadata: { uid: pod.metadata.uid }, status };
    try {
      await client.mergePatch(refOf(POD, pod), patch, { subresource: 'status', isUrgent: true });
    } catch (error) {
      // The pod is gone, or another one has its name: there is nobody to tell.
      if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
    }
  }

  async #pause(ms: number): Promise<void> {
    // Aborted is the only way in which this ends early, and the loops look at the signal themselves.
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
