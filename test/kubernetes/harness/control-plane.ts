import { mkdir, readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { freePort } from '../../processes/harness/free-port.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { ClusterAuthority } from './cluster-authority.ts';
import { notePid, ownPid, stopNoted } from './own-process.ts';
import { launch } from './shell.ts';

/** Longest the control plane may take to be ready, in milliseconds: a busy machine of two cores needs its time. */
const READY_TIMEOUT_MS = 180_000;

const SERVICE_NETWORK = '10.96.0.0/16';
const POD_NETWORK = '10.244.0.0/16';
const SERVICE_ADDRESS = '10.96.0.1';

/** How long a node may be silent before it counts as not ready. */
const NODE_GRACE = '20s';

export interface ControlPlaneOptions {
  /** Folder of the programs; see kubernetes-binaries.ts. */
  readonly binaries: string;
  /** Everything is written here. */
  readonly folder: string;
  /** Address to listen on: loopback for tests of the API alone, an address of the machines' network otherwise. */
  readonly address: string;
  /** Further arguments of the API server. */
  readonly apiServer?: readonly string[];
}

/** etcd, API server, controller manager and scheduler as processes of this machine. Nothing runs pods. */
export class ControlPlane {
  readonly #options: ControlPlaneOptions;
  readonly authority: ClusterAuthority;
  /** URL of the API server. */
  readonly server: string;
  /** Kubeconfig of a user who may do everything. */
  readonly kubeconfig: string;

  private constructor(
    options: ControlPlaneOptions,
    authority: ClusterAuthority,
    server: string,
    kubeconfig: string,
  ) {
    this.#options = options;
    this.authority = authority;
    this.server = server;
    this.kubeconfig = kubeconfig;
  }

  /** Resolves when pods can be created: the API serves and the controllers work. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { folder, address } = options;
    const authority = await ClusterAuthority.create(join(folder, 'pki'));
    await mkdir(join(folder, 'log'), { recursive: true });
    const ports = await Ports.free();
    const server = `https://${address}:${ports.api}`;
    await authority.issue('apiserver', {
      commonName: 'kube-apiserver',
      usage: 'server',
      dnsNames: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
      ],
      addresses: [SERVICE_ADDRESS, '127.0.0.1', address],
    });
    const masters = { organisation: 'system:masters' };
    await authority.issue('apiserver-kubelet', {
      commonName: 'kube-apiserver-kubelet',
      usage: 'client',
      ...masters,
    });
    await authority.issue('front-proxy', { commonName: 'front-proxy-client', usage: 'client' });
    const kubeconfig = await authority.writeKubeconfig('admin', { commonName: 'admin', ...masters }, server);
    const plane = new ControlPlane(options, authority, server, kubeconfig);
    try {
      await plane.#start(ports);
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  async #start(ports: Ports): Promise<void> {
    const { authority, server } = this;
    const user = (name: string) => authority.writeKubeconfig(name, { commonName: `system:${name}` }, server);
    await this.#launch('etcd', etcdArguments(this.#options, ports));
    await this.#launch('kube-apiserver', [
      ...apiServerArguments(this.#options, authority, ports),
      ...(this.#options.apiServer ?? []),
    ]);
    const admin = {
      ca: await readFile(authority.file('ca.crt')),
      cert: await readFile(authority.file('admin.crt')),
      key: await readFile(authority.file('admin.key')),
    };
    const answers = (url: string) => async () => {
      await this.#requireAlive();
      return (await statusOf(url, admin)) === 200;
    };
    // The others end at once when they find no API server.
    await waitUntil('the API server', answers(`${server}/readyz`), READY_TIMEOUT_MS);
    const controllers = await user('kube-controller-manager');
    await this.#launch(
      'kube-controller-manager',
      controllerArguments(this.#options, authority, controllers, ports),
    );
    const scheduler = await user('kube-scheduler');
    await this.#launch('kube-scheduler', [
      ...servingArguments(scheduler, this.#options.address, ports.scheduler),
      `--kubeconfig=${scheduler}`,
    ]);
    const account = `${server}/api/v1/namespaces/default/serviceaccounts/default`;
    await waitUntil('the controllers', answers(account), READY_TIMEOUT_MS);
    const health = `https://${this.#options.address}:${ports.scheduler}/healthz`;
    await waitUntil(
      'the scheduler',
      async () => (await statusOf(health, { rejectUnauthorized: false })) === 200,
      READY_TIMEOUT_MS,
    );
  }

  async #launch(name: string, args: readonly string[]): Promise<void> {
    const { binaries, folder } = this.#options;
    const pid = launch(join(binaries, name), args, { log: join(folder, 'log', `${name}.log`) });
    await notePid(folder, name, pid);
  }

  async #requireAlive(): Promise<void> {
    for (const name of ['etcd', 'kube-apiserver']) {
      if ((await ownPid(this.#options.folder, name)) !== undefined) continue;
      const log = await readFile(join(this.#options.folder, 'log', `${name}.log`), 'utf8');
      throw new Error(`${name} ended: ${log.slice(-2000)}`);
    }
  }

  async stop(): Promise<void> {
    await stopControlPlane(this.#options.folder);
  }
}

/** Ends the processes of a control plane whose folder this is, whoever started them. */
export async function stopControlPlane(folder: string): Promise<void> {
  for (const name of ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd']) {
    await stopNoted(folder, name);
  }
}

class Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly api: number;
  readonly controllers: number;
  readonly scheduler: number;

  private constructor([etcd = 0, etcdPeer = 0, api = 0, controllers = 0, scheduler = 0]: readonly number[]) {
    this.etcd = etcd;
    this.etcdPeer = etcdPeer;
    this.api = api;
    this.controllers = controllers;
    this.scheduler = scheduler;
  }

  static async free(): Promise<Ports> {
    const ports: number[] = [];
    for (let i = 0; i < 5; i++) ports.push(await freePort());
    return new Ports(ports);
  }
}

function etcdArguments({ folder, address }: ControlPlaneOptions, ports: Ports): readonly string[] {
  const client = `http://${address}:${ports.etcd}`;
  const peer = `http://${address}:${ports.etcdPeer}`;
  return [
    `--data-dir=${folder}/etcd`,
    // What a test wrote need not outlive the machine.
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
  ];
}

function apiServerArguments(
  { address }: ControlPlaneOptions,
  authority: ClusterAuthority,
  ports: Ports,
): readonly string[] {
  const file = (name: string) => authority.file(name);
  return [
    `--etcd-servers=http://${address}:${ports.etcd}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${ports.api}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--kubelet-client-certificate=${file('apiserver-kubelet.crt')}`,
    `--kubelet-client-key=${file('apiserver-kubelet.key')}`,
    `--kubelet-certificate-authority=${file('ca.crt')}`,
    '--kubelet-preferred-address-types=InternalIP,Hostname',
    `--requestheader-client-ca-file=${file('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${file('front-proxy.crt')}`,
    `--proxy-client-key-file=${file('front-proxy.key')}`,
    `--service-account-key-file=${file('sa.pub')}`,
    `--service-account-signing-key-file=${file('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${SERVICE_NETWORK}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    // A loopback address is no valid endpoint of the Service `kubernetes`.
    `--endpoint-reconciler-type=${address.startsWith('127.') ? 'none' : 'lease'}`,
  ];
}

function controllerArguments(
  { address }: ControlPlaneOptions,
  authority: ClusterAuthority,
  kubeconfig: string,
  ports: Ports,
): readonly string[] {
  return [
    ...servingArguments(kubeconfig, address, ports.controllers),
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${authority.file('sa.key')}`,
    `--root-ca-file=${authority.file('ca.crt')}`,
    '--use-service-account-credentials=true',
    `--cluster-signing-cert-file=${authority.file('ca.crt')}`,
    `--cluster-signing-key-file=${authority.file('ca.key')}`,
    '--allocate-node-cidrs=true',
    `--cluster-cidr=${POD_NETWORK}`,
    `--service-cluster-ip-range=${SERVICE_NETWORK}`,
    `--node-monitor-grace-period=${NODE_GRACE}`,
  ];
}

function servingArguments(kubeconfig: string, address: string, port: number): readonly string[] {
  return [
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${address}`,
    `--secure-port=${port}`,
    '--leader-elect=false',
  ];
}

/** Status of a GET; undefined without an answer. */
function statusOf(url: string, tls: Readonly<Record<string, unknown>>): Promise<number | undefined> {
  return new Promise((settle) => {
    const sent = request(url, { ...tls, agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      settle(response.statusCode);
    });
    sent.on('timeout', () => sent.destroy());
    // Nobody listens yet; whoever waits asks again.
    sent.on('error', () => settle(undefined));
    sent.end();
  });
}
