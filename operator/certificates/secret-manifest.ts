import type { RavenCluster } from '../api/raven-cluster.ts';
import type { ObjectMeta } from '../platform/kubernetes/api/kube-object.ts';
import { namespaceOf, ownersOf } from '../resources/desired-object.ts';
import { clusterLabels } from '../resources/labels.ts';
import {
  authoritySecretName,
  metricsClientSecretName,
  operatorClientSecretName,
  serverSecretName,
} from '../resources/names.ts';
import type { CertificateFacts, FoundAuthority, Holder } from './certificate-facts.ts';
import type { AuthorityOrder, CertificateStep, LeafOrder, PublishStep } from './certificate-step.ts';
import {
  createAuthority,
  type IssuedCertificate,
  issueClientCertificate,
  issueNodeCertificate,
} from './issue-certificate.ts';
import {
  AUTHORITY_SINCE_ANNOTATION,
  HANDLED_REQUEST_ANNOTATION,
  TRUST_SINCE_ANNOTATION,
} from './read-secrets.ts';
import { SECRET_KEYS, type SecretObject, secretData } from './secret-object.ts';

/** What is needed to carry out a step besides the step itself. */
export interface IssuingContext {
  readonly cluster: RavenCluster;
  readonly nowMs: number;
  readonly lifetimeMs: number;
  /** Names of the certificate of the nodes. */
  readonly names: readonly string[];
}

export function holderSecretName(cluster: string, holder: Holder): string {
  switch (holder) {
    case 'Nodes':
      return serverSecretName(cluster);
    case 'Operator':
      return operatorClientSecretName(cluster);
    case 'Metrics':
      return metricsClientSecretName(cluster);
  }
}

/** The name of the Secret that a step writes. */
export function secretNameOf(step: CertificateStep, cluster: string): string {
  return step.type === 'Publish' ? holderSecretName(cluster, step.to) : authoritySecretName(cluster);
}

/** The Secret as a step wants it, with every certificate and key made that it asks for. */
export async function secretOf(step: CertificateStep, context: IssuingContext): Promise<SecretObject> {
  const { cluster } = context;
  const { data, annotations } =
    step.type === 'Publish' ? await publication(step, context) : await authority(step, context);
  const metadata = metadataOf(cluster, secretNameOf(step, cluster.metadata.name));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, annotations }, data: secretData(data) };
}

/** What every Secret of a cluster says of itself. */
export function metadataOf(cluster: RavenCluster, name: string): ObjectMeta {
  return {
    name,
    namespace: namespaceOf(cluster),
    labels: clusterLabels(cluster.metadata.name),
    ownerReferences: ownersOf(cluster),
  };
}

interface Content {
  readonly data: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

async function authority(
  step: Extract<CertificateStep, { type: 'WriteAuthority' }>,
  context: IssuingContext,
): Promise<Content> {
  const { trust, authorityKey, nextAuthority, nextAuthorityKey } = SECRET_KEYS;
  return {
    data: {
      ...(await authorityData(step.current, trust, authorityKey, context)),
      ...(step.next === undefined
        ? {}
        : await authorityData(step.next, nextAuthority, nextAuthorityKey, context)),
    },
    annotations:
      step.handledRequest === undefined ? {} : { [HANDLED_REQUEST_ANNOTATION]: step.handledRequest },
  };
}

async function authorityData(
  order: AuthorityOrder,
  certificateKey: string,
  keyKey: string,
  { cluster, nowMs }: IssuingContext,
): Promise<Readonly<Record<string, string>>> {
  if (order === 'New') {
    const made = await createAuthority(cluster.metadata.name, nowMs);
    return { [certificateKey]: made.certificate, [keyKey]: made.key.reveal() };
  }
  return {
    [certificateKey]: order.certificate.pem,
    ...(order.key === undefined ? {} : { [keyKey]: order.key.reveal() }),
  };
}

async function publication(step: PublishStep, context: IssuingContext): Promise<Content> {
  const { certificate, key } = await leafData(step.leaf, step.to, context);
  return {
    data: {
      [SECRET_KEYS.certificate]: certificate,
      [SECRET_KEYS.key]: key.reveal(),
      [SECRET_KEYS.trust]: bundleOf(step.trust),
    },
    annotations: {
      [TRUST_SINCE_ANNOTATION]: new Date(step.trustSinceMs).toISOString(),
      [AUTHORITY_SINCE_ANNOTATION]: new Date(step.authoritySinceMs).toISOString(),
    },
  };
}

async function leafData(order: LeafOrder, to: Holder, context: IssuingContext): Promise<IssuedCertificate> {
  if (!('issueUnder' in order)) return { certificate: order.chain, key: order.key };
  const { cluster, names, nowMs, lifetimeMs } = context;
  const options = {
    cluster: cluster.metadata.name,
    authority: signerOf(order.issueUnder),
    nowMs,
    lifetimeMs,
  };
  return to === 'Nodes'
    ? issueNodeCertificate({ ...options, names })
    : issueClientCertificate({ ...options, holder: to });
}

function signerOf({ certificate, key }: FoundAuthority): IssuedCertificate {
  if (key === undefined) throw new TypeError(`There is no key to sign with as ${certificate.subject}`);
  return { certificate: certificate.pem, key };
}

/** A bundle of authorities in PEM. */
export function bundleOf(trust: readonly CertificateFacts[]): string {
  return trust.map(({ pem }) => pem).join('');
}
