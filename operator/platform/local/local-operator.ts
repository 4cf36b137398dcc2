import type { RavenCluster } from '../../api/raven-cluster.ts';
import type { FurtherCheck } from '../../api/validate-resource.ts';
import { ClusterAdminClient } from '../cluster-admin-client.ts';
import { BUSY_PASS_INTERVAL_MS, IDLE_PASS_INTERVAL_MS } from '../limits.ts';
import { type Narrator, Reconciler } from '../reconciler.ts';
import { ControlServer, type OperatorReport } from './control-server.ts';
import { LocalPlatform } from './local-platform.ts';
import { lockFolder, newToken, unlockFolder } from './operator-lock.ts';
import { ResourceFile } from './resource-file.ts';
import { StateFolder } from './state-folder.ts';

export interface LocalOperatorOptions {
  readonly file: string;
  readonly stateFolder: string;
  readonly narrator: Narrator;
  /** What else to look at before a resource is used. */
  readonly furtherCheck?: FurtherCheck<RavenCluster>;
  /** The program to run for a node, when it is not the package's own. */
  readonly program?: string;
}

/** The operator on this machine: one resource file, one state folder, one cluster of processes. */
export class LocalOperator {
  readonly #options: LocalOperatorOptions;
  readonly #folder: StateFolder;
  readonly #platform: LocalPlatform;
  readonly #resource: ResourceFile;
  readonly #reconciler: Reconciler;
  readonly #stopping = new AbortController();
  #cluster: RavenCluster;
  #wake: () => void = () => undefined;
  #hasNews = false;

  private constructor(
    options: LocalOperatorOptions,
    parts: { folder: StateFolder; platform: LocalPlatform; resource: ResourceFile; cluster: RavenCluster },
  ) {
    this.#options = options;
    this.#folder = parts.folder;
    this.#platform = parts.platform;
    this.#resource = parts.resource;
    this.#cluster = parts.cluster;
    this.#reconciler = new Reconciler({
      platform: parts.platform,
      admin: new ClusterAdminClient(),
      narrator: options.narrator,
    });
  }

  /**
   * Runs the cluster until `stop` is called, then stops its processes.
   *
   * @param started called once the operator is at work
   * @throws OperatorRunningError, InvalidResourceError or PortTakenError when it can't begin; nothing was started then
   */
  static async run(options: LocalOperatorOptions, started: (operator: LocalOperator) => void): Promise<void> {
    const folder = new StateFolder(options.stateFolder);
    let operator: LocalOperator | undefined;
    const token = newToken();
    const control = await ControlServer.listen({
      token,
      report: () => operator?.report() ?? { pid: process.pid, file: options.file, name: '', status: null },
      stop: () => operator?.stop('ravencluster stop'),
    });
    try {
      await lockFolder(folder, { pid: process.pid, port: control.port, token });
      try {
        operator = await LocalOperator.#open(options, folder);
        started(operator);
        await operator.#reconcileUntilStopped();
      } finally {
        await unlockFolder(folder);
      }
    } finally {
      control.close();
    }
  }

  static async #open(options: LocalOperatorOptions, folder: StateFolder): Promise<LocalOperator> {
    const { narrator } = options;
    let operator: LocalOperator | undefined;
    const onChange = (): void => {
      if (operator !== undefined) operator.#lookAgain();
    };
    const platform = await LocalPlatform.open({
      folder,
      narrator,
      onChange,
      ...(options.program === undefined ? {} : { program: options.program }),
    });
    const resource = new ResourceFile(options.file, {
      current: platform.applied,
      isFormed: () => platform.isFormed,
      furtherCheck: options.furtherCheck,
    });
    const cluster = await resource.load();
    await platform.apply(cluster);
    await platform.requirePorts(Array.from({ length: cluster.spec.nodes }, (_, ordinal) => ordinal));
    operator = new LocalOperator(options, { folder, platform, resource, cluster });
    return operator;
  }

  report(): OperatorReport {
    return {
      pid: process.pid,
      file: this.#options.file,
      name: this.#cluster.metadata.name,
      status: this.#reconciler.status ?? null,
    };
  }

  stop(why: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#options.narrator.info(`Stopping all nodes (${why})`);
    this.#stopping.abort();
    this.#lookAgain();
  }

  /** For whoever can't wait for a clean stop. */
  async kill(): Promise<void> {
    await this.#platform.killAll();
  }

  async #reconcileUntilStopped(): Promise<void> {
    const { narrator, file } = this.#options;
    const { signal } = this.#stopping;
    const { metadata, spec } = this.#cluster;
    narrator.info(
      `Cluster ${metadata.name}: ${nodeCount(spec.nodes)}, as ${file} says; everything is kept in ${this.#folder.path}`,
    );
    this.#resource.watch({
      changed: (cluster) => this.#apply(cluster),
      refused: (error) => {
        narrator.warn(`The change is not used, the cluster stays as it is:\n${messageOf(error)}`);
      },
    });
    while (!signal.aborted) {
      let isBusy = false;
      try {
        isBusy = await this.#reconciler.pass(this.#cluster, signal);
      } catch (error) {
        narrator.warn(`This look at the cluster failed; there will be another: ${messageOf(error)}`);
      }
      if (!signal.aborted) await this.#pause(isBusy ? BUSY_PASS_INTERVAL_MS : IDLE_PASS_INTERVAL_MS);
    }
    this.#resource.close();
    await this.#platform.stopAll();
    narrator.info('All nodes are stopped; the next start finds their data');
  }

  async #apply(cluster: RavenCluster): Promise<void> {
    const { nodes } = this.#cluster.spec;
    await this.#platform.apply(cluster);
    this.#cluster = cluster;
    const scaled = cluster.spec.nodes === nodes ? '' : `: ${nodes} → ${nodeCount(cluster.spec.nodes)}`;
    this.#options.narrator.info(`${this.#options.file} has changed${scaled}`);
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#hasNews = true;
    this.#wake();
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#hasNews) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    this.#hasNews = false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nodeCount(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
