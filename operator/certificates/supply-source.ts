import { isDeepStrictEqual } from 'node:util';
import type { RavenCluster } from '../api/raven-cluster.ts';
import { CERTIFICATE, SECRET } from '../platform/kubernetes/api/kinds.ts';
import { hasReason } from '../platform/kubernetes/api/kube-error.ts';
import type { KubeObject } from '../platform/kubernetes/api/kube-object.ts';
import { type DesiredObject, namespaceOf } from '../resources/desired-object.ts';
import { FIELD_MANAGER, issuedSecretName, nodeHost } from '../resources/names.ts';
import { type CertificateResource, certificateResources, issuingTrouble } from './cert-manager.ts';
import type { Holder } from './certificate-facts.ts';
import type { Supply } from './certificate-input.ts';
import type { KubeAccess } from './kube-access.ts';
import { type Demands, readSupply } from './read-supply.ts';
import { holderSecretName } from './secret-manifest.ts';
import { SECRET_KEYS, type SecretObject } from './secret-object.ts';
import type { TlsPolicy } from './tls-policy.ts';

/** What is to be supplied, and for whom. */
export interface SupplyWish {
  readonly cluster: RavenCluster;
  readonly policy: TlsPolicy;
  readonly names: readonly string[];
  readonly nowMs: number;
  /** Nothing may be written: what is there has to do. */
  readonly isReadOnly: boolean;
}

/** Looks at what somebody else supplies; `undefined` where the operator makes the certificates itself. */
export async function lookForSupply(client: KubeAccess, wish: SupplyWish): Promise<Supply | undefined> {
  switch (wish.cluster.spec.tls.mode) {
    case 'CertManager':
      return supplyOfCertManager(client, wish);
    case 'Secret':
      return supplyOfSecret(client, wish);
    case 'Operator':
    case 'Disabled':
      return undefined;
  }
}

async function supplyOfSecret(client: KubeAccess, wish: SupplyWish): Promise<Supply> {
  const { secretName } = wish.cluster.spec.tls;
  if (secretName === undefined) {
    return { problem: { reason: 'SecretMissing', message: 'spec.tls.secretName names no Secret' } };
  }
  const secret = await readSecret(client, wish, secretName);
  const { operatorCertificate, operatorKey, metricsCertificate, metricsKey } = SECRET_KEYS;
  return readSupply(
    secretName,
    secret,
    {
      operator: { secret, certificateKey: operatorCertificate, keyKey: operatorKey },
      metrics: { secret, certificateKey: metricsCertificate, keyKey: metricsKey },
    },
    demandsOf(wish, 'SecretMissing'),
  );
}

async function supplyOfCertManager(client: KubeAccess, wish: SupplyWish): Promise<Supply> {
  const trouble = await askCertManager(client, wish);
  const { name } = wish.cluster.metadata;
  const issued = (holder: Holder): string => issuedSecretName(holderSecretName(name, holder));
  const { certificate, key } = SECRET_KEYS;
  const place = async (holder: Holder) => ({
    secret: await readSecret(client, wish, issued(holder)),
    certificateKey: certificate,
    keyKey: key,
  });
  const [nodes, operator, metrics] = await Promise.all([place('Nodes'), place('Operator'), place('Metrics')]);
  const supply = readSupply(
    issued('Nodes'),
    nodes.secret,
    { operator, metrics },
    demandsOf(wish, 'IssuerNotReady'),
  );
  if (supply.problem === undefined || trouble === undefined) return supply;
  return { problem: { ...supply.problem, message: `${trouble} (${supply.problem.message})` } };
}

/** Tells cert-manager what is wanted. @returns why there may be none, in words for people */
async function askCertManager(client: KubeAccess, wish: SupplyWish): Promise<string | undefined> {
  const { cluster, policy, names, isReadOnly } = wish;
  let trouble: string | undefined;
  for (const wanted of certificateResources(cluster, policy, names)) {
    const { namespace, name } = wanted.metadata;
    try {
      const found = await client.get<KubeObject & CertificateResource>({
        kind: CERTIFICATE,
        namespace,
        name,
      });
      trouble ??= issuingTrouble(found);
      if (isReadOnly || isAsWanted(found, wanted)) continue;
      await client.apply(wanted as KubeObject, {
        kind: CERTIFICATE,
        fieldManager: FIELD_MANAGER,
        force: true,
      });
    } catch (error) {
      if (!hasReason(error, 'NotServed')) throw error;
      return 'cert-manager is not installed in this Kubernetes cluster';
    }
  }
  return trouble === undefined ? undefined : `cert-manager says: ${trouble}`;
}

function isAsWanted(found: KubeObject | undefined, wanted: DesiredObject): boolean {
  const have = (found as { readonly spec?: Readonly<Record<string, unknown>> } | undefined)?.spec;
  const want = wanted.spec as Readonly<Record<string, unknown>>;
  return (
    have !== undefined && Object.entries(want).every(([key, value]) => isDeepStrictEqual(have[key], value))
  );
}

function demandsOf({ cluster, nowMs }: SupplyWish, reason: Demands['reason']): Demands {
  const { name } = cluster.metadata;
  const ordinals = Array.from({ length: cluster.spec.nodes }, (_, ordinal) => ordinal);
  return { nowMs, reason, hosts: ordinals.map((ordinal) => nodeHost(name, namespaceOf(cluster), ordinal)) };
}

function readSecret(
  client: KubeAccess,
  { cluster }: SupplyWish,
  name: string,
): Promise<SecretObject | undefined> {
  return client.get<SecretObject>({ kind: SECRET, namespace: namespaceOf(cluster), name });
}
