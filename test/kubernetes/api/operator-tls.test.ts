import { afterAll, beforeAll, expect, it } from 'vitest';
import { CA_OVERLAP_ANNOTATION, ROTATE_CA_ANNOTATION } from '../../../operator/api/annotations.ts';
import type { RavenClusterStatus } from '../../../operator/api/raven-cluster.ts';
import { POD, SECRET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { RAVEN_CLUSTER_KIND } from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { workInLives } from '../harness/operator-lives.ts';
import { OperatorWorld, WHOLE_STORY } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

describeOnKubernetes('a RavenCluster with TLS', () => {
  let machines: ProcessMachines;
  beforeAll(async () => {
    machines = await ProcessMachines.start(['z1', 'z2', 'z3']);
  });
  afterAll(() => machines.stop());

  it('gets certificates from the operator, which speaks to its nodes with one', WHOLE_STORY, async () => {
    const world = await OperatorWorld.create(machines, { scheme: 'https' });
    await world.operator();
    await world.apply({ nodes: 3, tls: { mode: 'Operator', extraSANs: machines.hosts(3) } });
    const status = await world.untilReady(3);
    expect(status.nodes?.every(({ url }) => url?.startsWith('https://'))).toBe(true);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'CertificatesReady', status: 'True', reason: 'Valid' }),
    );
    expect(status.certificates).toMatchObject({ phase: 'Valid' });
    expect(await world.names(SECRET)).toEqual(
      expect.arrayContaining(['shop-ca', 'shop-operator-client', 'shop-server']),
    );
    // Without TLS nobody gets in.
    expect((await fetch(machines.urlOf(0))).status).toBe(400);
  });

  it('gets another authority from operators that are killed after their writes', WHOLE_STORY, async () => {
    const world = await OperatorWorld.create(machines, { scheme: 'https' });
    const operator = await world.operator();
    const spec = { nodes: 2, tls: { mode: 'Operator', extraSANs: machines.hosts(2) } };
    await world.apply(spec);
    const before = await world.untilReady(2);
    const pods = await podsOf(world);
    await operator.kill();
    const { namespace, name } = world;
    const annotations = { [ROTATE_CA_ANNOTATION]: 'test', [CA_OVERLAP_ANNOTATION]: '1s' };
    const cluster = { kind: RAVEN_CLUSTER_KIND, namespace, name };
    await world.client.mergePatch(cluster, { metadata: { annotations } });

    const old = before.certificates?.caFingerprints?.[0];
    const isRotated = ({ certificates }: RavenClusterStatus) =>
      certificates?.caFingerprints?.length === 1 && certificates.caFingerprints[0] !== old;
    const deaths = await workInLives(world, () => world.until('another authority', isRotated));
    expect(deaths.some((death) => death.includes('/secrets'))).toBe(true);
    await world.operator();
    await world.untilReady(2);
    expect(await podsOf(world)).toEqual(pods);
  });
});

async function podsOf(world: OperatorWorld): Promise<readonly string[]> {
  return (await world.objects(POD)).map(({ metadata }) => metadata.uid ?? '').sort();
}
