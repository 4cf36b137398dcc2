import { createHash } from 'node:crypto';
import type { RavenCluster, RavenClusterSpec, RavenClusterStatus } from '../../api/raven-cluster.ts';
import type { Memory } from '../../decide/memory.ts';
import { tagOfOrdinal } from '../../decide/node-tag.ts';
import type { Platform, PlatformAction, PlatformNode } from '../platform.ts';
import type { Narrator } from '../reconciler.ts';
import { STABLE_RUN_MS } from './limits.ts';
import { LocalState } from './local-state.ts';
import { lastLogLine } from './log-tail.ts';
import { NodeData } from './node-data.ts';
import { NodeProcess, type ProcessEnd } from './node-process.ts';
import { addressOf, httpUrl, NODE_PROGRAM, nodeArguments } from './node-program.ts';
import { requireFreePort } from './port-check.ts';
import { isProcessWith } from './process-identity.ts';
import type { StateFolder } from './state-folder.ts';

interface LocalNode {
  process: NodeProcess | undefined;
  failures: number;
  failedAtMs: number | undefined;
}

/** Nodes as processes of this machine, each with a data directory. */
export class LocalPlatform implements Platform {
  readonly #folder: StateFolder;
  readonly #state: LocalState;
  readonly #data: NodeData;
  readonly #narrator: Narrator;
  readonly #program: string;
  readonly #onChange: () => void;
  readonly #nodes = new Map<number, LocalNode>();
  #spec: RavenClusterSpec | undefined;

  private constructor(options: LocalPlatformOptions, state: LocalState) {
    this.#folder = options.folder;
    this.#narrator = options.narrator;
    this.#program = options.program ?? NODE_PROGRAM;
    this.#onChange = options.onChange;
    this.#state = state;
    this.#spec = state.applied?.spec;
    this.#data = new NodeData(options.folder);
  }

