import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_GROUP, API_GROUP_VERSION } from '../../../operator/api/api-group.ts';
import {
  RAVEN_CLUSTER,
  RAVEN_DATABASE,
  RESOURCE_KINDS,
  type ResourceKind,
} from '../../../operator/api/resource-kind.ts';
import { validateResource } from '../../../operator/api/validate-resource.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { hasReason } from '../../../operator/platform/kubernetes/api/kube-error.ts';
import type { KindRef, KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { adminClient, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';
import { customResourceDefinitions } from '../harness/definitions.ts';
import { arbitraryValue } from './arbitrary-value.ts';

/** Made-up resources of each kind; enough that each field is there many times. */
const RESOURCES = 400;

interface Resource extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

interface Scale extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas: number; readonly selector?: string };
}

function kindRef({ kind, plural }: ResourceKind): KindRef {
  return { apiVersion: API_GROUP_VERSION, kind, plural, namespaced: true };
}

const CLUSTERS = kindRef(RAVEN_CLUSTER);

function resource(kind: ResourceKind, namespace: string, spec: unknown): Resource {
  return {
    apiVersion: API_GROUP_VERSION,
    kind: kind.kind,
    metadata: { namespace, name: 'x' },
    ...(spec === undefined ? {} : { spec }),
  };
}

function createCluster(client: KubeClient, namespace: string, spec: unknown): Promise<Resource> {
  return client.create(resource(RAVEN_CLUSTER, namespace, spec), { kind: CLUSTERS });
}

describeOnKubernetes('the resource definitions', () => {
  it('are accepted without a doubt, and are what `crds/` says', async () => {
    const client = adminClient();
    for (const wanted of await customResourceDefinitions()) {
      const { name } = wanted.metadata;
      const found = await client.get<Resource>({ kind: CUSTOM_RESOURCE_DEFINITION, name });
      expect(found?.spec).toMatchObject((wanted as Resource).spec as object);
      const status = found?.status as { conditions: { type: string; status: string }[] } | undefined;
      const states = Object.fromEntries(
        (status?.conditions ?? []).map(({ type, status: state }) => [type, state]),
      );
      // NonStructuralSchema would be here as well.
      expect(states).toEqual({ NamesAccepted: 'True', Established: 'True' });
    }
  });

  it('have short names, a category and the subresources', async () => {
    const text = await adminClient().raw(`/apis/${API_GROUP_VERSION}`);
    const { resources } = JSON.parse(text) as { readonly resources: readonly { readonly name: string }[] };
    const known = Object.fromEntries(resources.map((each) => [each.name, each]));
    expect(Object.keys(known).sort()).toEqual([
      'ravenclusters',
      'ravenclusters/scale',
      'ravenclusters/status',
      'ravendatabases',
      'ravendatabases/status',
    ]);
    expect(known.ravenclusters).toMatchObject({
      shortNames: ['rvc'],
      categories: ['raven'],
      namespaced: true,
    });
    expect(known.ravendatabases).toMatchObject({ shortNames: ['rvdb'], categories: ['raven'] });
    expect(known['ravenclusters/scale']).toMatchObject({
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    });
  });

  it('explain every field', async () => {
    const text = await adminClient().raw(`/openapi/v3/apis/${API_GROUP_VERSION}`);
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, Explained> } };
    const key = (kind: ResourceKind) => `io.${API_GROUP.split('.')[0]}.v1beta1.${kind.kind}`;
    const silent = RESOURCE_KINDS.flatMap((kind) => unexplained(components.schemas[key(kind)], kind.kind));
    expect(silent).toEqual([]);
  });
});

interface Explained {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Explained>>;
  readonly items?: Explained;
}

/** Paths of fields of ours that have no description. */
function unexplained(schema: Explained | undefined, path: string): readonly string[] {
  if (schema === undefined) return [`${path} is not there`];
  const children = Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'metadata');
  return [
    ...(schema.description === undefined ? [path] : []),
    ...children.flatMap(([name, child]) => unexplained(child, `${path}.${name}`)),
    ...Object.entries(schema.items?.properties ?? {}).flatMap(([name, child]) =>
      unexplained(child, `${path}[].${name}`),
    ),
  ];
}

describeOnKubernetes('defaults', () => {
  it('of a cluster that says nothing are the same here and there', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    for (const spec of [undefined, {}]) {
      const wanted = resource(RAVEN_CLUSTER, namespace, spec);
      const created = await client.create(wanted, { kind: CLUSTERS, dryRun: true });
      const { value, faults } = validateResource(RAVEN_CLUSTER, wanted);
      expect(faults).toEqual([]);
      expect(created.spec).toEqual((value as Resource).spec);
    }
  });

  it.each(RESOURCE_KINDS.map((kind) => [kind.kind, kind] as const))(
    'and refusals are the same for whatever %s anybody writes',
    async (_, kind) => {
      const client = adminClient();
      const namespace = await newNamespace(client);
      const counts = { accepted: 0, refused: 0 };
      const property = fc.asyncProperty(arbitraryValue(kind.spec), async (spec) => {
        const wanted = resource(kind, namespace, spec);
        const options = {
          kind: kindRef(kind),
          dryRun: true,
          fieldValidation: 'Strict',
          isUrgent: true,
        } as const;
        const answer = await client.create(wanted, options).catch((error: unknown) => {
          if (hasReason(error, 'Invalid')) return error;
          throw error;
        });
        const { value, faults } = validateResource(kind, wanted);
        if ('code' in answer) {
          counts.refused += 1;
          expect({ refused: answer.message, faults }).not.toMatchObject({ faults: [] });
        } else {
          counts.accepted += 1;
          expect(faults).toEqual([]);
          expect(answer.spec).toEqual((value as Resource).spec);
        }
      });
      // One seed, so that a run tells of the change that was made and not of luck.
      await fc.assert(property, { numRuns: RESOURCES, seed: 42 });
      // Both answers were compared, each more than now and then.
      expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(RESOURCES / 20);
    },
  );
});

