import type { ClientIdentity } from '../../certificates/client-identity.ts';
import { PrivateKey } from '../../certificates/private-key.ts';
import { SECRET_KEYS, type SecretObject, secretText } from '../../certificates/secret-object.ts';
import { ordinalOfTag } from '../../decide/node-tag.ts';
import { ClusterAdminClient } from '../../platform/cluster-admin-client.ts';
import { SECRET } from '../../platform/kubernetes/api/kinds.ts';
import { hasReason } from '../../platform/kubernetes/api/kube-error.ts';
import { nodeUrl, operatorClientSecretName } from '../../resources/names.ts';
import type { ClusterObject } from '../find-cluster.ts';
import { PluginError } from '../plugin-error.ts';
import type { Session } from '../session.ts';
import { NodeTunnel } from './node-tunnel.ts';

/** The admin API of the nodes of one cluster, from outside of Kubernetes, with the certificate of the operator. */
export class ClusterAccess {
  readonly #session: Session;
  readonly #cluster: ClusterObject;
  readonly #identity: ClientIdentity | undefined;
  readonly #tunnels = new Map<string, NodeTunnel>();
  readonly admin: ClusterAdminClient;

  private constructor(session: Session, cluster: ClusterObject, identity: ClientIdentity | undefined) {
    this.#session = session;
    this.#cluster = cluster;
    this.#identity = identity;
    this.admin = new ClusterAdminClient({ fetch: this.fetch });
  }

  /** @throws PluginError when the certificate of the operator can't be read */
  static async open(session: Session, cluster: ClusterObject): Promise<ClusterAccess> {
    const isSecure = cluster.spec.tls.mode !== 'Disabled';
    const identity = isSecure ? await readIdentity(session, cluster) : undefined;
    return new ClusterAccess(session, cluster, identity);
  }

  /** Address of a node by its tag, for `fetch` and `admin`. */
  urlOf(tag: string): string {
    const { name, namespace = '' } = this.#cluster.metadata;
    return nodeUrl(name, namespace, ordinalOf(tag), this.#identity !== undefined);
  }

  /** `fetch` to a URL of `urlOf`. */
  readonly fetch: typeof fetch = ((input: string, init?: RequestInit) =>
    this.#tunnelTo(new URL(input).hostname).fetch(input, init)) as typeof fetch;

  async close(): Promise<void> {
    await Promise.all([...this.#tunnels.values()].map((tunnel) => tunnel.close()));
  }

  #tunnelTo(host: string): NodeTunnel {
    const { name, namespace = '' } = this.#cluster.metadata;
    const [pod = name] = host.split('.');
    const known = this.#tunnels.get(host);
    if (known !== undefined) return known;
    const identity = this.#identity;
    const tunnel = new NodeTunnel({
      pod,
      host,
      open: this.#session.streamTo(namespace, pod),
      ...(identity === undefined ? {} : { identity }),
    });
    this.#tunnels.set(host, tunnel);
    return tunnel;
  }
}

/** @throws PluginError for a tag that no node has */
export function ordinalOf(tag: string): number {
  const ordinal = ordinalOfTag(tag);
  if (ordinal === undefined) {
    throw new PluginError(`${tag} is no node tag: they are A, B, C … as kubectl raven status shows them`);
  }
  return ordinal;
}

async function readIdentity({ client }: Session, cluster: ClusterObject): Promise<ClientIdentity> {
  const { namespace = '' } = cluster.metadata;
  const name = operatorClientSecretName(cluster.metadata.name);
  const secret = await client.get<SecretObject>({ kind: SECRET, namespace, name }).catch((error: unknown) => {
    if (!hasReason(error, 'Forbidden')) throw error;
    throw new PluginError(
      `Secret ${namespace}/${name} holds the certificate with which the nodes are spoken to, and you may not read it: ask for get on this Secret, and for create on pods/portforward`,
    );
  });
  const [certificate, key, trust] = [SECRET_KEYS.certificate, SECRET_KEYS.key, SECRET_KEYS.trust].map(
    (entry) => secretText(secret, entry),
  );
  if (certificate === undefined || key === undefined || trust === undefined) {
    throw new PluginError(
      `Secret ${namespace}/${name} is not there or not complete, and without it no node can be spoken to: the condition CertificatesReady says why`,
    );
  }
  return { certificate, key: new PrivateKey(key), trust };
}
