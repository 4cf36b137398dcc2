import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, inject, onTestFinished } from 'vitest';
import { SERVICE_ACCOUNT } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeLog } from '../../../operator/platform/kubernetes/api/kube-log.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import type { SharedControlPlane } from './shared-control-plane.ts';

/** `describe` for tests that need a real Kubernetes API; skipped where there is none. */
export const describeOnKubernetes = describe.skipIf(inject('controlPlane') === null);

export function controlPlane(): SharedControlPlane {
  const plane = inject('controlPlane');
  if (plane === null) throw new Error('No Kubernetes API is at hand: use describeOnKubernetes');
  return plane;
}

/** A client that may do everything, until the end of the test. */
export function adminClient(): KubeClient {
  return untilTestEnds(KubeClient.from({ kubeconfig: controlPlane().kubeconfig, userAgent: 'test' }));
}

/** A client of a ServiceAccount: it may do what roles allow. */
export async function serviceAccountClient(namespace: string, name: string): Promise<KubeClient> {
  const admin = adminClient();
  const token = await admin.createSubresource<{ status: { token: string } }>(
    { kind: SERVICE_ACCOUNT, namespace, name },
    'token',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  );
  return untilTestEnds(
    new KubeClient({ config: configWithToken(controlPlane().server, token.status.token), userAgent: 'test' }),
  );
}

/** How to reach an API server, or a proxy before it, with a token; its certificate is of the test's authority. */
export function configWithToken(server: string, token: string): KubeConfig {
  const config = new KubeConfig();
  const caData = readFileSync(`${controlPlane().authorityFolder}/ca.crt`).toString('base64');
  config.loadFromClusterAndUser(
    { name: 'test', server, caData, skipTLSVerify: false },
    { name: 'test', token },
  );
  return config;
}

/**
 * A new namespace for one test. It is not deleted: the control plane ends with the run.
 *
 * @param labels of the namespace, for what selects namespaces
 */
export async function newNamespace(
  client: KubeClient,
  labels: Readonly<Record<string, string>> = {},
): Promise<string> {
  const name = `test-${randomBytes(5).toString('hex')}`;
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await client.create(namespace);
  return name;
}

/** Keeps the lines, for tests about what people are told. */
export function memoryLog(): KubeLog & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    info: (message) => lines.push(message),
    warn: (message) => lines.push(message),
  };
}

function untilTestEnds(client: KubeClient): KubeClient {
  onTestFinished(() => client.close());
  return client;
}
