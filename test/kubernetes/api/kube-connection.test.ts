import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { SERVICE_ACCOUNT } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { KubeConnection } from '../../../operator/platform/kubernetes/api/kube-connection.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import {
  KubeConfigCredentials,
  loadKubeConfig,
} from '../../../operator/platform/kubernetes/api/kubeconfig-credentials.ts';
import { CREDENTIALS_FRESH_MS } from '../../../operator/platform/kubernetes/api/limits.ts';
import { PodCredentials } from '../../../operator/platform/kubernetes/api/pod-credentials.ts';
import { ManualClock } from '../../operator/platform/kubernetes/api/manual-clock.ts';
import { adminClient, controlPlane, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kube-connection-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Writes a kubeconfig with one user, described as in such a file. */
async function kubeconfigOf(path: string, user: Readonly<Record<string, unknown>>): Promise<string> {
  const { server, authorityFolder } = controlPlane();
  const file = join(path, 'config');
  const cluster = { server, 'certificate-authority': join(authorityFolder, 'ca.crt') };
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'first', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'first',
    }),
  );
  return file;
}

interface Review extends KubeObject {
  readonly status?: { readonly userInfo: { readonly username: string } };
}

/** Whom the API server takes the user of a kubeconfig for. */
function whoIs(kubeconfig: string): Promise<string | undefined> {
  return nameOf(KubeClient.from({ kubeconfig, userAgent: 'test' }));
}

async function nameOf(client: KubeClient): Promise<string | undefined> {
  try {
    const kind = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      plural: 'selfsubjectreviews',
      namespaced: false,
    };
    const review: Review = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: '' } };
    return (await client.create(review, { kind })).status?.userInfo.username;
  } finally {
    await client.close();
  }
}

async function accountToken(): Promise<{ readonly user: string; readonly token: string }> {
  const admin = adminClient();
  const namespace = await newNamespace(admin);
  const name = 'someone';
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
  const answer = await admin.createSubresource<{ status: { token: string } }>(
    { kind: SERVICE_ACCOUNT, namespace, name },
    'token',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  );
  return { user: `system:serviceaccount:${namespace}:${name}`, token: answer.status.token };
}

describeOnKubernetes('credentials', () => {
  it('may be a client certificate', async () => {
    const { authorityFolder } = controlPlane();
    const file = (name: string) => join(authorityFolder, name);
    const user = { 'client-certificate': file('admin.crt'), 'client-key': file('admin.key') };
    expect(await whoIs(await kubeconfigOf(await folder(), user))).toBe('admin');
  });

  it('may be a token', async () => {
    const { user, token } = await accountToken();
    expect(await whoIs(await kubeconfigOf(await folder(), { token }))).toBe(user);
  });

  it('may be those of the ServiceAccount of the pod', async () => {
    const { user, token } = await accountToken();
    const path = await folder();
    await cp(join(controlPlane().authorityFolder, 'ca.crt'), join(path, 'ca.crt'));
    expect(PodCredentials.find(path)).toBeUndefined();
    await writeFile(join(path, 'token'), `${token}\n`);
    const { hostname, port } = new URL(controlPlane().server);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', hostname);
    vi.stubEnv('KUBERNETES_SERVICE_PORT', port);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const config = PodCredentials.find(path);
    expect(config).toBeDefined();
    if (config === undefined) return;
    expect(await nameOf(new KubeClient({ config, userAgent: 'test' }))).toBe(user);
    // Kubernetes replaces the token in place.
    const other = await accountToken();
    await writeFile(join(path, 'token'), other.token);
    expect(await nameOf(new KubeClient({ config, userAgent: 'test' }))).toBe(other.user);
  });

  it('may come from a program', async () => {
    const { user, token } = await accountToken();
    const path = await folder();
    const program = join(path, 'login');
    const apiVersion = 'client.authentication.k8s.io/v1';
    const credential = { apiVersion, kind: 'ExecCredential', status: { token } };
    await writeFile(program, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`);
    await chmod(program, 0o755);
    const exec = { apiVersion, command: program, interactiveMode: 'Never' };
    expect(await whoIs(await kubeconfigOf(path, { exec }))).toBe(user);
  });

  it('that do not come do not hold a request for ever', async () => {
    const path = await folder();
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['5'] };
    const client = KubeClient.from({ kubeconfig: await kubeconfigOf(path, { exec }), userAgent: 'test' });
    onTestFinished(() => client.close());
    const request = client.get({ kind: SERVICE_ACCOUNT, namespace: 'a', name: 'b' }, { timeoutMs: 100 });
    await expect(request).rejects.toMatchObject({ code: 0, reason: 'Timeout' });
  });

  it('that cannot be used are said to be so', async () => {
    const path = await folder();
    expect(() => loadKubeConfig({ kubeconfig: join(path, 'nothing') })).toThrow('nothing cannot be used');
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: join(path, 'no-such-program') };
    const kubeconfig = await kubeconfigOf(path, { exec });
    await expect(whoIs(kubeconfig)).rejects.toMatchObject({
      name: 'KubeError',
      reason: 'NoCredentials',
      message: expect.stringContaining('no-such-program'),
    });
    expect(() => loadKubeConfig({ kubeconfig, context: 'second' })).toThrow(
      'There is no context second in the kubeconfig; it has first',
    );
  });

  it('are read again now and then, and new certificates mean new connections', async () => {
    const path = await folder();
    const { authorityFolder } = controlPlane();
    const take = async (name: string) => {
      await cp(join(authorityFolder, `${name}.crt`), join(path, 'tls.crt'));
      await cp(join(authorityFolder, `${name}.key`), join(path, 'tls.key'));
    };
    await take('admin');
    const user = { 'client-certificate': join(path, 'tls.crt'), 'client-key': join(path, 'tls.key') };
    const config = loadKubeConfig({ kubeconfig: await kubeconfigOf(path, user) });
    const clock = new ManualClock();
    const connection = new KubeConnection(new KubeConfigCredentials(config), () => undefined, clock);
    onTestFinished(() => connection.close());
    const first = (await connection.open()).dispatcher;
    await clock.pass(CREDENTIALS_FRESH_MS);
    expect((await connection.open()).dispatcher).toBe(first);
    await take('apiserver-kubelet');
    await clock.pass(CREDENTIALS_FRESH_MS - 1);
    expect((await connection.open()).dispatcher).toBe(first);
    await clock.pass(1);
    expect((await connection.open()).dispatcher).not.toBe(first);
    expect(await readFile(join(path, 'tls.crt'))).toEqual(
      await readFile(join(authorityFolder, 'apiserver-kubelet.crt')),
    );
  });
});
