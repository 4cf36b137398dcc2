import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import type { ControlPlane } from '../harness/control-plane.ts';
import { isAliveWith, notePid, ownPid, signal, stopNoted } from '../harness/own-process.ts';
import { launch, run } from '../harness/shell.ts';
import {
  CONTROL_PLANE_ADDRESS,
  DNS_SERVICE_ADDRESS,
  machineAddress,
  POD_NETWORK,
  podNetworkOf,
} from './address-plan.ts';
import { makeCgroup, removeCgroup } from './cgroups.ts';
import { cniConfiguration, containerdConfiguration, kubeletConfiguration } from './machine-files.ts';
import { isRunning, processTree } from './process-tree.ts';
import type { RunNames } from './run-names.ts';
import type { RunNetwork } from './run-network.ts';

/** Longest a machine may take to have its first process, in milliseconds. */
const BOOT_TIMEOUT_MS = 60_000;

/** Longest the processes of a machine that lost its power may take to vanish, in milliseconds. */
const POWER_OFF_TIMEOUT_MS = 30_000;

export interface MachineOptions {
  readonly names: RunNames;
  readonly network: RunNetwork;
  readonly binaries: string;
  /** Archives of images that the machine has from the start. */
  readonly images: readonly string[];
  readonly pauseImage: string;
  readonly number: number;
  readonly zone: string;
}

/**
 * A machine of the cluster: namespaces of its own with a real kubelet, containerd and kube-proxy. Its disk is a folder
 * that outlives it.
 */
export class Machine {
  readonly name: string;
  readonly zone: string;
  readonly folder: string;
  readonly #options: MachineOptions;
  readonly #address: string;
  readonly #podNetwork: string;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.name = `machine-${options.number}`;
    this.zone = options.zone;
    this.folder = join(options.names.folder, this.name);
    this.#address = machineAddress(options.number);
    this.#podNetwork = podNetworkOf(options.number);
  }

  /** First boot: with an identity of its own. */
  async install(plane: ControlPlane): Promise<void> {
    const { name, folder } = this;
    for (const each of ['log', 'cni', 'pki']) await mkdir(join(folder, each), { recursive: true });
    const pki = join(folder, 'pki');
    const { authority, server } = plane;
    const user = { commonName: `system:node:${name}`, organisation: 'system:nodes' };
    const kubeconfig = await authority.writeKubeconfig('kubelet', user, server, pki);
    await writeFile(join(folder, 'kubelet.kubeconfig'), await readFile(kubeconfig));
    await authority.issue(
      'server',
      { commonName: name, usage: 'server', dnsNames: [name], addresses: [this.#address] },
      pki,
    );
    await authority.writeKubeconfig('kube-proxy', { commonName: 'system:kube-proxy' }, server, pki);
    // No name server outside: names that the cluster does not have are not there.
    await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
    const facts = {
      name,
      folder,
      address: this.#address,
      podNetwork: this.#podNetwork,
      cgroup: `/${this.#options.names.cgroup}/${name}`,
      clusterDns: DNS_SERVICE_ADDRESS,
      pauseImage: this.#options.pauseImage,
      authorityFile: authority.file('ca.crt'),
    };
    await writeFile(join(folder, 'cni', '10-pods.conflist'), cniConfiguration(facts));
    await writeFile(join(folder, 'containerd.toml'), containerdConfiguration(facts));
    await writeFile(join(folder, 'kubelet.yaml'), kubeletConfiguration(facts));
    await this.powerOn();
  }

  /** Boots with what is on the disk. Resolves when its daemons are being started, not when they work. */
  async powerOn(): Promise<void> {
    const { names, network, number } = this.#options;
    await makeCgroup(names.cgroup, this.name);
    // What a kernel forgets without power.
    for (const each of ['cni-ipam', 'containerd-run']) {
      await rm(join(this.folder, each), { recursive: true, force: true });
    }
    const init = join(import.meta.dirname, 'machine-init.sh');
    const namespaces = ['--net', '--mount', '--pid', '--uts', '--ipc'];
    const pid = launch(
      'unshare',
      [...namespaces, '--fork', '--kill-child', '--mount-proc', 'bash', init, this.folder],
      { log: join(this.folder, 'log', 'init.log'), environment: this.#environment() },
    );
    await notePid(this.folder, 'machine', pid);
    const first = await waitUntil('the first process', () => this.#firstProcess(pid), BOOT_TIMEOUT_MS);
    await notePid(this.folder, 'init', first);
    await network.unplug(number, this.#podNetwork);
    await network.plugIn(number, first, this.#address, this.#podNetwork);
  }

  #environment(): Readonly<Record<string, string>> {
    const { binaries, images } = this.#options;
    return {
      MACHINE_NAME: this.name,
      MACHINE_ADDRESS: this.#address,
      GATEWAY: CONTROL_PLANE_ADDRESS,
      BINARIES: binaries,
      IMAGES: images.join(' '),
      LABELS: `topology.kubernetes.io/zone=${this.zone}`,
      POD_NETWORK,
      // Of all variables of this process these would change what the daemons do.
      KUBECONFIG: '',
    };
  }

  /** The child of unshare: it has namespaces of its own from its first moment. */
  async #firstProcess(parent: number): Promise<number | undefined> {
    if (!isAliveWith(parent, this.folder)) {
      throw new Error(await readFile(join(this.folder, 'log', 'init.log'), 'utf8'));
    }
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]) || undefined;
  }

  /** As when somebody pulls the plug: every process is gone at once, nobody says goodbye. */
  async powerOff(): Promise<void> {
    const init = await ownPid(this.folder, 'init');
    if (init === undefined) return;
    const processes = processTree(init);
    signal(init, 'SIGKILL');
    await waitUntil(
      `the processes of ${this.name} to be gone`,
      () => !processes.some(isRunning),
      POWER_OFF_TIMEOUT_MS,
    );
    await rm(join(this.folder, 'init.pid'), { force: true });
    await stopNoted(this.folder, 'machine');
  }

  /** Nothing goes in or out of the machine, and nobody is told. */
  async cutCable(): Promise<void> {
    await this.#options.network.setCable(this.#options.number, 'down');
  }

  async mendCable(): Promise<void> {
    await this.#options.network.setCable(this.#options.number, 'up');
  }

  /** Freezes every process of the machine, as a hypervisor does that has better things to do. */
  async freeze(): Promise<void> {
    await this.#signalAll('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.#signalAll('SIGCONT');
  }

  async #signalAll(name: NodeJS.Signals): Promise<void> {
    const init = await ownPid(this.folder, 'init');
    if (init === undefined) throw new Error(`${this.name} has no power`);
    for (const { pid } of processTree(init)) signal(pid, name);
  }

  async importImage(archive: string): Promise<void> {
    await this.ctr('images', 'import', archive);
  }

  /** containerd's own tool, for Kubernetes' containers on this machine. */
  ctr(...args: readonly string[]): Promise<string> {
    return run('ctr', ['-a', join(this.folder, 'containerd.sock'), '-n', 'k8s.io', ...args]);
  }

  /** Ends it, and removes what it left outside its folder. */
  async dispose(): Promise<void> {
    await this.powerOff();
    await this.#options.network.unplug(this.#options.number, this.#podNetwork);
    await removeCgroup(this.#options.names.cgroup, this.name);
  }
}
