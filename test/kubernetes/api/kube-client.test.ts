import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { ClientMetrics } from '../../../operator/platform/kubernetes/api/client-metrics.ts';
import {
  CONFIG_MAP,
  NODE,
  POD,
  POD_MONITOR,
  STATEFUL_SET,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type {
  KindRef,
  KubeObject,
  ObjectRef,
} from '../../../operator/platform/kubernetes/api/kube-object.ts';
import {
  adminClient,
  controlPlane,
  describeOnKubernetes,
  newNamespace,
  serviceAccountClient,
} from '../harness/api-test.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface StatefulSet extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Scale extends KubeObject {
  readonly spec: { readonly replicas: number };
}

interface RavenClusterObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const RAVEN_CLUSTERS: KindRef = {
  apiVersion: 'ravencluster.io/v1beta1',
  kind: 'RavenCluster',
  plural: 'ravenclusters',
  namespaced: true,
};

function ravenCluster(
  namespace: string,
  content: Pick<RavenClusterObject, 'spec' | 'status'>,
): RavenClusterObject {
  const { apiVersion, kind } = RAVEN_CLUSTERS;
  return { apiVersion, kind, metadata: { namespace, name: 'x' }, ...content };
}

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

const ref = (namespace: string, name: string): ObjectRef => ({ kind: CONFIG_MAP, namespace, name });

function statefulSet(namespace: string, image: string): StatefulSet {
  const labels = { app: 'x' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace, name: 'x' },
    spec: {
      serviceName: 'x',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
    },
  };
}

describeOnKubernetes('reading', () => {
  it('tells an object that is not there from a kind that is not served', async () => {
    const client = adminClient();
    expect(await client.get(ref('default', 'nobody'))).toBeUndefined();
    expect(await client.get(ref('no-such-namespace', 'nobody'))).toBeUndefined();
    const monitor = client.get({ kind: POD_MONITOR, namespace: 'default', name: 'x' });
    await expect(monitor).rejects.toMatchObject({ name: 'KubeError', code: 404, reason: 'NotServed' });
    const misspelt = client.get({ kind: { ...POD, plural: 'podz' }, namespace: 'default', name: 'x' });
    await expect(misspelt).rejects.toMatchObject({ reason: 'NotServed' });
  });

  it('lists more objects than fit a page, each once and with its kind', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const names = Array.from({ length: 600 }, (_, i) => `m${String(i).padStart(4, '0')}`);
    for (let i = 0; i < names.length; i += 50) {
      const some = names.slice(i, i + 50);
      await Promise.all(
        some.map((name) => client.create(configMap(namespace, name, {}), { isUrgent: true })),
      );
    }
    const { items, resourceVersion } = await client.list(CONFIG_MAP, { namespace });
    // Every namespace has this one besides.
    const found = items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
    expect(found).toEqual(names);
    expect(items.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')).toBe(true);
    expect(resourceVersion).toMatch(/^\d+$/);
  });

  it('lists by label, by field, and metadata only', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const labelled = configMap(namespace, 'a', { secret: 'x' });
    await client.create({ ...labelled, metadata: { ...labelled.metadata, labels: { color: 'red' } } });
    await client.create(configMap(namespace, 'b', { secret: 'y' }));
    const names = async (selection: object) =>
      (await client.list(CONFIG_MAP, { namespace, ...selection })).items.map(({ metadata }) => metadata.name);
    expect(await names({ labelSelector: 'color=red' })).toEqual(['a']);
    expect(await names({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
    const [bare] = (
      await client.list<ConfigMap>(CONFIG_MAP, { namespace, labelSelector: 'color', isMetadataOnly: true })
    ).items;
    expect(bare).toMatchObject({
      kind: 'ConfigMap',
      metadata: { name: 'a', labels: { color: 'red' }, uid: expect.any(String) },
    });
    expect(bare).not.toHaveProperty('data');
  });

  it('says which kinds are served', async () => {
    const kinds = await adminClient().servedKinds();
    expect(kinds.get('apps/v1/StatefulSet')).toEqual(STATEFUL_SET);
    expect(kinds.get('v1/Node')).toEqual(NODE);
    expect(kinds.get('ravencluster.io/v1beta1/RavenCluster')).toEqual(RAVEN_CLUSTERS);
    expect(kinds.has('monitoring.coreos.com/v1/PodMonitor')).toBe(false);
  });

  it('is refused what no role allows, with the sentence of the API server', async () => {
    const namespace = await newNamespace(adminClient());
    await adminClient().create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name: 'nobody' },
    });
    const client = await serviceAccountClient(namespace, 'nobody');
    await expect(client.list(POD, { namespace })).rejects.toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: expect.stringMatching(/^list pods: 403 Forbidden: .*cannot list resource "pods"/),
    });
  });
});

