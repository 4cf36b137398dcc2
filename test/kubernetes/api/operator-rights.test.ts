import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { SERVICE_ACCOUNT } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { KubernetesOperator } from '../../../operator/platform/kubernetes/controller/kubernetes-operator.ts';
import { RAVEN_CLUSTER_KIND } from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { HELM, render } from '../../charts/helm.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import {
  configWithToken,
  controlPlane,
  describeOnKubernetes,
  memoryLog,
  newNamespace,
} from '../harness/api-test.ts';
import { OperatorWorld, WHOLE_STORY } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

const describeRights = HELM === undefined ? describe.skip : describeOnKubernetes;

/** What the operator asked of the API server: `<verb> <resource>` and the status that it got. */
interface Asked {
  readonly right: string;
  readonly code: string;
}

describeRights('the rights that the chart gives the operator', () => {
  let machines: ProcessMachines;
  beforeAll(async () => {
    machines = await ProcessMachines.start(['z1', 'z2', 'z3']);
  });
  afterAll(() => machines?.stop());

  it('are enough for the life of a cluster', WHOLE_STORY, async () => {
    const world = await OperatorWorld.create(machines);
    const { operator, log } = await installedOperator(world);
    await world.apply({ nodes: 1 });
    await world.untilReady(1);
    await world.apply({ nodes: 3, networking: EXPOSED });
    await world.untilReady(3);
    // Another revision, larger volumes.
    const storage = {
      data: { size: '2Gi', storageClassName: 'machine-disk' },
      retention: { whenScaled: 'Delete' },
    };
    const changed = { networking: {}, logging: { level: 'Warn' }, storage };
    await world.apply({ nodes: 3, ...changed });
    await world.untilReady(3);
    await world.apply({ nodes: 1, ...changed });
    await world.untilReady(1);
    await world.apply({ nodes: 1, ...changed, hibernated: true });
    await world.until(
      'a sleeping cluster',
      ({ phase, replicas }) => phase === 'Hibernated' && replicas === 0,
    );
    const status = await world.until('a word on the objects', ({ conditions }) => conditions !== undefined);
    expect(status.conditions?.find(({ type }) => type === 'Reconciled')).toMatchObject({ status: 'True' });
    const cluster = { kind: RAVEN_CLUSTER_KIND, namespace: world.namespace, name: world.name };
    await world.client.delete(cluster);
    await waitUntil('the cluster to be gone', async () => {
      return (
        (await world.client.get(cluster)) === undefined && (await world.objects(SERVICE_ACCOUNT)).length === 0
      );
    });

    const asked = await requestsOf(operator.registry);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ code }) => code === '403')).toEqual([]);
    expect(log.lines.filter((line) => /forbidden/i.test(line))).toEqual([]);
  });
});

const EXPOSED = { domain: 'db.example.com', expose: { type: 'NodePort' } };

/** The operator with the account and the roles of the chart, until the end of the test. */
async function installedOperator(world: OperatorWorld) {
  const release = `rights-${randomBytes(4).toString('hex')}`;
  const { client } = world;
  const namespace = await newNamespace(client);
  const values = { crds: { enabled: false }, admissionPolicies: { enabled: false } };
  const objects = await render({ chart: 'ravencluster-operator', values, release, namespace });
  const kinds = /^(ServiceAccount|Role|RoleBinding|ClusterRole|ClusterRoleBinding)$/;
  const wanted = objects.filter(({ kind }) => kinds.test(kind));
  for (const object of wanted) await client.apply<KubeObject>(object, { fieldManager: 'helm' });
  const account = wanted.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name ?? '';
  const { status } = await client.createSubresource<{ status: { token: string } }>(
    { kind: SERVICE_ACCOUNT, namespace, name: account },
    'token',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  );
  const log = memoryLog();
  const operator = new KubernetesOperator({
    access: { config: configWithToken(controlPlane().server, status.token) },
    namespaces: [],
    operatorNamespace: namespace,
    identity: release,
    image: 'localhost/ravencluster:test',
    log: { ...log, child: () => ({ ...log, child: () => log as never }) },
    addressTemplate: world.addressTemplate,
    clusterDomain: 'cluster.local',
    onLost: () => undefined,
  });
  operator.start();
  onTestFinished(() => operator.stop());
  onTestFailed(() => console.log(log.lines.join('\n')));
  return { operator, log };
}

async function requestsOf(registry: Registry): Promise<readonly Asked[]> {
  const metric = await registry.getSingleMetric('kubernetes_client_requests_total')?.get();
  return (metric?.values ?? []).map(({ labels }) => {
    const { verb = '', resource = '', code = '' } = labels as Readonly<Record<string, string>>;
    return { right: `${verb} ${resource}`, code: String(code) };
  });
}
