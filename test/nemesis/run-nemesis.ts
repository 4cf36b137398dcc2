import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitForConvergence } from '../processes/harness/compare-members.ts';
import { requestJson } from '../processes/harness/http-json.ts';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import type { RavenNode } from '../processes/harness/raven-node.ts';
import { SmallDisk } from '../processes/harness/small-disk.ts';
import { SeededRandom } from '../simulation/kernel/seeded-random.ts';
import { compareDocuments, compareStates, type MaintenanceStats } from './checkers/compare-nodes.ts';
import type { Finding } from './checkers/finding.ts';
import { FAULTS, type FaultName } from './faults/all-faults.ts';
import { Field } from './faults/field.ts';
import { Nemesis } from './faults/nemesis.ts';
import { History } from './history/history.ts';
import type { Operation } from './history/operation.ts';
import {
  checkWorkload,
  createWorkload,
  needsEveryDisk,
  type WorkloadName,
} from './workloads/all-workloads.ts';
import { Routing } from './workloads/routing.ts';
import { Client, Site, type Workload } from './workloads/workload.ts';

const DATABASE = 'nemesis';

/** Room on the disk that is filled, in megabytes. */
const SMALL_DISK_MEGABYTES = 384;

/** Pauses of a client: between two steps, at most, and after one that got no answer, in milliseconds. */
const STEP_PAUSE_MS = 20;
const FAILURE_PAUSE_MS = 50;

/** Which numbers of the seed are whose: the nemesis's do not depend on what clients draw. */
const NEMESIS_STREAM = 0;

export interface NemesisOptions {
  readonly workloads: readonly WorkloadName[];
  readonly faults: readonly FaultName[];
  readonly seed: number;
  /** How long faults strike: both are reached. */
  readonly durationMs: number;
  readonly episodes?: number;
  /** Nodes of the cluster, each with a copy. */
  readonly nodes: number;
  readonly onOperation?: (operation: Operation) => void;
  /** Told what happens, line by line. */
  readonly say?: (line: string) => void;
}

export interface FoundBy extends Finding {
  /** `cluster`: it did not recover, a node ended by itself, or nodes differ in the end. */
  readonly workload: WorkloadName | 'cluster';
}

export interface NemesisResult {
  readonly operations: number;
  readonly acknowledged: Readonly<Record<string, number>>;
  /** How often each fault was injected. */
  readonly faults: Readonly<Record<string, number>>;
  readonly findings: readonly FoundBy[];
}

/** Why such a run would prove nothing; null when it is sensible. */
export function refusalOf({ workloads, faults, nodes }: NemesisOptions): string | null {
  const loses = faults.find((name) => FAULTS[name].losesDisks);
  const bound = workloads.find(needsEveryDisk);
  if (loses !== undefined && bound !== undefined) {
    return `The fault '${loses}' destroys disks, and the workload '${bound}' writes what only one disk has at first; use 'majority'.`;
  }
  if (nodes < 3) return 'There must be three nodes, or a majority does not survive one fault.';
  return null;
}

/** Clients work, the nemesis strikes, all heals, and the history is checked. */
export async function runNemesis(options: NemesisOptions): Promise<NemesisResult> {
  const refusal = refusalOf(options);
  if (refusal !== null) throw new Error(refusal);
  const history = new History(options.onOperation);
  const small = options.faults.includes('disk') ? await SmallDisk.mount(SMALL_DISK_MEGABYTES) : undefined;
  const dataDirectories = small === undefined ? [] : [join(small.path, 'data')];
  const cluster = await RavenCluster.start(options.nodes, {
    behindProxies: true,
    hasOwnClock: options.faults.includes('clock'),
    dataDirectories,
  });
  try {
    const disk = small === undefined ? null : { disk: small, node: cluster.node(0) };
    const random = new SeededRandom(streamOf(options.seed, NEMESIS_STREAM));
    const field = new Field({ cluster, database: DATABASE, random, disk });
    return await strike(options, history, field);
  } finally {
    await cluster.dispose();
    await small?.unmount();
  }
}

