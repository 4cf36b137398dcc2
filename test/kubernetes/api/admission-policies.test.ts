import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { admissionPolicies } from '../../../operator/api/admission/admission-policies.ts';
import { policyObjects } from '../../../operator/api/admission/admission-policy.ts';
import { API_GROUP_VERSION } from '../../../operator/api/api-group.ts';
import {
  knownKind,
  PERSISTENT_VOLUME_CLAIM,
  STATEFUL_SET,
  VALIDATING_ADMISSION_POLICY,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type {
  KindRef,
  KubeObject,
  ObjectRef,
} from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { clusterLabels } from '../../../operator/resources/labels.ts';
import { statefulSet } from '../../../operator/resources/stateful-set.ts';
import { clusterWith, factsWith } from '../../operator/resources/sample-cluster.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import {
  controlPlane,
  describeOnKubernetes,
  newNamespace,
  serviceAccountClient,
} from '../harness/api-test.ts';
import { findProgram } from '../harness/kubernetes-binaries.ts';

const RAVEN_CLUSTERS: KindRef = {
  apiVersion: API_GROUP_VERSION,
  kind: 'RavenCluster',
  plural: 'ravenclusters',
  namespaced: true,
};
const OPERATOR = 'the-operator';

describeOnKubernetes('the admission policies', () => {
  let admin: KubeClient;
  let namespace: string;
  const cluster = (name: string): ObjectRef => ({ kind: RAVEN_CLUSTERS, namespace, name });
  const set = (name: string): ObjectRef => ({ kind: STATEFUL_SET, namespace, name });
  const claim = (name: string): ObjectRef => ({ kind: PERSISTENT_VOLUME_CLAIM, namespace, name });

  beforeAll(async () => {
    admin = KubeClient.from({ kubeconfig: controlPlane().kubeconfig, userAgent: 'test' });
    namespace = await newNamespace(admin);
    await allowEverything(admin, namespace);
    const operator = `system:serviceaccount:${namespace}:${OPERATOR}`;
    for (const policy of admissionPolicies(operator)) {
      const { definition, binding } = policyObjects(policy, { name: namespace, labels: {} });
      const here = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
      await apply(definition as KubeObject);
      await apply({ ...binding, spec: { ...binding.spec, matchResources: here } } as never);
    }
    // The API server takes up a policy a moment after it is there.
    await admin.create(ravenCluster('protected', { deletionProtection: true }), { kind: RAVEN_CLUSTERS });
    await waitUntil('the policies to be in force', async () => {
      const refusal = await refusalOf(admin.delete(cluster('protected'), { dryRun: true }));
      return refusal !== undefined;
    });
    await admin.create(setNamed('canary'));
    await waitUntil('the policies about StatefulSets to be in force', async () => {
      return (await refusalOf(scale(admin, 'canary', 2, { dryRun: true }))) !== undefined;
    });
  });

  afterAll(() => admin?.close());

  const apply = (object: KubeObject) => {
    const kind = knownKind(object);
    return admin.apply(object, {
      fieldManager: 'test',
      fieldValidation: 'Strict',
      ...(kind ? { kind } : {}),
    });
  };

  const ravenCluster = (name: string, spec: object): KubeObject & { spec: object } => ({
    apiVersion: API_GROUP_VERSION,
    kind: 'RavenCluster',
    metadata: { name, namespace },
    spec,
  });

  /** The StatefulSet of a cluster of this name, as the operator makes it. */
  const setNamed = (name: string): KubeObject => {
    const made = statefulSet(clusterWith(), factsWith());
    const text = JSON.stringify(made).replaceAll('orders', name);
    const object = JSON.parse(text) as KubeObject;
    return { ...object, metadata: { ...object.metadata, namespace, ownerReferences: [] } };
  };

  const scale = (client: KubeClient, name: string, replicas: number, options = {}) =>
    client.mergePatch(set(name), { spec: { replicas } }, { subresource: 'scale', ...options });

  it('are free of mistakes that the API server can find in their expressions', async () => {
    await waitUntil('the types to be checked', async () => {
      const { items } = await admin.list<KubeObject & { status?: { typeChecking?: object } }>(
        VALIDATING_ADMISSION_POLICY,
      );
      const ours = items.filter(({ metadata }) => metadata.name.startsWith(namespace));
      const checked = ours.filter(({ status }) => status?.typeChecking !== undefined);
      expect(checked.map(({ status }) => status?.typeChecking)).toEqual(checked.map(() => ({})));
      return ours.length > 0 && checked.length === ours.length;
    });
  });

  it('keep a protected cluster until the protection is taken away', async () => {
    expect(await refusalOf(admin.delete(cluster('protected')))).toContain(
      'set spec.deletionProtection to false',
    );
    await admin.mergePatch(cluster('protected'), { spec: { deletionProtection: false } });
    expect(await admin.delete(cluster('protected'))).toBe(true);
  });

  it('let nobody scale the StatefulSet of a cluster but the operator, whichever way', async () => {
    await admin.create(setNamed('scaled'));
    const operator = await serviceAccountClient(namespace, OPERATOR);
    expect(await refusalOf(scale(admin, 'scaled', 3))).toContain('scale that instead');
    const patch = { spec: { replicas: 3 } };
    expect(await refusalOf(admin.mergePatch(set('scaled'), patch))).toContain('set spec.nodes there');
    // Everything else of it is free.
    await admin.mergePatch(set('scaled'), { metadata: { labels: { team: 'blue' } } });
    await scale(operator, 'scaled', 3);
    await operator.mergePatch(set('scaled'), { spec: { replicas: 2 } });
  });

  it('leave StatefulSets and claims of others alone', async () => {
    const foreign = JSON.parse(
      JSON.stringify(setNamed('foreign')).replaceAll('ravencluster.io/', 'example.com/'),
    );
    await admin.create(foreign as KubeObject);
    await scale(admin, 'foreign', 2);
    expect(await admin.delete(set('foreign'))).toBe(true);
    await admin.create(claimNamed('foreign', {}, {}));
    expect(await admin.delete(claim('foreign'))).toBe(true);
  });

  it('let nobody delete the StatefulSet of a cluster but the operator and the garbage collector', async () => {
    const owner = await admin.create(ravenCluster('owned', { nodes: 1 }), { kind: RAVEN_CLUSTERS });
    const { name, uid } = owner.metadata;
    const ownerReferences = [{ apiVersion: API_GROUP_VERSION, kind: 'RavenCluster', name, uid: uid ?? '' }];
    const made = setNamed('owned');
    await admin.create({ ...made, metadata: { ...made.metadata, ownerReferences } });
    expect(await refusalOf(admin.delete(set('owned')))).toContain('delete that instead');
    await admin.delete(cluster('owned'));
    await waitUntil('the set to be collected', async () => (await admin.get(set('owned'))) === undefined);

    await admin.create(setNamed('recreated'));
    const operator = await serviceAccountClient(namespace, OPERATOR);
    expect(await operator.delete(set('recreated'), { propagationPolicy: 'Background' })).toBe(true);
  });

  it('keep volumes with data, until somebody says that the data is not needed', async () => {
    const states = { 'ravencluster.io/data-state': 'Used' };
    await admin.create(claimNamed('used', clusterLabels('orders'), states));
    await admin.create(claimNamed('new', clusterLabels('orders'), {}));
    await admin.create(
      claimNamed('detached', clusterLabels('orders'), { 'ravencluster.io/data-state': 'Detached' }),
    );
    expect(await refusalOf(admin.delete(claim('used')))).toContain('ravencluster.io/allow-deletion=true');
    expect(await refusalOf(admin.delete(claim('new')))).toContain('ravencluster.io/allow-deletion=true');
    expect(await admin.delete(claim('detached'))).toBe(true);
    await admin.mergePatch(claim('used'), {
      metadata: { annotations: { 'ravencluster.io/allow-deletion': 'true' } },
    });
    expect(await admin.delete(claim('used'))).toBe(true);
    const operator = await serviceAccountClient(namespace, OPERATOR);
    expect(await operator.delete(claim('new'))).toBe(true);
  });

  it('do not hold up the end of a namespace', async () => {
    // Its deletion is done by the namespace controller, which has a name of its own among the callers.
    const other = await newNamespace(admin);
    const where = { kind: PERSISTENT_VOLUME_CLAIM, namespace: other };
    await admin.create({
      ...claimNamed('used', clusterLabels('orders'), {}),
      metadata: { name: 'used', namespace: other, labels: clusterLabels('orders') },
    });
    const operator = `system:serviceaccount:${namespace}:${OPERATOR}`;
    const policy = admissionPolicies(operator).find(({ suffix }) => suffix === 'volume-claims');
    if (policy === undefined) throw new Error('There is no policy about claims');
    const { binding } = policyObjects(policy, { name: namespace, labels: {} });
    const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': other } } };
    await apply({
      ...binding,
      metadata: { name: other },
      spec: { ...binding.spec, matchResources },
    } as never);
    await waitUntil('the policy to be in force', async () => {
      return (await refusalOf(admin.delete({ ...where, name: 'used' }, { dryRun: true }))) !== undefined;
    });
    await admin.delete({
      kind: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
      name: other,
    });
    await waitUntil(
      'the claim to be gone',
      async () => (await admin.get({ ...where, name: 'used' })) === undefined,
    );
  });

  it.each([
    ['four voters', { nodes: 4 }, ['an even number of voters']],
    ['four nodes of which one watches', { nodes: 4, consensus: { evenNodes: 'Watcher' } }, []],
    ['two nodes', { nodes: 2 }, ['with two nodes']],
    ['one node', { nodes: 1 }, ['one copy of each database']],
    ['one copy', { replicationFactor: { target: 1 } }, ['one copy of each database']],
    ['copies that clients decide on', { nodes: 1, replicationFactor: { mode: 'Unmanaged' } }, []],
    ['no TLS', { tls: { mode: 'Disabled' } }, ['TLS is disabled']],
    ['two zones', { placement: { zones: ['a', 'b'] } }, ['fewer than three zones']],
    ['two zones and two copies', { placement: { zones: ['a', 'b'] }, replicationFactor: { target: 2 } }, []],
    ['three nodes', {}, []],
  ])('warn about %s as they should', async (_name, spec, sentences) => {
    const warnings = await kubectl(['create', '--dry-run=server', '-f', '-'], ravenCluster('risky', spec));
    expect(warnings).toHaveLength(sentences.length);
    for (const sentence of sentences) expect(warnings.join()).toContain(sentence);
  });

  it('warn when a scale-down will lower the number of copies, also by kubectl scale', async () => {
    await admin.create(ravenCluster('shrinking', { nodes: 5, replicationFactor: { target: 3 } }), {
      kind: RAVEN_CLUSTERS,
    });
    const to = (nodes: number) =>
      kubectl(['scale', 'ravencluster', 'shrinking', `--replicas=${nodes}`, '--dry-run=server']);
    expect(await to(3)).toEqual([]);
    expect((await to(4)).join()).toContain('an even number of voters');
    expect((await to(1)).join()).toContain('fewer than three nodes');
    const patch = JSON.stringify({ spec: { nodes: 1 } });
    const patched = await kubectl([
      'patch',
      'ravencluster',
      'shrinking',
      '--dry-run=server',
      '--type=merge',
      '-p',
      patch,
    ]);
    expect(patched.join()).toContain('databases will have fewer copies');
  });

  it('say nothing when nothing is said that is new', async () => {
    await admin.create(ravenCluster('quiet', { nodes: 4 }), { kind: RAVEN_CLUSTERS });
    expect(await kubectl(['label', 'ravencluster', 'quiet', 'team=blue'])).toEqual([]);
  });

  function claimNamed(name: string, labels: object, annotations: object): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    } as KubeObject;
  }

  /** The warnings that it prints. */
  async function kubectl(args: readonly string[], input?: object): Promise<readonly string[]> {
    const program = findProgram('kubectl');
    if (program === undefined) throw new Error('kubectl is not in PATH');
    const running = promisify(execFile)(program, [
      '--kubeconfig',
      controlPlane().kubeconfig,
      '-n',
      namespace,
      ...args,
    ]);
    running.child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
    const { stderr } = await running;
    return stderr.split('\n').filter((line) => line.startsWith('Warning: Validation failed'));
  }
});

async function allowEverything(admin: KubeClient, namespace: string): Promise<void> {
  const metadata = { name: OPERATOR, namespace };
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await admin.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  } as KubeObject);
}

/** What the API server said when it refused; undefined when it did not. */
async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
