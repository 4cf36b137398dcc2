import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from './fake-clock.ts';
import { freePort } from './free-port.ts';
import { requestJson, requestText } from './http-json.ts';
import { PartitionProxy } from './partition-proxy.ts';
import { RavenProcess } from './raven-process.ts';

export interface RavenNodeOptions {
  /** More settings, for instance `--Cluster.ElectionTimeoutInMs=300`. */
  readonly settings?: readonly string[];
  /** Peers reach it through proxies that can cut it off; the test itself always goes straight. */
  readonly behindProxies?: boolean;
  /** Its wall clock can be set while it runs, where the machine has what that takes. */
  readonly hasOwnClock?: boolean;
  /** Folder for its data, removed in the end; default: a temporary one. */
  readonly dataDirectory?: string;
}

export interface ClusterTopology {
  readonly Leader: string | null;
  readonly NodeTag: string;
  readonly CurrentState: string;
  readonly CurrentTerm: number;
  readonly Topology: {
    readonly AllNodes: Readonly<Record<string, string>>;
    readonly Members: Readonly<Record<string, string>>;
    readonly Promotables: Readonly<Record<string, string>>;
    readonly Watchers: Readonly<Record<string, string>>;
  };
}

/** What stands between a node and the machine. */
interface Surroundings {
  readonly proxies: Proxies | undefined;
  readonly clock: FakeClock | undefined;
}

interface Proxies {
  readonly http: PartitionProxy;
  readonly tcp: PartitionProxy;
}

/** A node of a cluster over all its lives: the same ports and the same disk, process after process. */
export class RavenNode {
  readonly dataDirectory: string;
  readonly tcpPort: number;
  /** Where the test talks to it; never through a proxy. */
  readonly url: string;
  /** What it tells its peers. */
  readonly publicUrl: string;
  /** Its wall clock; undefined: the machine's. */
  readonly clock: FakeClock | undefined;
  readonly #settings: readonly string[];
  readonly #proxies: Proxies | undefined;
  #process: RavenProcess | undefined;

  private constructor(
    dataDirectory: string,
    ports: { readonly http: number; readonly tcp: number },
    settings: readonly string[],
    { proxies, clock }: Surroundings,
  ) {
    this.dataDirectory = dataDirectory;
    this.url = `http://127.0.0.1:${ports.http}`;
    this.tcpPort = ports.tcp;
    this.publicUrl = proxies === undefined ? this.url : `http://127.0.0.1:${proxies.http.port}`;
    this.#settings = settings;
    this.#proxies = proxies;
    this.clock = clock;
  }

  static async start(options: RavenNodeOptions = {}): Promise<RavenNode> {
    const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'raven-node-')));
    const ports = { http: await freePort(), tcp: await freePort() };
    const proxies = options.behindProxies
      ? { http: await PartitionProxy.to(ports.http), tcp: await PartitionProxy.to(ports.tcp) }
      : undefined;
    const clock = options.hasOwnClock ? FakeClock.create() : undefined;
    const node = new RavenNode(dataDirectory, ports, options.settings ?? [], { proxies, clock });
    await node.start();
    return node;
  }

  get process(): RavenProcess {
    if (this.#process === undefined) throw new Error('The node was never started.');
    return this.#process;
  }

  get isRunning(): boolean {
    return this.#process?.hasExited === false;
  }

  /** Starts the process and waits until it serves. */
  async start(): Promise<void> {
    if (this.isRunning) throw new Error(`The node at ${this.url} runs already.`);
    const args = [
      `--ServerUrl=${this.url}`,
      `--ServerUrl.Tcp=tcp://127.0.0.1:${this.tcpPort}`,
      `--DataDir=${this.dataDirectory}`,
      '--Setup.Mode=None',
      '--License.Eula.Accepted=true',
      // A test run that is itself killed must not leave nodes behind.
      `--Embedded.ParentProcessId=${process.pid}`,
      ...(this.#proxies === undefined
        ? []
        : [
            `--PublicServerUrl=${this.publicUrl}`,
            `--PublicServerUrl.Tcp=tcp://127.0.0.1:${this.#proxies.tcp.port}`,
          ]),
      ...this.#settings,
    ];
    this.#process = new RavenProcess(args, this.clock?.environment);
    await this.#process.served();
  }

  /** kill -9. */
  kill(): Promise<void> {
    return this.process.kill();
  }

  /** Forgets everything it ever stored. Only while it is down. */
  async wipe(): Promise<void> {
    if (this.isRunning) throw new Error('A running node can not be wiped.');
    await rm(this.dataDirectory, { recursive: true, force: true });
  }

  /** Forgets who it is and what it voted, but keeps its databases. Only while it is down. */
  async wipeIdentity(): Promise<void> {
    if (this.isRunning) throw new Error('A running node can not be wiped.');
    await rm(join(this.dataDirectory, 'System'), { recursive: true, force: true });
  }

  /** Drops everything between this node and those with the given tags, towards this node; all HTTP of peers too. */
  cutFrom(tags: readonly string[]): void {
    this.#proxies?.http.cut(['']);
    this.#proxies?.tcp.cut(['', ...tags]);
  }

  heal(): void {
    this.#proxies?.http.heal();
    this.#proxies?.tcp.heal();
  }

  topology(): Promise<ClusterTopology> {
    return requestJson('GET', `${this.url}/cluster/topology`, { timeoutMs: 5_000 });
  }

  get(path: string): Promise<string> {
    return requestText('GET', this.url + path);
  }

  /** Ends it, whatever state it is in, and removes its data. */
  async dispose(): Promise<void> {
    if (this.isRunning) {
      this.process.resume();
      await this.process.kill();
    }
    this.#proxies?.http.close();
    this.#proxies?.tcp.close();
    this.clock?.dispose();
    await rm(this.dataDirectory, { recursive: true, force: true });
  }
}
