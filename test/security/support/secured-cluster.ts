import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_UNIT, OPERATOR_UNIT } from '../../../node/security/identity.ts';
import { freePort } from '../../processes/harness/free-port.ts';
import { RavenProcess } from '../../processes/harness/raven-process.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { CertificateFiles } from './certificate-files.ts';
import { httpsRequest } from './https-request.ts';
import type { TestAuthority, TestCertificate } from './test-authority.ts';

/** A node process that serves HTTPS, over all its lives: the same ports, disk and files. */
export class SecuredProcess {
  readonly files: CertificateFiles;
  readonly url: string;
  readonly #tcpPort: number;
  readonly #folder: string;
  #process: RavenProcess | undefined;

  constructor(
    files: CertificateFiles,
    ports: { readonly http: number; readonly tcp: number },
    folder: string,
  ) {
    this.files = files;
    this.url = `https://127.0.0.1:${ports.http}`;
    this.#tcpPort = ports.tcp;
    this.#folder = folder;
  }

  static async start(
    certificate: TestCertificate,
    trusted: readonly TestAuthority[],
  ): Promise<SecuredProcess> {
    const files = await CertificateFiles.create(certificate, trusted);
    const ports = { http: await freePort(), tcp: await freePort() };
    const node = new SecuredProcess(files, ports, await mkdtemp(join(tmpdir(), 'raven-secured-')));
    await node.start();
    return node;
  }

  async start(): Promise<void> {
    this.#process = new RavenProcess([
      `--ServerUrl=${this.url}`,
      `--ServerUrl.Tcp=tcp://127.0.0.1:${this.#tcpPort}`,
      `--DataDir=${this.#folder}`,
      '--Cluster.ElectionTimeoutInMs=600',
      '--Cluster.WorkerSamplePeriodInMs=100',
      '--Cluster.SupervisorSamplePeriodInMs=250',
      '--Cluster.StatsStabilizationTimeInSec=1',
      `--Embedded.ParentProcessId=${process.pid}`,
      ...this.files.settings,
    ]);
    await this.#process.served();
  }

  get output(): string {
    return this.#process?.output ?? '';
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  async dispose(): Promise<void> {
    await this.#process?.kill();
    await this.files.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Topology {
  readonly NodeTag: string;
  readonly CurrentState: string;
  readonly Topology: { readonly Members: Readonly<Record<string, string>> };
}

/** A cluster of such processes, and an operator that its authority vouches for. */
export class SecuredCluster {
  readonly nodes: readonly SecuredProcess[];
  /** What clients of the cluster trust; changed by whoever changes the cluster's authority. */
  trusted: readonly TestAuthority[];
  operator: TestCertificate;

  private constructor(nodes: readonly SecuredProcess[], authority: TestAuthority, operator: TestCertificate) {
    this.nodes = nodes;
    this.trusted = [authority];
    this.operator = operator;
  }

  static async start(count: number, authority: TestAuthority): Promise<SecuredCluster> {
    const nodes = await Promise.all(
      Array.from({ length: count }, async () =>
        SecuredProcess.start(await nodeCertificate(authority), [authority]),
      ),
    );
    const cluster = new SecuredCluster(nodes, authority, await operatorCertificate(authority));
    try {
      await cluster.administer(cluster.node(0), 'POST', '/admin/cluster/bootstrap');
      for (const node of nodes.slice(1)) await cluster.#join(node);
    } catch (error) {
      const outputs = nodes.map(({ output }) => output).join('\n----\n');
      await cluster.dispose();
      throw new Error(`The cluster did not form: ${String(error)}\n${outputs}`, { cause: error });
    }
    return cluster;
  }

  node(position: number): SecuredProcess {
    const node = this.nodes[position];
    if (node === undefined) throw new Error(`The cluster has no node ${position}.`);
    return node;
  }

  /** As the operator. Throws for a status of 400 and up. */
  async administer(node: SecuredProcess, method: string, path: string, body?: unknown): Promise<string> {
    const answer = await httpsRequest(node.url + path, {
      method,
      as: this.operator,
      trusting: this.trusted,
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  }

  async read<T>(node: SecuredProcess, path: string): Promise<T> {
    return JSON.parse(await this.administer(node, 'GET', path)) as T;
  }

  topology(node: SecuredProcess): Promise<Topology> {
    return this.read(node, '/cluster/topology');
  }

  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
  }

  async #join(node: SecuredProcess): Promise<void> {
    await waitUntil('the cluster to accept a node', async () => {
      await this.administer(this.node(0), 'PUT', `/admin/cluster/node?url=${encodeURIComponent(node.url)}`);
      return true;
    });
    await waitUntil('the new node to be a member', async () => {
      const { NodeTag, Topology } = await this.topology(node);
      return NodeTag !== '?' && NodeTag in Topology.Members;
    });
  }
}

export function nodeCertificate(authority: TestAuthority): Promise<TestCertificate> {
  return authority.issue({ commonName: 'node', units: [NODE_UNIT] });
}

export function operatorCertificate(authority: TestAuthority): Promise<TestCertificate> {
  return authority.issue({ commonName: 'operator', units: [OPERATOR_UNIT], key: 'RSA' });
}