describeOnKubernetes('kubectl scale', () => {
  it('reads and sets the nodes, and finds the pods', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await createCluster(client, namespace, { nodes: 3 });
    const ref = { kind: CLUSTERS, namespace, name: 'x' };
    const status = { replicas: 3, selector: 'ravencluster.io/cluster=x' };
    await client.mergePatch(ref, { status }, { subresource: 'status' });
    const scale = await client.get<Scale>(ref, { subresource: 'scale' });
    expect(scale).toMatchObject({ spec: { replicas: 3 }, status });
    await client.mergePatch(ref, { spec: { replicas: 5 } }, { subresource: 'scale' });
    expect(await client.get<Resource>(ref)).toMatchObject({ spec: { nodes: 5 } });
  });

  it('is refused with the sentence of the rule', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await createCluster(client, namespace, { nodes: 3, replicationFactor: { mode: 'Fixed' } });
    const scaleTo = (replicas: number) =>
      client.mergePatch(
        { kind: CLUSTERS, namespace, name: 'x' },
        { spec: { replicas } },
        { subresource: 'scale' },
      );
    await expect(scaleTo(2)).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining(
        'nodes must be at least replicationFactor.target when replicationFactor.mode is Fixed',
      ),
    });
    await expect(scaleTo(0)).rejects.toMatchObject({ reason: 'Invalid' });
    await expect(scaleTo(102)).rejects.toMatchObject({ reason: 'Invalid' });
    await scaleTo(4);
  });

  it('is refused while the cluster is hibernated, and downwards when that is forbidden', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const ref = { kind: CLUSTERS, namespace, name: 'x' };
    await createCluster(client, namespace, { nodes: 3, hibernated: true, scaleDown: { mode: 'Forbid' } });
    const scaleTo = (replicas: number) =>
      client.mergePatch(ref, { spec: { replicas } }, { subresource: 'scale' });
    await expect(scaleTo(4)).rejects.toThrow('must not change while the cluster is hibernated');
    await client.mergePatch(ref, { spec: { hibernated: false } });
    await scaleTo(4);
    await expect(scaleTo(3)).rejects.toThrow('must not be lowered while scaleDown.mode is Forbid');
  });
});

describeOnKubernetes('kubectl get', () => {
  async function table(client: KubeClient, kind: KindRef, namespace: string) {
    const text = await client.raw(`/apis/${API_GROUP_VERSION}/namespaces/${namespace}/${kind.plural}`, {
      accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    });
    const { columnDefinitions, rows } = JSON.parse(text) as {
      columnDefinitions: { name: string; priority: number }[];
      rows: { cells: unknown[] }[];
    };
    const columns = columnDefinitions.map(({ name, priority }) => (priority === 0 ? name : `(${name})`));
    return { columns, cells: rows[0]?.cells ?? [] };
  }

  it('shows a cluster at a glance', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    await createCluster(client, namespace, { nodes: 3 });
    const status = {
      phase: 'Ready',
      readyReplicas: 3,
      version: '1.2.3',
      topology: {
        id: 'x',
        etag: 1,
        term: 1,
        leader: 'B',
        members: ['A', 'B', 'C'],
        promotables: [],
        watchers: [],
        voters: 3,
        quorum: 2,
      },
      replicationFactor: { desired: 3, effective: 3, reason: 'AtTarget', databasesBelow: 0 },
    };
    await client.mergePatch({ kind: CLUSTERS, namespace, name: 'x' }, { status }, { subresource: 'status' });
    const { columns, cells } = await table(client, CLUSTERS, namespace);
    expect(columns).toEqual([
      'Name',
      'Nodes',
      'Ready',
      'Leader',
      'RF',
      'Version',
      'Status',
      'Age',
      '(Members)',
      '(Operation)',
      '(Degraded-DBs)',
      '(Cert-Expiry)',
      '(Message)',
    ]);
    expect(cells.slice(0, 7)).toEqual(['x', 3, 3, 'B', 3, '1.2.3', 'Ready']);
  });

  it('shows a database at a glance', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const kind = kindRef(RAVEN_DATABASE);
    const spec = { clusterRef: { name: 'shop' }, name: 'Orders' };
    await client.create(resource(RAVEN_DATABASE, namespace, spec), { kind });
    const status = { phase: 'Ready', copies: 2 };
    await client.mergePatch({ kind, namespace, name: 'x' }, { status }, { subresource: 'status' });
    const { columns, cells } = await table(client, kind, namespace);
    expect(columns).toEqual(['Name', 'Cluster', 'Database', 'Copies', 'Status', 'Age', '(Message)']);
    expect(cells.slice(0, 5)).toEqual(['x', 'shop', 'Orders', 2, 'Ready']);
  });
});