describeOnKubernetes('applying', () => {
  it('sends objects as they are, fields that no model knows included', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const resources = { aFieldOfTheYear2040: { deep: [1, { x: 'y' }] } };
    const wanted = ravenCluster(namespace, { spec: { resources } });
    const options = { fieldManager: 'test', fieldValidation: 'Strict', kind: RAVEN_CLUSTERS } as const;
    const applied = await client.apply(wanted, options);
    expect(applied.spec).toMatchObject({ resources });
    const patched = await client.mergePatch(
      { kind: RAVEN_CLUSTERS, namespace, name: 'x' },
      { spec: { resources: { another: true } } },
    );
    expect(patched).toMatchObject({ spec: { resources: { ...resources, another: true } } });
  });

  it('leaves the fields of others alone, and changes nothing when nothing is new', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await client.apply(configMap(namespace, 'a', { theirs: '1' }), { fieldManager: 'they' });
    const first = await client.apply(configMap(namespace, 'a', { ours: '2' }), { fieldManager: 'we' });
    expect(first.data).toEqual({ theirs: '1', ours: '2' });
    const again = await client.apply(configMap(namespace, 'a', { ours: '2' }), { fieldManager: 'we' });
    expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const without = await client.apply(configMap(namespace, 'a', {}), { fieldManager: 'we' });
    expect(without.data).toEqual({ theirs: '1' });
  });

  it('conflicts with another manager of the same field by name, and takes it over by force', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await client.apply(configMap(namespace, 'a', { x: '1' }), { fieldManager: 'they' });
    const ours = configMap(namespace, 'a', { x: '2' });
    await expect(client.apply(ours, { fieldManager: 'we' })).rejects.toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: expect.stringContaining('conflict with "they": .data.x'),
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.x' }] },
    });
    const forced = await client.apply(ours, { fieldManager: 'we', force: true });
    expect(forced.data).toEqual({ x: '2' });
  });

  it('never shrinks a set whose replicas another manager keeps', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await client.apply(statefulSet(namespace, 'a:1'), { fieldManager: 'template', force: true });
    const target = { kind: STATEFUL_SET, namespace, name: 'x' };
    const scale: Scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { namespace, name: 'x' },
      spec: { replicas: 3 },
    };
    await client.apply(scale, { fieldManager: 'scale', force: true, subresource: 'scale', target });
    const later = await client.apply(statefulSet(namespace, 'a:2'), {
      fieldManager: 'template',
      force: true,
    });
    expect(later.spec.replicas).toBe(3);
    expect(await client.get<Scale>(target, { subresource: 'scale' })).toMatchObject({
      spec: { replicas: 3 },
    });
  });

  it('keeps status and spec apart', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const kind = RAVEN_CLUSTERS;
    const both = ravenCluster(namespace, { spec: { nodes: 5 }, status: { phase: 'Ready' } });
    const created = await client.apply(both, { fieldManager: 'spec', kind });
    expect(created.spec).toMatchObject({ nodes: 5 });
    expect(created.status).toBeUndefined();
    const other = ravenCluster(namespace, { spec: { nodes: 7 }, status: { phase: 'Ready' } });
    const reported = await client.apply(other, { fieldManager: 'status', kind, subresource: 'status' });
    expect(reported).toMatchObject({ spec: { nodes: 5 }, status: { phase: 'Ready' } });
    const again = await client.apply(other, { fieldManager: 'status', kind, subresource: 'status' });
    expect(again.metadata.resourceVersion).toBe(reported.metadata.resourceVersion);
  });

  it('only tries when told so, and refuses unknown fields when told so', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const dry = await client.create(configMap(namespace, 'a', { x: '1' }), { dryRun: true });
    expect(dry.metadata.uid).toBeDefined();
    expect(await client.get(ref(namespace, 'a'))).toBeUndefined();
    const misspelt = { ...configMap(namespace, 'a', {}), dada: { x: '1' } };
    await expect(client.create(misspelt, { fieldValidation: 'Strict' })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('unknown field "dada"'),
    });
  });
});

