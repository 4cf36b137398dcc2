import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
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
});
