import { SECRET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { operatorClientSecretName, serverSecretName } from '../../../operator/resources/names.ts';

interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Whose Secrets are meant. */
interface Owner {
  readonly namespace: string;
  readonly cluster: string;
}

/** What an administrator shows to nodes, and which authorities it accepts; PEM. */
export interface AdminIdentity {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** The operator's own certificate, as it is now; undefined while there is none. */
export async function readAdminIdentity(
  client: KubeClient,
  { namespace, cluster }: Owner,
): Promise<AdminIdentity | undefined> {
  const files = await readSecret(client, namespace, operatorClientSecretName(cluster));
  const [certificate, key, authorities] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => files?.get(name));
  return certificate === undefined || key === undefined || authorities === undefined
    ? undefined
    : { certificate, key, authorities };
}

/** Authorities that clients should trust, as the guide says: `ca.crt` of the nodes' Secret. */
export async function readAuthorities(
  client: KubeClient,
  { namespace, cluster }: Owner,
): Promise<string | undefined> {
  return (await readSecret(client, namespace, serverSecretName(cluster)))?.get('ca.crt');
}

async function readSecret(
  client: KubeClient,
  namespace: string,
  name: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const secret = await client.get<SecretObject>({ kind: SECRET, namespace, name });
  if (secret === undefined) return undefined;
  const entries = Object.entries(secret.data ?? {});
  return new Map(entries.map(([file, text]) => [file, Buffer.from(text, 'base64').toString()]));
}
