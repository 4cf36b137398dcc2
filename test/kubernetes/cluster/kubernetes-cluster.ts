import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { ControlPlane } from '../harness/control-plane.ts';
import { findBinaries, findProgram } from '../harness/kubernetes-binaries.ts';
import { notePid } from '../harness/own-process.ts';
import { launch, type RunOptions, run } from '../harness/shell.ts';
import { CONTROL_PLANE_ADDRESS } from './address-plan.ts';
import { removeRun } from './leftovers.ts';
import { Machine } from './machine.ts';
import { NAME_SERVER_OBJECTS, nameServerConfiguration } from './name-server.ts';
import { PAUSE_IMAGE, pauseImageArchive } from './pause-image.ts';
import type { RunNames } from './run-names.ts';
import { RunNetwork } from './run-network.ts';
import { STORAGE_CLASSES } from './storage-classes.ts';

/** Longest machines may take to be ready, in milliseconds; two cores are little for three machines. */
const MACHINES_READY_TIMEOUT_MS = 300_000;

export interface ClusterOptions {
  readonly names: RunNames;
  /** Zones of the machines, one machine for each entry. */
  readonly zones: readonly string[];
  /** Archives of images that every machine has from the start. */
  readonly images: readonly string[];
}

interface NodeObject extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime: string;
    }[];
  };
}

/**
 * Real Kubernetes on this machine: control plane, machines with kubelets and containers, cluster DNS, volumes. Must be
 * started in the run's own network (see run-in-network.ts).
 */
export class KubernetesCluster {
  readonly names: RunNames;
  readonly machines: readonly Machine[];
  readonly client: KubeClient;
  /** Of a user who may do everything. */
  readonly kubeconfig: string;

  private constructor(names: RunNames, kubeconfig: string, machines: readonly Machine[]) {
    this.names = names;
    this.kubeconfig = kubeconfig;
    this.machines = machines;
    this.client = KubeClient.from({ kubeconfig, userAgent: 'end-to-end-test' });
  }

  /** Resolves when every machine is ready. */
  static async start(options: ClusterOptions): Promise<KubernetesCluster> {
    const { names } = options;
    const binaries = requireBinaries();
    await mkdir(names.folder, { recursive: true });
    const machines = machinesOf(options, [await pauseImageArchive(names.folder), ...options.images]);
    const folder = join(names.folder, 'control-plane');
    const plane = await ControlPlane.start({ binaries, folder, address: CONTROL_PLANE_ADDRESS });
    const cluster = new KubernetesCluster(names, plane.kubeconfig, machines);
    for (const object of [...NAME_SERVER_OBJECTS, ...STORAGE_CLASSES]) await cluster.client.create(object);
    await cluster.#startBeside(binaries);
    await Promise.all(machines.map((machine) => machine.install(plane)));
    await Promise.all(machines.map((machine) => cluster.waitForMachine(machine, 'ready')));
    return cluster;
  }

  /** The cluster of a run that is up already: for people who write tests, and don't want to wait each time. */
  static attach(options: ClusterOptions): KubernetesCluster {
    const kubeconfig = join(options.names.folder, 'control-plane', 'pki', 'admin.kubeconfig');
    const pause = join(options.names.folder, 'pause.tar');
    return new KubernetesCluster(options.names, kubeconfig, machinesOf(options, [pause, ...options.images]));
  }

  /** DNS and volumes: processes beside the control plane. */
  async #startBeside(binaries: string): Promise<void> {
    const { folder } = this.names;
    const corefile = join(folder, 'Corefile');
    await writeFile(corefile, nameServerConfiguration(this.kubeconfig));
    const dns = launch(join(binaries, 'coredns'), ['-conf', corefile], { log: join(folder, 'coredns.log') });
    await notePid(folder, 'coredns', dns);
    const program = join(import.meta.dirname, 'provisioner.ts');
    const volumes = launch(process.execPath, [program, this.kubeconfig, join(folder, 'volumes')], {
      log: join(folder, 'provisioner.log'),
    });
    await notePid(folder, 'provisioner', volumes);
  }

  machine(name: string): Machine {
    const machine = this.machines.find((each) => each.name === name);
    if (machine === undefined) throw new Error(`There is no machine ${name}`);
    return machine;
  }

  /** Waits until Kubernetes takes a machine for ready, or for not ready any more. */
  async waitForMachine(machine: Machine, state: 'ready' | 'not ready'): Promise<void> {
    await waitUntil(
      `${machine.name} to be ${state}`,
      async () => {
        const node = await this.client.get<NodeObject>({ kind: NODE, name: machine.name });
        const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
        return (ready === 'True') === (state === 'ready');
      },
      MACHINES_READY_TIMEOUT_MS,
    );
  }

  /** Makes it look as if a machine had been silent for so much longer: waiting would prove nothing more. */
  async backdateSilence({ name }: Machine, ms: number): Promise<void> {
    const node = await this.client.get<NodeObject>({ kind: NODE, name });
    const conditions = (node?.status?.conditions ?? []).map((condition) => {
      if (condition.type !== 'Ready') return condition;
      const sinceMs = Date.parse(condition.lastTransitionTime) - ms;
      return { ...condition, lastTransitionTime: new Date(sinceMs).toISOString() };
    });
    await this.client.mergePatch({ kind: NODE, name }, { status: { conditions } }, { subresource: 'status' });
  }

  kubectl(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.#tool('kubectl', args, options);
  }

  helm(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.#tool('helm', args, options);
  }

  #tool(name: string, args: readonly string[], options: RunOptions): Promise<string> {
    const program = findProgram(name);
    if (program === undefined) throw new Error(`${name} is neither in PATH nor built here`);
    return run(program, args, { ...options, environment: this.environment });
  }

  /** What a person at a terminal of this cluster has: kubectl, helm and their configuration. */
  get environment(): Readonly<Record<string, string>> {
    const { folder } = this.names;
    return {
      KUBECONFIG: this.kubeconfig,
      HELM_CACHE_HOME: join(folder, 'helm', 'cache'),
      HELM_CONFIG_HOME: join(folder, 'helm', 'config'),
      HELM_DATA_HOME: join(folder, 'helm', 'data'),
    };
  }

  /** Puts an image on every machine that has power. */
  async importImage(archive: string): Promise<void> {
    if (!existsSync(archive)) throw new Error(`There is no ${archive}`);
    await Promise.all(this.machines.map((machine) => machine.importImage(archive)));
  }

  /** Ends everything and removes it. */
  async stop(): Promise<void> {
    await this.client.close();
    await Promise.all(this.machines.map((machine) => machine.dispose()));
    await removeRun(this.names);
  }
}

function requireBinaries(): string {
  const binaries = findBinaries('machines');
  if (binaries === undefined) throw new Error('Kubernetes is not built here: see test/kubernetes/build');
  return binaries;
}

function machinesOf({ names, zones }: ClusterOptions, images: readonly string[]): readonly Machine[] {
  const shared = { names, network: new RunNetwork(names), binaries: requireBinaries(), images };
  return zones.map((zone, i) => new Machine({ ...shared, pauseImage: PAUSE_IMAGE, number: i + 1, zone }));
}