describeOnKubernetes('replacing, patching and deleting', () => {
  it('replaces only what nobody wrote since', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const first = await client.create(configMap(namespace, 'a', { x: '1' }));
    await client.replace({ ...first, data: { x: '2' } });
    await expect(client.replace({ ...first, data: { x: '3' } })).rejects.toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
    await expect(client.create(configMap(namespace, 'a', {}))).rejects.toMatchObject({
      reason: 'AlreadyExists',
    });
  });

  it('patches by merging', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await client.create(configMap(namespace, 'a', { x: '1', y: '2' }));
    const patched = await client.mergePatch<ConfigMap>(ref(namespace, 'a'), { data: { x: null, z: '3' } });
    expect(patched.data).toEqual({ y: '2', z: '3' });
  });

  it('deletes the very object that was meant, or nothing', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const old = await client.create(configMap(namespace, 'a', {}));
    expect(await client.delete(ref(namespace, 'a'), { uid: old.metadata.uid })).toBe(true);
    const successor = await client.create(configMap(namespace, 'a', {}));
    await expect(client.delete(ref(namespace, 'a'), { uid: old.metadata.uid })).rejects.toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
    const { resourceVersion } = successor.metadata;
    await client.mergePatch(ref(namespace, 'a'), { data: { x: '1' } });
    await expect(client.delete(ref(namespace, 'a'), { resourceVersion })).rejects.toMatchObject({
      reason: 'Conflict',
    });
    expect(await client.delete(ref(namespace, 'a'), { uid: successor.metadata.uid })).toBe(true);
    expect(await client.delete(ref(namespace, 'a'))).toBe(false);
  });

  it('never takes an empty name for all objects', async () => {
    const client = adminClient();
    await expect(client.delete(ref('default', ''))).rejects.toThrow('no name');
    await expect(client.delete({ kind: CONFIG_MAP, name: 'a' })).rejects.toThrow('in no namespace');
  });
});

describeOnKubernetes('the connection', () => {
  it('serves many requests with few handshakes', async () => {
    const registry = new Registry();
    const metrics = new ClientMetrics(registry);
    const { kubeconfig } = controlPlane();
    const client = KubeClient.from({ kubeconfig, userAgent: 'test', metrics });
    try {
      for (let i = 0; i < 200; i++) await client.get(ref('default', 'nobody'), { isUrgent: true });
      const [connections] =
        (await registry.getSingleMetric('kubernetes_client_connections_total')?.get())?.values ?? [];
      expect(connections?.value).toBeLessThanOrEqual(4);
    } finally {
      await client.close();
    }
  });

  it('is a gentle guest: a burst of fifty, then twenty a second', async () => {
    const client = adminClient();
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 60 }, () => client.get(ref('default', 'nobody'))));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(450);
  });

  it('gives up when the caller does', async () => {
    const client = adminClient();
    const caller = new AbortController();
    const request = client.get(ref('default', 'nobody'), { signal: caller.signal });
    caller.abort();
    await expect(request).rejects.toMatchObject({ name: 'KubeError', code: 0, reason: 'Aborted' });
  });
});
