import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { LEASE, POD, STATEFUL_SET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { Lease } from '../../../operator/platform/kubernetes/api/lease-record.ts';
import { LEASE_NAME } from '../../../operator/platform/kubernetes/controller/kubernetes-operator.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { badDay } from '../harness/bad-day.ts';
import { isWrite } from '../harness/fault-proxy.ts';
import { OperatorWorld, type TestOperator, WHOLE_STORY } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

/** `FAULT_SEED=17` takes the same faults again, as far as the real control plane lets it. */
const SEED = Number(process.env.FAULT_SEED ?? randomInt(1_000_000));

/** Looks of an operator at rest. */
const LOOKS = 3;

const LOOSE = { scaleDown: { allowReducedReplication: true } };

describeOnKubernetes('an operator on a bad day of the API server', () => {
  let machines: ProcessMachines;
  beforeAll(async () => {
    machines = await ProcessMachines.start(['z1', 'z2']);
  });
  afterAll(() => machines.stop());

  it(
    `takes a cluster through its life, whatever is refused, broken or forgotten (seed ${SEED})`,
    WHOLE_STORY,
    async () => {
      const world = await OperatorWorld.create(machines);
      const operator = await world.operator();
      onTestFailed(() => console.log(operator.lines.slice(-200).join('\n')));
      const faults = badDay(operator.proxy, new SeededRandom(SEED));
      await world.apply({ nodes: 1, ...LOOSE });
      const formed = await world.untilReady(1);
      await world.apply({ nodes: 2, ...LOOSE });
      await world.untilReady(2);
      await world.apply({ nodes: 2, ...LOOSE, logging: { level: 'Warn' } });
      const updated = await world.untilReady(2);
      expect(updated.currentRevision).not.toBe(formed.currentRevision);
      await world.apply({ nodes: 1, ...LOOSE, logging: { level: 'Warn' } });
      const shrunk = await world.untilReady(1);
      expect(shrunk.clusterId).toBe(formed.clusterId);
      expect(await world.names(POD)).toEqual(['shop-0']);
      expect(operator.isLost).toBe(false);
      expect(faults.size, [...faults.keys()].join()).toBeGreaterThan(4);
    },
  );

  it(
    'leaves one cluster to one of two: the other takes over when it is cut off, and what arrives late does no harm',
    WHOLE_STORY,
    async () => {
      const world = await OperatorWorld.create(machines);
      const both = [await world.operator({ isQuick: true }), await world.operator({ isQuick: true })];
      const writes = new Map<TestOperator, number>(both.map((operator) => [operator, 0]));
      for (const operator of both) {
        operator.proxy.onAnswer((request) => {
          if (isWrite(request) && !request.url.pathname.includes('/leases')) {
            writes.set(operator, (writes.get(operator) ?? 0) + 1);
          }
        });
      }
      await world.apply({ nodes: 1, ...LOOSE });
      await world.untilReady(1);
      const [leader, other] = both.sort((a, b) => (writes.get(b) ?? 0) - (writes.get(a) ?? 0));
      if (leader === undefined || other === undefined) throw new Error('There are two');
      expect(writes.get(other)).toBe(0);
      const lease = { kind: LEASE, namespace: world.namespace, name: LEASE_NAME };
      const before = (await world.client.get<Lease>(lease))?.spec?.holderIdentity;

      leader.proxy.freeze();
      await waitUntil('the first one to give up', () => leader.isLost);
      await world.apply({ nodes: 2, ...LOOSE });
      await world.untilReady(2);
      expect((await world.client.get<Lease>(lease))?.spec?.holderIdentity).not.toBe(before);
      await other.looks(LOOKS);
      const [set] = await world.objects(STATEFUL_SET);
      await leader.operator.stop();
      // What it had sent before arrives only now.
      leader.proxy.thaw();
      await other.looks(LOOKS);
      expect((await world.objects(STATEFUL_SET))[0]?.metadata.generation).toBe(set?.metadata.generation);
      await world.untilReady(2);
    },
  );
});
