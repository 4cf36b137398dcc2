import { expect, it } from 'vitest';
import { describeWithHelm, lint, type Rendered, render } from './helm.ts';
import { CLUSTER_VALUES, OPERATOR_VALUES } from './value-sets.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const operator = (set: keyof typeof OPERATOR_VALUES, more = {}) =>
  render({ chart: 'ravencluster-operator', ...OPERATOR_VALUES[set], ...more });

const ofKind = (objects: readonly Rendered[], kind: string) =>
  objects.filter((object) => object.kind === kind);
const rulesOf = (objects: readonly Rendered[]) =>
  objects.flatMap((object) => object.rules as readonly Rule[]);

interface PodSpec {
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly securityContext: object;
    readonly image: string;
  }[];
}

function podSpecs(objects: readonly Rendered[]): readonly PodSpec[] {
  return objects.flatMap(({ kind, spec }) => {
    if (kind === 'Pod') return [spec as PodSpec];
    return kind === 'Deployment' ? [(spec as { template: { spec: PodSpec } }).template.spec] : [];
  });
}

describeWithHelm('the charts', () => {
  it.each(Object.keys(OPERATOR_VALUES))('of the operator pass helm lint with: %s', async (set) => {
    expect(await lint({ chart: 'ravencluster-operator', ...OPERATOR_VALUES[set] })).toContain(
      '0 chart(s) failed',
    );
  });

  it.each(Object.keys(CLUSTER_VALUES))('of a cluster pass helm lint with: %s', async (set) => {
    expect(await lint({ chart: 'ravencluster', ...CLUSTER_VALUES[set] })).toContain('0 chart(s) failed');
  });

  it.each([
    ['an unknown value', { replica: 3 }, /replica/],
    ['a tag that nobody knows the meaning of', { image: { tag: 'latest' } }, /image\/tag|image\.tag/],
    ['a level that there is not', { logging: { level: 'loud' } }, /logging/],
    ['a namespace that can’t be one', { watchNamespaces: ['A'] }, /watchNamespaces/],
  ])('refuse %s', async (_name, values, message) => {
    await expect(render({ chart: 'ravencluster-operator', values })).rejects.toThrow(message);
  });
});

describeWithHelm('the rights of the operator', () => {
  it.each(Object.keys(OPERATOR_VALUES))(
    'name what they are about, without wildcards, with: %s',
    async (set) => {
      const objects = await operator(set, { withTests: true });
      const rules = rulesOf([...ofKind(objects, 'Role'), ...ofKind(objects, 'ClusterRole')]);
      const named = rules.flatMap(({ apiGroups, resources, verbs }) => [
        ...apiGroups,
        ...resources,
        ...verbs,
      ]);
      expect(named.filter((name) => name.includes('*'))).toEqual([]);
      // Rights that are as good as every right.
      expect(named.filter((name) => ['escalate', 'bind', 'impersonate', 'pods/exec'].includes(name))).toEqual(
        [],
      );
    },
  );

  it('end at the namespaces that are named: nothing of the cluster, no Secret elsewhere', async () => {
    const objects = await operator('two namespaces');
    expect(ofKind(objects, 'ClusterRoleBinding')).toEqual([]);
    const roles = ofKind(objects, 'Role');
    const withSecrets = roles.filter((role) =>
      rulesOf([role]).some(({ resources }) => resources.includes('secrets')),
    );
    expect(withSecrets.map(({ metadata }) => metadata.namespace)).toEqual(['orders', 'shop']);
    const own = roles.filter(({ metadata }) => metadata.namespace === 'somewhere');
    expect(rulesOf(own).flatMap(({ resources }) => resources)).toEqual(['leases', 'events']);
    for (const resource of ['nodes', 'storageclasses']) {
      expect(rulesOf(roles).flatMap(({ resources }) => resources)).not.toContain(resource);
    }
  });

  it('are the same in each namespace as in all of them', async () => {
    const [everywhere] = ofKind(await operator('defaults'), 'ClusterRole').filter(
      ({ metadata }) => metadata.name === 'ravencluster-operator',
    );
    const inOne = rulesOf(ofKind(await operator('two namespaces'), 'Role').slice(0, 1));
    const all = rulesOf(everywhere === undefined ? [] : [everywhere]);
    expect(inOne).toEqual(all.slice(0, inOne.length));
    // Beyond that it reads what belongs to no namespace.
    const more = all.slice(inOne.length);
    expect(
      more.flatMap(({ verbs }) => verbs).filter((verb) => !['get', 'list', 'watch'].includes(verb)),
    ).toEqual([]);
  });

  it('do not hold the cluster itself: it may see namespaces, roles and pods, and create none of them', async () => {
    const rules = rulesOf(ofKind(await operator('defaults'), 'ClusterRole').slice(0, 1));
    const creates = rules
      .filter(({ verbs }) => verbs.includes('create'))
      .flatMap(({ resources }) => resources);
    expect(creates).not.toContain('pods');
    const all = rules.flatMap(({ resources }) => resources);
    for (const resource of ['roles', 'clusterroles', 'namespaces', 'validatingadmissionpolicies']) {
      expect(all).not.toContain(resource);
    }
  });
});

