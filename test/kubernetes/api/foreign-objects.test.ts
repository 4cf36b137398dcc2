import { expect, it } from 'vitest';
import { CONFIG_MAP, SERVICE, STATEFUL_SET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { OperatorWorld } from '../harness/operator-world.ts';

describeOnKubernetes('objects that others made', () => {
  it('keep their content, whatever names the cluster needs, and the cluster says which ones stand in its way', async () => {
    const world = await OperatorWorld.create();
    const { client, namespace, name } = world;
    const service = await client.create<KubeObject>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports: [{ port: 80 }], selector: { app: 'theirs' } },
    } as KubeObject);
    const config = await client.create<KubeObject>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-config`, namespace },
      data: { theirs: 'yes' },
    } as KubeObject);
    await world.operator();
    await world.apply({ nodes: 1 });
    const status = await world.until(
      'a word on the objects',
      ({ conditions }) =>
        conditions?.some(({ type, status }) => type === 'Reconciled' && status === 'False') === true,
    );
    const reconciled = status.conditions?.find(({ type }) => type === 'Reconciled');
    expect(reconciled).toMatchObject({ reason: 'ApplyConflict' });
    expect(reconciled?.message).toContain('somebody else made it');
    for (const [kind, before] of [
      [SERVICE, service],
      [CONFIG_MAP, config],
    ] as const) {
      const now = await client.get({ kind, namespace, name: before.metadata.name });
      expect(now?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    }
    // What nobody else has is made.
    await world.until('the other objects', () => true);
    expect(await world.names(STATEFUL_SET)).toEqual([name]);
  });
});