  /** Opens the state folder and takes over the processes of an earlier operator that are still running. */
  static async open(options: LocalPlatformOptions): Promise<LocalPlatform> {
    const platform = new LocalPlatform(options, await LocalState.open(options.folder.stateFile));
    for (const { ordinal, pid, startedAtMs, revision } of platform.#state.processes()) {
      if (!(await isProcessWith(pid, platform.#folder.dataFolder(ordinal)))) continue;
      platform.#watch(ordinal, NodeProcess.adopt({ pid, startedAtMs, revision }));
      options.narrator.info(`Node ${tagOfOrdinal(ordinal)} is still running (process ${pid})`);
    }
    return platform;
  }

  async nodes(): Promise<readonly PlatformNode[]> {
    const ordinals = new Set([...this.#nodes.keys(), ...(await this.#data.ordinals())]);
    return Promise.all(
      [...ordinals].map(async (ordinal): Promise<PlatformNode> => {
        const node = this.#node(ordinal);
        const process = processState(node.process);
        return {
          ordinal,
          url: this.urlOf(ordinal),
          process,
          data: await this.#data.stateOf(ordinal),
          failures: node.failures,
          isOutdated: node.process?.isRunning === true && node.process.revision !== this.#revisionOf(ordinal),
          ...(node.failedAtMs === undefined ? {} : { failedAtMs: node.failedAtMs }),
        };
      }),
    );
  }

  urlOf(ordinal: number): string {
    return httpUrl(addressOf(ordinal, this.#appliedSpec));
  }

  async perform(action: PlatformAction): Promise<void> {
    const { ordinal } = action;
    switch (action.type) {
      case 'CreateNode':
      case 'StartNode':
        return this.#start(ordinal);
      case 'StopNode':
      case 'RestartNode':
        // A process that the cluster counts on is started again by the next look.
        this.#stop(ordinal);
        return;
      case 'AttachData':
        return this.#data.mark(ordinal, 'Used');
      case 'DetachData':
        return this.#data.mark(ordinal, 'Detached');
      case 'QuarantineData': {
        const target = await this.#data.quarantine(ordinal, new Date());
        this.#narrator.info(`The old data of node ${tagOfOrdinal(ordinal)} is in ${target}`);
        return;
      }
      case 'DeleteData':
        await this.#data.delete(ordinal);
        this.#nodes.delete(ordinal);
        return;
      case 'GrowVolume':
      case 'AbandonNode':
        throw new Error(`${action.type}: a folder of this machine has no size and no machine to lose`);
    }
  }

  /** The resource that was applied last: what a new one is a change of. */
  get applied(): RavenCluster | undefined {
    return this.#state.applied;
  }

  /** There is a cluster; its nodes know each other's addresses. */
  get isFormed(): boolean {
    return this.#state.memory?.clusterId !== undefined;
  }

  /** From now on nodes are started as this resource says. Durable when it resolves. */
  async apply(cluster: RavenCluster): Promise<void> {
    this.#spec = cluster.spec;
    await this.#state.setApplied(cluster);
  }

  async loadMemory(): Promise<Memory | undefined> {
    return this.#state.memory;
  }

  async saveMemory(memory: Memory): Promise<void> {
    await this.#state.setMemory(memory);
  }

  /** The status of a local cluster is asked for, not stored: it is true only while somebody looks. */
  async report(_status: RavenClusterStatus): Promise<void> {}

  /** @throws PortTakenError when a node that is to run could not listen */
  async requirePorts(ordinals: readonly number[]): Promise<void> {
    for (const ordinal of ordinals) {
      if (this.#node(ordinal).process?.isRunning !== true) await this.#requirePorts(ordinal);
    }
  }

  /** Stops every process, all at once, and waits for them. Tells how many there were. */
  async stopAll(): Promise<number> {
    const running = [...this.#nodes.values()].flatMap((node) => (node.process ? [node.process] : []));
    await Promise.all(running.map((process) => process.stop()));
    await this.#state.flush();
    return running.length;
  }

  /** Kills what is still running: somebody is tired of waiting. */
  async killAll(): Promise<void> {
    const running = [...this.#nodes.values()].flatMap((node) => (node.process ? [node.process] : []));
    await Promise.all(running.filter((process) => process.isRunning).map((process) => process.kill()));
  }

  get #appliedSpec(): RavenClusterSpec {
    if (this.#spec === undefined)
      throw new Error('The local platform was used before a resource was applied');
    return this.#spec;
  }

  #node(ordinal: number): LocalNode {
    let node = this.#nodes.get(ordinal);
    if (node === undefined) {
      node = { process: undefined, failures: 0, failedAtMs: undefined };
      this.#nodes.set(ordinal, node);
    }
    return node;
  }

  async #start(ordinal: number): Promise<void> {
    if (this.#node(ordinal).process?.isRunning === true) return;
    await this.#requirePorts(ordinal);
    await this.#data.prepare(ordinal);
    const process = await NodeProcess.start({
      args: [this.#program, ...this.#settingsOf(ordinal)],
      folder: this.#folder.nodeFolder(ordinal),
      logFile: this.#folder.logFile(ordinal),
      revision: this.#revisionOf(ordinal),
    });
    this.#watch(ordinal, process);
    await this.#state.setProcess(ordinal, process);
  }

  #settingsOf(ordinal: number): readonly string[] {
    const spec = this.#appliedSpec;
    return nodeArguments(spec, addressOf(ordinal, spec), this.#folder.dataFolder(ordinal));
  }

  /** A process with another revision runs as the spec was before. */
  #revisionOf(ordinal: number): string {
    const digest = createHash('sha256').update(JSON.stringify(this.#settingsOf(ordinal)));
    return digest.digest('hex').slice(0, 12);
  }

  /** Asks for the stop only; later looks show it. */
  #stop(ordinal: number): void {
    const { process } = this.#node(ordinal);
    process?.stop().catch((error: unknown) => this.#narrator.warn(String(error)));
  }

  async #requirePorts(ordinal: number): Promise<void> {
    const { host, httpPort, tcpPort } = addressOf(ordinal, this.#appliedSpec);
    const tag = tagOfOrdinal(ordinal);
    await requireFreePort(host, httpPort, `HTTP of node ${tag}`, 'spec.networking.local.httpPort');
    await requireFreePort(host, tcpPort, `TCP of node ${tag}`, 'spec.networking.local.tcpPort');
  }

  #watch(ordinal: number, process: NodeProcess): void {
    this.#node(ordinal).process = process;
    process.ended
      .then((end) => this.#hasEnded(ordinal, process, end))
      .catch((error: unknown) => this.#narrator.warn(String(error)));
  }

  async #hasEnded(ordinal: number, process: NodeProcess, end: ProcessEnd): Promise<void> {
    const node = this.#node(ordinal);
    if (node.process !== process) return;
    node.process = undefined;
    await this.#state.setProcess(ordinal, undefined);
    if (end.wasAsked) {
      node.failures = 0;
      node.failedAtMs = undefined;
    } else {
      const wasStable = Date.now() - process.startedAtMs >= STABLE_RUN_MS;
      node.failures = wasStable ? 1 : node.failures + 1;
      node.failedAtMs = Date.now();
      const log = this.#folder.logFile(ordinal);
      const last = wasStable ? undefined : await lastLogLine(log);
      const why = last === undefined ? '' : `: ${last}`;
      this.#narrator.warn(`Node ${tagOfOrdinal(ordinal)} ended by itself (${end.reason}; see ${log})${why}`);
    }
    this.#onChange();
  }
}

export interface LocalPlatformOptions {
  readonly folder: StateFolder;
  readonly narrator: Narrator;
  /** Called when a process ended: the next look should not wait. */
  readonly onChange: () => void;
  /** The program to run for a node, when it is not the package's own. */
  readonly program?: string;
}

function processState(process: NodeProcess | undefined): PlatformNode['process'] {
  if (process === undefined || !process.isRunning) return 'Stopped';
  return process.isStopping ? 'Stopping' : 'Running';
}
