import { setTimeout as delay } from 'node:timers/promises';
import { requestText } from '../../processes/harness/http-json.ts';
import type { RavenCluster } from '../../processes/harness/raven-cluster.ts';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import type { SmallDisk } from '../../processes/harness/small-disk.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';

/** Longest wait for one answer to an administrator, and for what an administrator wants to be done, in milliseconds. */
const ADMIN_TIMEOUT_MS = 20_000;
export const HEALING_TIMEOUT_MS = 120_000;
const RETRY_PAUSE_MS = 200;
/** Who leads is asked in passing: a fault needs no certainty. */
const LEADER_LOOK_MS = 1_500;

/** What the nemesis knows and may touch: a cluster, one database on all of its nodes, and chance. */
export class Field {
  readonly cluster: RavenCluster;
  readonly database: string;
  readonly random: SeededRandom;
  /** The small disk of one node; null where the machine does not allow to mount one. */
  readonly disk: { readonly disk: SmallDisk; readonly node: RavenNode } | null;
  readonly #tags = new Map<RavenNode, string>();
  readonly #taken = new Set<RavenNode>();

  constructor(options: Pick<Field, 'cluster' | 'database' | 'random' | 'disk'>) {
    this.cluster = options.cluster;
    this.database = options.database;
    this.random = options.random;
    this.disk = options.disk;
  }

  /** Its tag; '' while it is in no cluster. */
  readonly tagOf = (node: RavenNode): string => this.#tags.get(node) ?? '';

  /** Learns the tag of a node that has joined. */
  async learnTag(node: RavenNode): Promise<string> {
    const tag = await waitUntil('a node to have a tag', async () => {
      const { NodeTag } = await node.topology();
      return NodeTag !== '?' && NodeTag;
    });
    this.#tags.set(node, tag);
    return tag;
  }

  forget(node: RavenNode): void {
    this.#tags.delete(node);
    this.#taken.delete(node);
  }

  /** Nodes of the cluster that no fault has taken. */
  get free(): readonly RavenNode[] {
    return this.cluster.nodes.filter((node) => this.tagOf(node) !== '' && !this.#taken.has(node));
  }

  get taken(): ReadonlySet<RavenNode> {
    return this.#taken;
  }

  /** Takes up to so many nodes by chance, often the leader among them, so that no other fault touches them. */
  async take(count: number): Promise<readonly RavenNode[]> {
    const free = this.free;
    const wantsLeader = this.random.chance(0.5);
    const order = free
      .map((node) => ({ node, place: this.random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ node }) => node);
    const leader = wantsLeader ? await this.leader() : undefined;
    const chosen = [...order.filter((node) => node === leader), ...order.filter((node) => node !== leader)];
    return this.hold(chosen.slice(0, count));
  }

  hold(nodes: readonly RavenNode[]): readonly RavenNode[] {
    for (const node of nodes) this.#taken.add(node);
    return nodes;
  }

  release(nodes: readonly RavenNode[]): void {
    for (const node of nodes) this.#taken.delete(node);
  }

  /** Who leads, as far as nodes say that are free. */
  async leader(): Promise<RavenNode | undefined> {
    const asked = this.cluster.leader(this.free.filter((node) => node.isRunning));
    // In vain, it goes on until its own time is over.
    asked.catch(() => undefined);
    return Promise.race([asked, delay(LEADER_LOOK_MS, undefined)]).catch(() => undefined);
  }

  /** Asks one free node after the other, until one does it; what does not work stays undone after `attempts`. */
  async administer(
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly attempts?: number } = {},
  ) {
    const { body, attempts = 3 } = options;
    let last: unknown = new Error('No node to ask.');
    for (let attempt = 0; attempt < attempts; attempt++) {
      const free = this.free.filter((node) => node.isRunning);
      const node = free[attempt % Math.max(1, free.length)];
      if (node === undefined) break;
      try {
        return await requestText(method, node.url + path, {
          timeoutMs: ADMIN_TIMEOUT_MS,
          ...(body === undefined ? {} : { body }),
        });
      } catch (error) {
        last = error;
        await delay(RETRY_PAUSE_MS);
      }
    }
    throw last;
  }

  /** Does it again and again until the state is as wanted; doing it fails where it is done already. */
  async bringAbout(what: string, isDone: () => Promise<boolean>, act: () => Promise<unknown>): Promise<void> {
    let failure: unknown;
    await waitUntil(
      what,
      async () => {
        if (await isDone()) return true;
        await act().catch((error: unknown) => {
          failure = error;
        });
        if (await isDone()) return true;
        throw failure instanceof Error ? failure : new Error('not yet');
      },
      HEALING_TIMEOUT_MS,
    );
  }
}
