import type { KubeObject } from '../platform/kubernetes/api/kube-object.ts';

/** A Secret as the API has it: values in base64. */
export interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Keys in Secrets. The first three are what cert-manager and `kubectl create secret tls` write. */
export const SECRET_KEYS = {
  certificate: 'tls.crt',
  key: 'tls.key',
  trust: 'ca.crt',
  /** In `<cluster>-ca`: the authority that signs (its certificate is under `trust`), and the one that will. */
  authorityKey: 'ca.key',
  nextAuthority: 'next.crt',
  nextAuthorityKey: 'next.key',
  /** In a Secret that a person supplies: certificates of the operator and of Prometheus. */
  operatorCertificate: 'operator.crt',
  operatorKey: 'operator.key',
  metricsCertificate: 'metrics.crt',
  metricsKey: 'metrics.key',
} as const;

/** The text under a key, or `undefined` when there is none. */
export function secretText(secret: SecretObject | undefined, key: string): string | undefined {
  const value = secret?.data?.[key];
  const text = value === undefined ? '' : Buffer.from(value, 'base64').toString('utf8');
  return text.trim() === '' ? undefined : text;
}

export function secretData(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]),
  );
}
