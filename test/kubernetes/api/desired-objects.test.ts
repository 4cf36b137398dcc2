import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_GROUP_VERSION } from '../../../operator/api/api-group.ts';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import { RAVEN_CLUSTER } from '../../../operator/api/resource-kind.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KindRef, KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { desiredObjects } from '../../../operator/resources/desired-objects.ts';
import { FIELD_MANAGER } from '../../../operator/resources/names.ts';
import { validCluster } from '../../operator/api/schema-arbitrary.ts';
import { clusterWith, factsWith } from '../../operator/resources/sample-cluster.ts';
import { adminClient, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';

const RAVEN_CLUSTERS: KindRef = {
  apiVersion: API_GROUP_VERSION,
  kind: RAVEN_CLUSTER.kind,
  plural: RAVEN_CLUSTER.plural,
  namespaced: true,
};

/** Random specs a run; each is some fifteen requests. */
const SPECS = 60;

const OPTIONS = {
  fieldManager: FIELD_MANAGER,
  fieldValidation: 'Strict',
  force: true,
  isUrgent: true,
} as const;

const inNamespace = (cluster: RavenCluster, namespace: string): RavenCluster => ({
  ...cluster,
  metadata: { ...cluster.metadata, namespace },
});

/** A cluster that is there: the garbage collector takes objects whose owner is not. */
async function createdCluster(client: KubeClient, namespace: string, spec = {}): Promise<RavenCluster> {
  const { uid: _, ...metadata } = clusterWith().metadata;
  const cluster = { ...clusterWith(spec), metadata: { ...metadata, namespace } };
  return (await client.create<KubeObject>(cluster, { kind: RAVEN_CLUSTERS })) as RavenCluster;
}

/** Kinds that somebody has to install are not there. */
const wantedOf = (cluster: RavenCluster) =>
  desiredObjects(cluster, factsWith()).wanted.filter(
    ({ kind }) => kind !== 'TLSRoute' && kind !== 'PodMonitor',
  );

/** What changes when an object is written: controllers write statuses, which is no business of ours. */
async function applyAll(client: KubeClient, cluster: RavenCluster, dryRun = false) {
  const versions: Record<string, string | undefined> = {};
  for (const object of wantedOf(cluster)) {
    const { metadata } = await client.apply<KubeObject>(object, { ...OPTIONS, dryRun });
    versions[`${object.kind} ${metadata.name}`] = metadata.generation?.toString() ?? metadata.resourceVersion;
  }
  return versions;
}

interface SetSpec {
  readonly template: { readonly metadata: object; readonly spec: { readonly volumes: readonly object[] } };
}

const EXPOSED = { domain: 'db.example.com', expose: { type: 'Ingress', ingress: { className: 'nginx' } } };

describeOnKubernetes('the objects of a cluster', () => {
  it.each([
    ['defaults', {}],
    ['an Ingress', { networking: EXPOSED }],
    [
      'load balancers',
      { networking: { expose: { type: 'LoadBalancer', loadBalancer: { sourceRanges: ['10.0.0.0/8'] } } } },
    ],
    ['node ports', { networking: { expose: { type: 'NodePort' } } }],
    [
      'no TLS and no policy',
      { tls: { mode: 'Disabled' }, networking: { networkPolicy: { enabled: false } } },
    ],
  ])('are taken as they are, and the second time nothing is written: %s', async (_name, spec) => {
    const client = adminClient();
    const cluster = await createdCluster(client, await newNamespace(client), spec);
    const first = await applyAll(client, cluster);
    expect(await applyAll(client, cluster)).toEqual(first);
  });

  it('of any valid spec are objects that Kubernetes takes', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const specs = fc.sample(validCluster(), { numRuns: SPECS, seed: 20_260_101 });
    const refusals: string[] = [];
    for (const cluster of specs) {
      try {
        await applyAll(client, inNamespace(cluster, namespace), true);
      } catch (error) {
        refusals.push(`${error instanceof Error ? error.message : error}: ${JSON.stringify(cluster.spec)}`);
      }
    }
    expect(refusals).toEqual([]);
  });

  it('are pods that the profile restricted lets in', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const cluster = await createdCluster(client, namespace);
    await applyAll(client, cluster);
    const template = wantedOf(cluster).flatMap(
      ({ spec }) => (spec as Partial<SetSpec> | undefined)?.template ?? [],
    )[0];
    if (template === undefined) throw new Error('There is no StatefulSet');
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name: 'by-hand', namespace },
      // In the set, this volume comes from the claim template.
      spec: { ...template.spec, volumes: [...template.spec.volumes, { name: 'data', emptyDir: {} }] },
    };
    await client.create(pod, { dryRun: true, fieldValidation: 'Strict' });
    const asRoot = { ...pod, spec: { ...pod.spec, securityContext: {} } };
    await expect(client.create(asRoot, { dryRun: true })).rejects.toThrow('violates PodSecurity');
  });
});
