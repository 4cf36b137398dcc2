import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { installManifest } from '../../../operator/packaging/generate-manifests.ts';
import {
  DEPLOYMENT,
  NAMESPACE,
  VALIDATING_ADMISSION_POLICY,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { CHARTS, HELM, type Rendered, render } from '../../charts/helm.ts';
import { CLUSTER_VALUES, OPERATOR_VALUES } from '../../charts/value-sets.ts';
import { adminClient, controlPlane, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';

const run = promisify(execFile);

/** Kinds of the Prometheus operator are not there. */
const isServed = ({ apiVersion }: Rendered): boolean => !apiVersion.startsWith('monitoring.coreos.com');

async function dryRun(client: KubeClient, objects: readonly Rendered[]): Promise<void> {
  const kinds = await client.servedKinds();
  for (const object of objects) {
    const kind = kinds.get(`${object.apiVersion}/${object.kind}`);
    if (kind === undefined) throw new Error(`${object.kind} is not served`);
    await client.apply(object, {
      ...{ kind, fieldManager: 'helm', fieldValidation: 'Strict', force: true },
      // The pod of the test is refused without its account.
      dryRun: object.kind !== 'ServiceAccount',
      isUrgent: true,
    });
  }
}

const describeCharts = HELM === undefined ? describe.skip : describeOnKubernetes;

describeCharts('the charts', () => {
  it.each(Object.keys(OPERATOR_VALUES))(
    'of the operator are taken by the API server with: %s',
    async (set) => {
      const client = adminClient();
      const namespace = await newNamespace(client);
      for (const name of ['orders', 'shop']) {
        const wanted = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
        await client.apply(wanted, { fieldManager: 'test' });
      }
      const values = OPERATOR_VALUES[set] ?? {};
      const objects = await render({ ...values, chart: 'ravencluster-operator', namespace, withTests: true });
      await dryRun(client, objects.filter(isServed));
    },
  );

  it.each(Object.keys(CLUSTER_VALUES))('of a cluster are taken by the API server with: %s', async (set) => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await dryRun(client, await render({ ...CLUSTER_VALUES[set], chart: 'ravencluster', namespace }));
  });

  it('as plain manifests are taken by the API server', async () => {
    const client = adminClient();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ravencluster-system' } };
    await client.apply(namespace, { fieldManager: 'test' });
    const text = installManifest(HELM ?? 'helm');
    const objects = parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
    await dryRun(client, objects);
  });

  it('install, upgrade and uninstall, and leave nothing but the definitions', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    // The definitions are there already, by kubectl apply, and all policies of this release are about one namespace.
    const values = { crds: { enabled: false }, watchNamespaces: [namespace] };
    const policies = async () =>
      (await client.list(VALIDATING_ADMISSION_POLICY)).items.filter(({ metadata }) =>
        metadata.name.startsWith(namespace),
      );
    const deployment = { kind: DEPLOYMENT, namespace, name: `${namespace}-ravencluster-operator` };

    const notes = await helm(
      ['install', namespace, join(CHARTS, 'ravencluster-operator')],
      namespace,
      values,
    );
    expect(notes).toContain(`kubectl apply --namespace ${namespace}`);
    expect(await client.get(deployment)).toMatchObject({ spec: { replicas: 2 } });
    expect((await policies()).length).toBeGreaterThan(0);

    await helm(['upgrade', namespace, join(CHARTS, 'ravencluster-operator')], namespace, {
      ...values,
      replicas: 1,
    });
    expect(await client.get(deployment)).toMatchObject({ spec: { replicas: 1 } });

    await helm(['uninstall', namespace, '--wait'], namespace);
    expect(await client.get(deployment)).toBeUndefined();
    expect(await policies()).toEqual([]);
    expect(await client.get({ kind: NAMESPACE, name: namespace })).toBeDefined();
  });
});

async function helm(args: readonly string[], namespace: string, values?: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'raven-chart-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values ?? {}));
    const where = ['--kubeconfig', controlPlane().kubeconfig, '--namespace', namespace];
    const { stdout } = await run(HELM ?? 'helm', [
      ...args,
      ...where,
      ...(values === undefined ? [] : ['--values', file]),
    ]);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