async function strike(options: NemesisOptions, history: History, field: Field): Promise<NemesisResult> {
  const { cluster } = field;
  await cluster.createDatabase(DATABASE, options.nodes);
  for (const node of cluster.nodes) await field.learnTag(node);
  const routing = new Routing(DATABASE, () => cluster.nodes, field.tagOf);
  await routing.open();
  const site = new Site({ history, database: DATABASE, routing });
  const workloads = options.workloads.map(createWorkload);
  for (const workload of workloads) await workload.setUp?.(clientOf(site, workload, options.seed, 0));
  const nemesis = new Nemesis({ ...options, field, history, workloads: options.workloads });
  const crowd = new Crowd(site, workloads, options.seed);
  const findings: FoundBy[] = [];
  try {
    try {
      await nemesis.rage({ durationMs: options.durationMs, episodes: options.episodes ?? 0 });
    } finally {
      await crowd.goHome();
    }
    await waitForConvergence(site.members, DATABASE);
    for (const workload of workloads) await workload.finish?.(clientOf(site, workload, options.seed, 1));
    findings.push(...(await differences(cluster, site.members)));
  } catch (error) {
    const outputs = cluster.nodes.map(
      (node) => `---- ${field.tagOf(node)} ${node.url}\n${node.process.output}`,
    );
    const explanation = `${error instanceof Error ? error.message : String(error)}\n${outputs.join('\n')}`;
    findings.push({ workload: 'cluster', anomaly: 'no-recovery', explanation });
  } finally {
    for (const workload of workloads) workload.close?.();
    await routing.close();
  }
  findings.push(...nemesis.findings.map((finding) => ({ workload: 'cluster' as const, ...finding })));
  for (const workload of options.workloads) {
    findings.push(
      ...checkWorkload(workload, history.operations).map((finding) => ({ workload, ...finding })),
    );
  }
  return {
    operations: history.operations.length,
    acknowledged: Object.fromEntries(options.workloads.map((name) => [name, history.acknowledged(name)])),
    faults: nemesis.counts,
    findings,
  };
}

/** Of the state that nodes made from the log, and of their documents, once all are healed and nobody works. */
async function differences(cluster: RavenCluster, members: readonly RavenNode[]): Promise<FoundBy[]> {
  const look = async () => {
    const { url } = await cluster.leader();
    return requestJson<MaintenanceStats>('GET', `${url}/admin/cluster/maintenance-stats`);
  };
  const found = [...(await compareStates(look)), ...(await compareDocuments(members, DATABASE))];
  return found.map((finding) => ({ workload: 'cluster', ...finding }));
}

/** All clients of all workloads, at work until they are told to go. */
class Crowd {
  readonly #working: readonly Promise<void>[];
  #isOver = false;

  constructor(site: Site, workloads: readonly Workload[], seed: number) {
    this.#working = workloads.flatMap((workload, at) =>
      Array.from({ length: workload.clients }, (_, number) => {
        return this.#work(workload, clientOf(site, workload, seed, 2 + at * 100 + number));
      }),
    );
  }

  async goHome(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
  }

  async #work(workload: Workload, client: Client): Promise<void> {
    while (!this.#isOver) {
      const before = client.site.history.acknowledged(workload.name);
      await workload.step(client);
      const isFutile = client.site.history.acknowledged(workload.name) === before;
      await delay(isFutile ? FAILURE_PAUSE_MS : client.random.between(0, STEP_PAUSE_MS));
    }
  }
}

function clientOf(site: Site, { name }: Workload, seed: number, number: number): Client {
  return new Client(site, name, new SeededRandom(streamOf(seed, 1 + number)));
}

function streamOf(seed: number, stream: number): number {
  return seed * 2 ** 20 + stream;
}
