import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_GROUP_VERSION } from '../../../operator/api/api-group.ts';
import { PERSISTENT_VOLUME_CLAIM } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { RAVEN_DATABASE_KIND } from '../../../operator/platform/kubernetes/resource-kinds.ts';
import { requestJson } from '../../processes/harness/http-json.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { workInLives } from '../harness/operator-lives.ts';
import { OperatorWorld } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

/** Several dozen operators, one after the other; it only ends a hang. */
const PATIENCE = { timeout: 1_800_000 };

/** What every step here has. */
const LOOSE = { scaleDown: { allowReducedReplication: true } };

describeOnKubernetes('an operator that is killed after its writes, again and again,', () => {
  let machines: ProcessMachines;
  beforeAll(async () => {
    machines = await ProcessMachines.start(['z1', 'z2']);
  });
  afterAll(() => machines.stop());

  it('still takes a cluster through its whole life', PATIENCE, async () => {
    const world = await OperatorWorld.create(machines);
    const deaths = new Map<string, readonly string[]>();
    const live = async (step: string) => deaths.set(step, await workInLives(world));
    const document = async (ordinal: number) => {
      const url = `${machines.urlOf(ordinal)}/databases/Orders/docs?id=orders/1`;
      return (await requestJson<{ Results: readonly unknown[] }>('GET', url)).Results;
    };

    await world.apply({ nodes: 2, ...LOOSE });
    await live('form');
    const formed = await world.untilReady(2);

    await world.client.apply<KubeObject>(orders(world), { kind: RAVEN_DATABASE_KIND, fieldManager: 'test' });
    await live('create a database');
    const url = `${machines.urlOf(0)}/databases/Orders/docs?id=orders/1`;
    await requestJson('PUT', url, { body: { Company: 'x' } });

    const larger = { storage: { data: { size: '2Gi', storageClassName: 'machine-disk' } } };
    await world.apply({ nodes: 2, ...LOOSE, ...larger, logging: { level: 'Warn' } });
    await live('update and grow');
    await world.untilReady(2);
    const claims = await world.objects<KubeObject & { status?: { capacity?: { storage?: string } } }>(
      PERSISTENT_VOLUME_CLAIM,
    );
    expect(claims.map(({ status }) => status?.capacity?.storage)).toEqual(['2Gi', '2Gi']);

    await world.apply({ nodes: 1, ...LOOSE, ...larger });
    await live('shrink');
    await world.untilReady(1);
    await world.apply({ nodes: 2, ...LOOSE, ...larger });
    await live('grow over old volumes');
    const back = await world.untilReady(2);
    expect(back.clusterId).toBe(formed.clusterId);
    expect(back.topology?.members).toEqual(['A', 'B']);
    expect(await document(0)).toHaveLength(1);
    expect(await document(1)).toHaveLength(1);

    await world.apply({ nodes: 2, ...LOOSE, ...larger, hibernated: true });
    await live('hibernate');
    await world.until('sleep', ({ phase, replicas }) => phase === 'Hibernated' && replicas === 0);
    await world.apply({ nodes: 2, ...LOOSE, ...larger });
    await live('wake');
    await world.untilReady(2);
    expect(await document(1)).toHaveLength(1);

    const { namespace } = world;
    await world.client.delete({ kind: RAVEN_DATABASE_KIND, namespace, name: 'orders' });
    await live('delete the database');
    expect(await world.client.get({ kind: RAVEN_DATABASE_KIND, namespace, name: 'orders' })).toBeUndefined();
    const { Databases: left } = await requestJson<{ Databases: readonly unknown[] }>(
      'GET',
      `${machines.urlOf(0)}/databases`,
    );
    expect(left).toEqual([]);

    // A step without a death has shown nothing.
    expect([...deaths].filter(([, writes]) => writes.length === 0)).toEqual([]);
  });
});

const orders = ({ namespace, name }: OperatorWorld): KubeObject =>
  ({
    apiVersion: API_GROUP_VERSION,
    kind: 'RavenDatabase',
    metadata: { name: 'orders', namespace },
    spec: { clusterRef: { name }, name: 'Orders', replicationFactor: 2, reclaimPolicy: 'Delete' },
  }) as KubeObject;
