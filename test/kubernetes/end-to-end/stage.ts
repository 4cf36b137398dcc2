import { setTimeout as pause } from 'node:timers/promises';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import { ordinalOfTag } from '../../../operator/decide/node-tag.ts';
import { LEASE, POD } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { RAVEN_CLUSTER_KIND } from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { nodeName } from '../../../operator/resources/names.ts';
import {
  compareMembers,
  NOTHING_WRONG,
  waitForConvergence,
} from '../../processes/harness/compare-members.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import type { KubernetesCluster } from '../cluster/kubernetes-cluster.ts';
import type { Machine } from '../cluster/machine.ts';
import { disagreements, type Expectation } from './agreement.ts';
import { readAdminIdentity, readAuthorities } from './certificates.ts';
import { ClientWriters } from './client-writers.ts';
import { type ClusterFacts, observeFacts, type PodObject } from './cluster-facts.ts';
import { NodeAccess } from './node-access.ts';

/** Longest a cluster may take to be at rest again, in milliseconds: five nodes on two cores. */
const SETTLE_TIMEOUT_MS = 300_000;

/** Pause between two looks at what the operator does, in milliseconds. */
const OPERATOR_LOOK_MS = 250;

/** Applications that write at once. */
const WRITERS = 2;

interface OperatorPod extends PodObject {
  readonly status?: PodObject['status'] & {
    readonly containerStatuses?: readonly { readonly containerID?: string }[];
  };
}

interface LeaseObject extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string };
}

/** The cluster under test, and the handles that every step pulls. */
export class Stage {
  readonly kubernetes: KubernetesCluster;
  readonly namespace = 'databases';
  readonly operatorNamespace = 'ravencluster-system';
  readonly cluster = 'example';
  readonly database = 'orders';
  expected: Expectation = { nodes: 3, copies: 3 };
  writers: ClientWriters | undefined;
  #access: NodeAccess | undefined;
  #operatorDeaths = 0;

  constructor(kubernetes: KubernetesCluster) {
    this.kubernetes = kubernetes;
  }

