import { requestJson, requestText } from './http-json.ts';
import { RavenNode, type RavenNodeOptions } from './raven-node.ts';
import { waitUntil } from './wait-until.ts';

/** Heartbeats and elections fast enough for a test, slow enough for two busy cores. */
const CLUSTER_SETTINGS = [
  '--Cluster.ElectionTimeoutInMs=600',
  '--Cluster.StatsStabilizationTimeInSec=1',
  '--Cluster.SupervisorSamplePeriodInMs=250',
  '--Cluster.WorkerSamplePeriodInMs=100',
];

interface DatabaseRecord {
  readonly Topology: {
    readonly Members: readonly string[];
    readonly Promotables: readonly string[];
    readonly Rehabs: readonly string[];
  };
}

export interface RavenClusterOptions extends Omit<RavenNodeOptions, 'dataDirectory'> {
  /** Folders for the data of the first nodes; the others get temporary ones. */
  readonly dataDirectories?: readonly string[];
}

/** A cluster of real node processes on this machine. */
export class RavenCluster {
  readonly #nodes: RavenNode[];
  readonly #options: RavenNodeOptions;

  private constructor(nodes: readonly RavenNode[], options: RavenNodeOptions) {
    this.#nodes = [...nodes];
    this.#options = options;
  }

  get nodes(): readonly RavenNode[] {
    return this.#nodes;
  }

  /** Starts the nodes and makes them one cluster, the first being A and the leader at first. */
  static async start(
    count: number,
    { dataDirectories = [], ...given }: RavenClusterOptions = {},
  ): Promise<RavenCluster> {
    const options = { ...given, settings: [...CLUSTER_SETTINGS, ...(given.settings ?? [])] };
    const nodes = await Promise.all(
      Array.from({ length: count }, (_, at) => {
        const dataDirectory = dataDirectories[at];
        return RavenNode.start({ ...options, ...(dataDirectory === undefined ? {} : { dataDirectory }) });
      }),
    );
    const cluster = new RavenCluster(nodes, options);
    try {
      await requestText('POST', `${cluster.node(0).url}/admin/cluster/bootstrap`);
      for (const node of nodes.slice(1)) await cluster.add(node);
    } catch (error) {
      const outputs = nodes.map((node) => node.process.output).join('\n----\n');
      await cluster.dispose();
      throw new Error(`The cluster did not form: ${String(error)}\n${outputs}`, { cause: error });
    }
    return cluster;
  }

  /** By position; the node started as number 0 is A, number 1 is B and so on. */
  node(position: number): RavenNode {
    const node = this.nodes[position];
    if (node === undefined) throw new Error(`The cluster has no node ${position}.`);
    return node;
  }

  get running(): readonly RavenNode[] {
    return this.nodes.filter((node) => node.isRunning);
  }

  /** Starts one more node with the options of the others; it is in no cluster yet. */
  async startNode(): Promise<RavenNode> {
    const node = await RavenNode.start(this.#options);
    this.#nodes.push(node);
    return node;
  }

  /** Ends a node that is in the cluster no more, with its data. */
  async discard(node: RavenNode): Promise<void> {
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
    await node.dispose();
  }

  /** Adds a node that runs and waits until it is a full member. */
  async add(node: RavenNode): Promise<void> {
    const url = encodeURIComponent(node.publicUrl);
    await waitUntil('the cluster to accept a node', async () => {
      const leader = await this.leader();
      await requestText('PUT', `${leader.url}/admin/cluster/node?url=${url}`);
      return true;
    });
    await waitUntil('the new node to be a member', async () => {
      // A node without a cluster shows itself as the member '?'.
      const { NodeTag, Topology } = await node.topology();
      return NodeTag !== '?' && NodeTag in Topology.Members;
    });
  }

  async remove(tag: string): Promise<void> {
    const leader = await this.leader();
    await requestText('DELETE', `${leader.url}/admin/cluster/node?nodeTag=${tag}`);
    await waitUntil(`node ${tag} to be gone from the topology`, async () => {
      const { Topology } = await (await this.leader()).topology();
      return !(tag in Topology.AllNodes);
    });
  }

  /** The node that leads by its own word and at the highest term anybody knows. */
  leader(among: readonly RavenNode[] = this.running): Promise<RavenNode> {
    return waitUntil('a leader', async () => {
      const views = await Promise.all(among.map((node) => node.topology().catch(() => undefined)));
      const term = Math.max(...views.map((view) => view?.CurrentTerm ?? -1));
      const at = views.findIndex((view) => view?.CurrentState === 'Leader' && view.CurrentTerm === term);
      return at < 0 ? undefined : among[at];
    });
  }

  /** `members`: the nodes that get a copy; without them the leader chooses. */
  async createDatabase(
    name: string,
    replicationFactor: number,
    through = this.node(0),
    members: readonly string[] = [],
  ): Promise<void> {
    const topology = members.length === 0 ? {} : { Topology: { Members: members } };
    const url = `${through.url}/admin/databases?name=${name}&replicationFactor=${replicationFactor}`;
    await requestText('PUT', url, { body: { DatabaseName: name, ...topology } });
  }

  record(name: string, through = this.node(0)): Promise<DatabaseRecord> {
    return requestJson('GET', `${through.url}/admin/databases?name=${name}`);
  }

  /** Ends all processes and removes their data. */
  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
  }
}
