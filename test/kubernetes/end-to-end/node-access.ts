import { unzipSync } from 'fflate';
import { Agent, fetch as fetchOver } from 'undici';
import {
  ClusterAdminClient,
  type ClusterTopologyReply,
  type DatabaseReply,
} from '../../../operator/platform/cluster-admin-client.ts';
import { nodeUrl, ordinalOfPod } from '../../../operator/resources/names.ts';
import type { Member } from '../../processes/harness/compare-members.ts';
import type { AdminIdentity } from './certificates.ts';
import type { NodeQuestions } from './cluster-facts.ts';

/** Longest a node may take to accept a connection, in milliseconds: one behind a cut cable never does. */
const CONNECT_TIMEOUT_MS = 2_000;

/** How a test reaches nodes by themselves: at the addresses that they have inside of Kubernetes. */
export class NodeAccess implements NodeQuestions {
  readonly #namespace: string;
  readonly #cluster: string;
  readonly #isSecure: boolean;
  readonly #agent: Agent;
  readonly admin: ClusterAdminClient;

  constructor(namespace: string, cluster: string, identity: AdminIdentity | undefined) {
    this.#namespace = namespace;
    this.#cluster = cluster;
    this.#isSecure = identity !== undefined;
    const tls =
      identity === undefined
        ? {}
        : { cert: identity.certificate, key: identity.key, ca: identity.authorities };
    // Pods move to other addresses: a connection is not kept for long.
    this.#agent = new Agent({
      connect: { ...tls, timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: 1_000,
    });
    const dispatcher = this.#agent;
    const send = (url: string, init: RequestInit) => fetchOver(url, { ...init, dispatcher } as object);
    this.admin = new ClusterAdminClient({ fetch: send as unknown as typeof fetch });
  }

  urlOf(pod: string): string {
    const ordinal = ordinalOfPod(this.#cluster, pod);
    if (ordinal === undefined) throw new Error(`${pod} is no pod of ${this.#cluster}`);
    return nodeUrl(this.#cluster, this.#namespace, ordinal, this.#isSecure);
  }

  memberOf(pod: string): Member {
    return { url: this.urlOf(pod), dispatcher: this.#agent };
  }

  topology(pod: string): Promise<ClusterTopologyReply> {
    return this.admin.topology(this.urlOf(pod));
  }

  databases(pod: string): Promise<readonly DatabaseReply[]> {
    return this.admin.databases(this.urlOf(pod));
  }

  /**
   * A certificate for an application that may read and write one database: the node makes it, with its key, and keeps
   * neither. PKCS #12.
   */
  async issueCertificate(pod: string, name: string, database: string): Promise<Buffer> {
    const permissions = { [database]: 'ReadWrite' };
    const body = { Name: name, SecurityClearance: 'ValidUser', Permissions: permissions };
    const response = await fetchOver(`${this.urlOf(pod)}/admin/certificates`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher: this.#agent,
    });
    const content = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(`No certificate: ${response.status} ${content}`);
    const pfx = Object.entries(unzipSync(content)).find(([file]) => file.endsWith('.pfx'))?.[1];
    if (pfx === undefined) throw new Error('There is no PKCS #12 in what the node made');
    return Buffer.from(pfx);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