describeWithHelm('the operator’s chart', () => {
  it.each(Object.keys(OPERATOR_VALUES))('runs pods that fit the profile restricted with: %s', async (set) => {
    const specs = podSpecs(await operator(set, { withTests: true }));
    expect(specs).toHaveLength(2);
    for (const { securityContext, containers } of specs) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        });
      }
    }
  });

  it('tells the operator where to work and which image nodes have', async () => {
    const args = async (set: string) => podSpecs(await operator(set))[0]?.containers[0]?.args;
    expect(await args('defaults')).toEqual(
      expect.arrayContaining([
        'operator',
        '--namespaces=all',
        expect.stringMatching(/^--image=ravencluster:\d/),
      ]),
    );
    expect(await args('two namespaces')).toContain('--namespaces=orders,shop');
    expect(await args('a registry of one’s own')).toContain('--image=registry.example:5000/raven:9.9.9');
  });

  it('keeps the resource definitions when it is uninstalled, unless told otherwise', async () => {
    const policies = async (set: string) =>
      ofKind(await operator(set), 'CustomResourceDefinition').map(
        ({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'],
      );
    expect(await policies('defaults')).toEqual(['keep', 'keep']);
    expect(await policies('a registry of one’s own')).toEqual([undefined, undefined]);
    expect(await policies('as little as possible')).toEqual([]);
  });

  it('has the admission policies hold in the namespaces that the operator works in', async () => {
    const bindings = async (set: string) =>
      ofKind(await operator(set), 'ValidatingAdmissionPolicyBinding').map(({ spec }) => spec);
    for (const spec of await bindings('two namespaces')) {
      expect(spec).toMatchObject({
        matchResources: {
          namespaceSelector: { matchExpressions: [{ operator: 'In', values: ['orders', 'shop'] }] },
        },
      });
    }
    for (const spec of await bindings('defaults')) expect(spec).not.toHaveProperty('matchResources');
  });

  it('makes objects for Prometheus only where there is a Prometheus operator', async () => {
    const set = 'everything that can be watched by Prometheus';
    const kinds = (objects: readonly Rendered[]) => objects.map(({ kind }) => kind);
    expect(kinds(await operator(set))).toEqual(expect.arrayContaining(['ServiceMonitor', 'PrometheusRule']));
    const without = kinds(await operator(set, { served: [] }));
    expect(without).not.toContain('ServiceMonitor');
    expect(without).not.toContain('PrometheusRule');
    expect(without).toContain('ConfigMap');
  });

  it('keeps two replicas apart from each other’s drains, and one from none', async () => {
    expect(ofKind(await operator('defaults'), 'PodDisruptionBudget')).toHaveLength(1);
    const one = await operator('defaults', { values: { replicas: 1 } });
    expect(ofKind(one, 'PodDisruptionBudget')).toHaveLength(0);
  });
});

describeWithHelm('the cluster’s chart', () => {
  it('makes a RavenCluster and its RavenDatabases', async () => {
    const objects = await render({ chart: 'ravencluster', ...CLUSTER_VALUES['a cluster with databases'] });
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'RavenCluster orders',
      'RavenDatabase orders-shop-2',
      'RavenDatabase orders-logs',
    ]);
    expect(objects[1]?.spec).toEqual({ clusterRef: { name: 'orders' }, name: 'Shop_2' });
    expect(objects[2]?.spec).toMatchObject({ replicationFactor: 1, reclaimPolicy: 'Delete' });
  });

  it('needs no value', async () => {
    const [cluster] = await render({ chart: 'ravencluster', release: 'orders' });
    expect(cluster).toMatchObject({ metadata: { name: 'orders' }, spec: { nodes: 3 } });
  });
});
