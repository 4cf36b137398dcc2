import { isIP } from 'node:net';
import type { RavenCluster } from '../api/raven-cluster.ts';
import { type DesiredObject, objectOf } from '../resources/desired-object.ts';
import { issuedSecretName, serverSecretName } from '../resources/names.ts';
import { HOLDERS, type Holder, UNITS } from './certificate-facts.ts';
import { holderSecretName } from './secret-manifest.ts';
import { renewBeforeMs, type TlsPolicy } from './tls-policy.ts';

/** A Certificate of cert-manager, as far as its status is read. */
export interface CertificateResource {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

const USAGES: Readonly<Record<Holder, readonly string[]>> = {
  Nodes: ['digital signature', 'server auth', 'client auth'],
  Operator: ['digital signature', 'client auth'],
  Metrics: ['digital signature', 'client auth'],
};

/** What cert-manager is to make: a certificate for each holder, each in a Secret of its own. */
export function certificateResources(
  cluster: RavenCluster,
  policy: TlsPolicy,
  names: readonly string[],
): readonly DesiredObject[] {
  const { issuerRef } = cluster.spec.tls;
  // The schema's rule has it that way; nothing is to be asked of nobody.
  if (issuerRef === undefined) return [];
  return HOLDERS.map((holder) => {
    const name = holderSecretName(cluster.metadata.name, holder);
    const head = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', name };
    return objectOf(cluster, head, {
      spec: {
        secretName: issuedSecretName(name),
        duration: goDuration(policy.lifetimeMs),
        renewBefore: goDuration(renewBeforeMs(policy, policy.lifetimeMs)),
        commonName: holder === 'Nodes' ? cluster.metadata.name : name,
        subject: { organizations: ['RavenCluster'], organizationalUnits: [UNITS[holder]] },
        usages: USAGES[holder],
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        issuerRef: { name: issuerRef.name, kind: issuerRef.kind, group: issuerRef.group },
        ...(holder === 'Nodes' ? alternativeNames(names) : {}),
      },
    });
  });
}

/** Why cert-manager has not made the certificate, in its words; `undefined` when it says nothing. */
export function issuingTrouble(certificate: CertificateResource | undefined): string | undefined {
  const conditions = certificate?.status?.conditions ?? [];
  const ready = conditions.find(({ type, status }) => type === 'Ready' && status !== 'True');
  const issuing = conditions.find(({ type, status }) => type === 'Issuing' && status === 'False');
  return issuing?.message ?? ready?.message;
}

/** For messages: what to look at. */
export function describeCertificate(cluster: string): string {
  return `kubectl describe certificate ${serverSecretName(cluster)}`;
}

function alternativeNames(names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return {
    dnsNames: names.filter((name) => isIP(name) === 0),
    ipAddresses: names.filter((name) => isIP(name) !== 0),
  };
}

/** Go knows no days. */
function goDuration(ms: number): string {
  return `${Math.round(ms / 1_000)}s`;
}
