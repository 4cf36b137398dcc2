import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  EVENT,
  POD_DISRUPTION_BUDGET,
  SERVICE,
  STATEFUL_SET,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { isWrite } from '../harness/fault-proxy.ts';
import { OperatorWorld, WHOLE_STORY } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

const NAME_LABEL = 'app.kubernetes.io/name';

interface EventObject extends KubeObject {
  readonly reason: string;
  readonly note: string;
}

/** Looks at a cluster that are waited for, to see what a look at rest does. */
const LOOKS = 4;

describeOnKubernetes('the objects of a RavenCluster', () => {
  let machines: ProcessMachines;
  beforeAll(async () => {
    machines = await ProcessMachines.start(['z1']);
  });
  afterAll(() => machines.stop());

  it('are written once: further looks, and another operator, write nothing', WHOLE_STORY, async () => {
    const world = await OperatorWorld.create(machines);
    const first = await world.operator();
    await world.apply({ nodes: 1 });
    await world.untilReady(1);
    const writes: string[] = [];
    const note = (operator: typeof first) =>
      operator.proxy.onAnswer((request) => {
        const isElection = request.url.pathname.includes('/leases/');
        if (isWrite(request) && !isElection) writes.push(`${request.method} ${request.url.pathname}`);
      });
    await first.looks(LOOKS);
    note(first);
    await first.looks(LOOKS);
    expect(writes).toEqual([]);

    await first.stop();
    writes.length = 0;
    const second = await world.operator();
    note(second);
    await second.looks(LOOKS);
    // One that takes over says so, and nothing else.
    expect(writes).toEqual([`PATCH /api/v1/namespaces/${world.namespace}/configmaps/shop-operator`]);
  });

  it(
    'are put back when somebody changes or deletes them, and people hear who it was',
    WHOLE_STORY,
    async () => {
      const world = await OperatorWorld.create(machines);
      const { client, namespace } = world;
      await world.operator();
      await world.apply({ nodes: 1 });
      await world.untilReady(1);
      const nodes = { kind: SERVICE, namespace, name: 'shop-nodes' };
      const meddling = { metadata: { labels: { [NAME_LABEL]: 'mine' } } };
      await client.mergePatch(nodes, meddling, { fieldManager: 'mallory' });
      await waitUntil('the Service to be as it was', async () => {
        const service = await client.get(nodes);
        return service?.metadata.labels?.[NAME_LABEL] === 'ravencluster';
      });
      const budget = { kind: POD_DISRUPTION_BUDGET, namespace, name: 'shop' };
      await client.delete(budget);
      await waitUntil('the budget to be there again', () => client.get(budget));

      const event = await waitUntil('an event', async () => {
        const { items } = await client.list<EventObject>(EVENT, { namespace });
        return items.find(({ reason }) => reason === 'DriftCorrected');
      });
      expect(event.note).toContain(`metadata.labels.${NAME_LABEL}`);
      expect(event.note).toContain('mallory');
    },
  );

  it('keep what others add to them', WHOLE_STORY, async () => {
    const world = await OperatorWorld.create(machines);
    const { client, namespace } = world;
    const operator = await world.operator();
    await world.apply({ nodes: 1 });
    await world.untilReady(1);
    const set = { kind: STATEFUL_SET, namespace, name: 'shop' };
    await client.mergePatch(
      set,
      { metadata: { annotations: { theirs: 'stays' } } },
      { fieldManager: 'other' },
    );
    await world.apply({ nodes: 1, logging: { level: 'Warn' } });
    await world.until(
      'the new settings',
      (status) => status.phase === 'Ready' && status.nodes?.[0]?.ready === true,
    );
    await operator.looks(LOOKS);
    expect((await client.get(set))?.metadata.annotations).toMatchObject({ theirs: 'stays' });
  });

  it(
    'that the API server refuses are told in the condition Reconciled, and the others go on',
    WHOLE_STORY,
    async () => {
      const world = await OperatorWorld.create(machines);
      await world.operator();
      await world.apply({ nodes: 1, pod: { env: [{ name: 'A B=C', value: 'no name of a variable' }] } });
      const refused = await world.until(
        'the refusal',
        ({ conditions }) =>
          conditions?.some(({ type, status }) => type === 'Reconciled' && status === 'False') === true,
      );
      const condition = refused.conditions?.find(({ type }) => type === 'Reconciled');
      expect(condition).toMatchObject({ reason: 'InvalidSpec' });
      expect(condition?.message).toContain('env');
      expect(await world.names(SERVICE)).toContain('shop-nodes');
      await world.apply({ nodes: 1 });
      const ready = await world.untilReady(1);
      expect(ready.conditions?.find(({ type }) => type === 'Reconciled')).toMatchObject({ status: 'True' });
    },
  );
});
