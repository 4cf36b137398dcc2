import { requestJson } from '../../processes/harness/http-json.ts';
import type { RavenNode } from '../../processes/harness/raven-node.ts';

/** Pause between two looks at the topology, and longest time of one, in milliseconds. */
const LOOK_MS = 400;
const LOOK_TIMEOUT_MS = 1_000;

interface ShownTopology {
  readonly Nodes: readonly { readonly ClusterTag: string }[];
}

/** Which nodes a client of the database would ask: it follows `/topology`, as the official ones do. */
export class Routing {
  readonly #database: string;
  readonly #nodes: () => readonly RavenNode[];
  readonly #tagOf: (node: RavenNode) => string;
  #targets: readonly RavenNode[] = [];
  #turn = 0;
  #isClosed = false;
  #following: Promise<void> | undefined;

  constructor(database: string, nodes: () => readonly RavenNode[], tagOf: (node: RavenNode) => string) {
    this.#database = database;
    this.#nodes = nodes;
    this.#tagOf = tagOf;
  }

  /** Members of the group, and those that are in rehab; nodes that are down among them. */
  get targets(): readonly RavenNode[] {
    return this.#targets;
  }

  async open(): Promise<void> {
    await this.#look();
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#following;
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      // Whoever does not answer says nothing of the others; the next look asks another.
      await this.#look().catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const nodes = this.#nodes().filter((node) => node.isRunning && this.#tagOf(node) !== '');
    const node = nodes[this.#turn++ % Math.max(1, nodes.length)];
    if (node === undefined) return;
    const url = `${node.url}/topology?name=${this.#database}`;
    const { Nodes } = await requestJson<ShownTopology>('GET', url, { timeoutMs: LOOK_TIMEOUT_MS });
    const tags = new Set(Nodes.map(({ ClusterTag }) => ClusterTag));
    this.#targets = nodes.length === 0 ? [] : this.#nodes().filter((one) => tags.has(this.#tagOf(one)));
  }
}