  /** How to reach the nodes; with the certificates of now after `renewAccess`. */
  async access(): Promise<NodeAccess> {
    if (this.#access === undefined) await this.renewAccess();
    if (this.#access === undefined) throw new Error('There is no access to the nodes');
    return this.#access;
  }

  /** Takes what is in the Secrets now, for the test and for the applications. */
  async renewAccess(): Promise<void> {
    const { client } = this.kubernetes;
    const identity = await readAdminIdentity(client, this);
    await this.#access?.close();
    this.#access = new NodeAccess(this.namespace, this.cluster, identity);
    const authorities = await readAuthorities(client, this);
    if (authorities !== undefined) this.writers?.useAuthorities(authorities);
  }

  /** Applications begin to write, with a certificate that the cluster made for them. */
  async startWriters(): Promise<void> {
    const access = await this.access();
    const pods = Array.from({ length: this.expected.nodes }, (_, n) => nodeName(this.cluster, n));
    const authorities = await readAuthorities(this.kubernetes.client, this);
    const tls = authorities && {
      pfx: await access.issueCertificate(pods[0] ?? '', 'writers', this.database),
      authorities,
    };
    this.writers = new ClientWriters({
      urls: pods.map((pod) => access.urlOf(pod)),
      database: this.database,
      tls: tls || undefined,
    });
    this.writers.start(WRITERS);
  }

  async facts(): Promise<ClusterFacts> {
    return observeFacts(
      this.kubernetes.client,
      { namespace: this.namespace, name: this.cluster },
      await this.access(),
    );
  }

  /** Waits until everything that can be asked says the same, and what is expected. */
  async settle(timeoutMs = SETTLE_TIMEOUT_MS): Promise<void> {
    await waitUntil(
      `${this.expected.nodes} nodes at rest`,
      async () => {
        const wrong = disagreements(this.cluster, await this.facts(), this.expected);
        if (wrong.length > 0) throw new Error(wrong.join('; '));
        return true;
      },
      timeoutMs,
    );
  }

  /** No acknowledged write is lost, none is torn, and every copy is the same. Writers rest meanwhile. */
  async checkCopies(): Promise<void> {
    const { writers } = this;
    if (writers === undefined) return;
    writers.rest();
    try {
      const access = await this.access();
      const databases = await access.databases(nodeName(this.cluster, 0));
      const record = databases.find(({ Name }) => Name === this.database);
      const pods = (record?.NodesTopology?.Members ?? []).map(({ NodeTag }) => this.podOf(NodeTag));
      const members = pods.map((pod) => access.memberOf(pod));
      await waitForConvergence(members, this.database);
      const comparison = await compareMembers(members, this.database, writers);
      const { checked: _, ...found } = comparison;
      if (JSON.stringify(found) !== JSON.stringify(NOTHING_WRONG)) {
        throw new Error(`The copies are not what was acknowledged: ${JSON.stringify(found).slice(0, 2000)}`);
      }
    } finally {
      writers.resume();
    }
  }

  /** Writes still succeed, now. */
  async requireProgress(): Promise<void> {
    const { writers } = this;
    if (writers === undefined) return;
    const before = writers.acknowledged;
    await waitUntil(
      `a write to be acknowledged (${writers.lastError})`,
      () => writers.acknowledged > before,
      60_000,
    );
  }

  podOf(tag: string): string {
    return nodeName(this.cluster, ordinalOfTag(tag) ?? -1);
  }

  /** The pod of the leader. */
  async leader(): Promise<PodObject> {
    return waitUntil('a leader', async () => {
      const { pods, topologies } = await this.facts();
      const tag = [...topologies.values()].find((answer) => answer?.Leader)?.Leader;
      return tag == null ? undefined : pods.find(({ metadata }) => metadata.name === this.podOf(tag));
    });
  }

  /** The pod that the client writes to as long as it can: the first member of the database. */
  async favourite(): Promise<PodObject> {
    return waitUntil('the first member', async () => {
      const { pods, databases } = await this.facts();
      const record = databases?.find(({ Name }) => Name === this.database);
      const tag = record?.NodesTopology?.Members?.[0]?.NodeTag;
      return tag === undefined ? undefined : pods.find(({ metadata }) => metadata.name === this.podOf(tag));
    });
  }

  machineOf({ metadata, spec }: PodObject): Machine {
    if (spec.nodeName === undefined) throw new Error(`${metadata.name} is on no machine`);
    return this.kubernetes.machine(spec.nodeName);
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.kubernetes.kubectl(['--namespace', this.namespace, ...args]);
  }

  /** Changes the resource as `kubectl patch --type merge` does. */
  async patch(change: Readonly<Record<string, unknown>>): Promise<void> {
    const { namespace, cluster: name } = this;
    await this.kubernetes.client.mergePatch({ kind: RAVEN_CLUSTER_KIND, namespace, name }, change);
  }

  /**
   * Kills the process of the operator that leads, as when it crashes: its other replica has to go on. Its pod goes,
   * too, so that many deaths in a row are not followed by the kubelet's longer and longer pauses.
   */
  async killOperator(): Promise<void> {
    const { client } = this.kubernetes;
    const leases = await client.list<LeaseObject>(LEASE, { namespace: this.operatorNamespace });
    const pods = await client.list<OperatorPod>(POD, { namespace: this.operatorNamespace });
    const holders = leases.items.map(({ spec }) => spec?.holderIdentity ?? '');
    const pod = pods.items.find(({ metadata }) => holders.some((holder) => holder.includes(metadata.name)));
    const container = pod?.status?.containerStatuses?.[0]?.containerID?.replace('containerd://', '');
    if (pod === undefined || container === undefined) throw new Error(`No operator leads: ${holders}`);
    await this.machineOf(pod).ctr('tasks', 'kill', '--signal', 'SIGKILL', container);
    await client.delete({ kind: POD, namespace: this.operatorNamespace, name: pod.metadata.name });
    this.#operatorDeaths += 1;
  }

  /** How often the operator was killed. */
  get operatorDeaths(): number {
    return this.#operatorDeaths;
  }

  /** Does something, and kills the operator once it has begun to act on it. */
  async withOperatorKilled(change: () => Promise<unknown>): Promise<void> {
    await change();
    await waitUntil('the operator to be at work', () => this.#isOperatorAtWork());
    await this.killOperator();
  }

  /**
   * Kills the operator once, as soon as it says that it acts or that something is wrong, and at the end in any case.
   *
   * @returns what waits until that is done; to be called when the step is over
   */
  killOperatorAtWork(): () => Promise<void> {
    const isOver = new AbortController();
    const killed = (async () => {
      while (!isOver.signal.aborted) {
        if (await this.#isOperatorAtWork().catch(() => false)) break;
        await pause(OPERATOR_LOOK_MS);
      }
      await this.killOperator();
    })();
    // Told by what waits for it.
    killed.catch(() => undefined);
    return () => {
      isOver.abort();
      return killed;
    };
  }

  async #isOperatorAtWork(): Promise<boolean> {
    const { namespace, cluster: name } = this;
    const resource = await this.kubernetes.client.get<RavenCluster & KubeObject>({
      kind: RAVEN_CLUSTER_KIND,
      namespace,
      name,
    });
    const isTrue = (wanted: string) =>
      resource?.status?.conditions?.some(({ type, status }) => type === wanted && status === 'True') === true;
    return isTrue('Progressing') || isTrue('Degraded');
  }
}
